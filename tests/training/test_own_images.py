"""Own images: a folder, a table or a manifest gives loaders with whole patients in each part."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base.identity import file_sha256
from cxrstudy.data.manifest_schema import SCHEMA
from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.own_images import LoaderError, patients_of
from tests.support.films import save
from tests.support.other_systems import leave_hidden
from tests.support.project import write_yaml
from tests.support.some import some


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Sub-folders of two classes; patients with two films each."""
    root = tmp_path_factory.mktemp("films")
    for number in range(40):
        kind = ("normal", "sick")[number % 4 // 2]
        save(root, f"{kind}/{number // 2:02d}_{number % 2}.png", 40 + 4 * number)
    return root


@pytest.fixture(autouse=True)
def runs(films, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(films.with_name("runs")))


def parts(dls):
    return [set(loader.dataset.items["patient"]) for loader in dls]


def test_a_folder_gives_loaders_with_whole_patients_in_each_part(films):
    dls = RadiographLoaders.from_folder(films, patient=r"(.+)_", pixels=32, bs=8)
    train, valid = parts(dls)
    assert not train & valid
    assert len(train | valid) == 20
    assert list(dls.vocab) == ["normal", "sick"]
    for path, truth in some(
        zip(dls.valid.items["path"], dls.valid_ds.truth[dls.valid_ds.rows], strict=True)
    ):
        assert f"/{dls.vocab[int(truth)]}/" in path
    assert len(dls.train) == -(-len(dls.train_ds) // 8)


def test_a_folder_with_parts_keeps_them_and_refuses_a_patient_in_both(tmp_path):
    for part, number in (("train", 1), ("train", 2), ("valid", 3)):
        for kind in ("normal", "sick"):
            save(tmp_path, f"{part}/{kind}/{kind}{number}_1.png", 50 * number)
    leave_hidden(tmp_path)  # of other systems, which are no images and no classes
    dls = RadiographLoaders.from_folder(tmp_path, patient=r"(.+)_", pixels=32, bs=2)
    assert all("valid" in path for path in some(dls.valid.items["path"]))
    assert all("train" in path for path in some(dls.train.items["path"]))
    save(tmp_path, "valid/sick/sick1_2.png", 9)
    with pytest.raises(LoaderError, match="patient 'sick1' is in training and in validation"):
        RadiographLoaders.from_folder(tmp_path, patient=r"(.+)_", pixels=32)


def test_without_a_column_of_patients_every_image_is_of_another():
    assert patients_of(pd.DataFrame({"path": ["a", "b"]}), None) == ["image 0", "image 1"]


def test_a_csv_with_several_labels_keeps_what_is_unknown(films):
    files = sorted(str(path.relative_to(films)) for path in films.rglob("*.png"))
    table = pd.DataFrame({"path": files, "patient": [name[-8:-6] for name in files]})
    cells = ["effusion; nodule", "?nodule", ""]
    table.assign(labels=[cells[n % 3] for n in range(40)]).to_csv(films / "labels.csv", index=False)
    dls = RadiographLoaders.from_csv(films, label_delim=";", pixels=32, bs=8)
    assert list(dls.vocab) == ["effusion", "nodule"]
    truth = dls.train_ds.truth
    np.testing.assert_array_equal(truth[:3], [[1, 1], [0, np.nan], [0, 0]])
    flags = table.assign(effusion=["1", "0", "-1", ""] * 10, nodule="0")
    dls = RadiographLoaders.from_df(flags, films, label_col=["effusion", "nodule"], pixels=32)
    np.testing.assert_array_equal(dls.train_ds.truth[:4, 0], [1, 0, np.nan, np.nan])


def test_a_manifest_keeps_its_own_splits(films, images, tmp_path):
    files = sorted(films.rglob("*.png"))[:8]
    rows = [
        {
            "id": f"i{n}", "patient": f"p{n}", "path": file.name, "labels": "ab"[n % 2],
            "sha256": file_sha256(file), "split": ("train", "validation")[n // 6],
        }
        for n, file in enumerate(files)
    ]  # fmt: skip
    for row, file in zip(rows, files, strict=True):
        row["path"] = str(file.relative_to(films))
    table = SCHEMA.validate(images(*rows))
    table.to_csv(tmp_path / "own.csv", index=False)
    texts = ("name", "title", "citation", "address", "version", "licence", "copies")
    about = {"access": "open", "label_map": {"a": "A", "b": "B"}, "counts": {}, "traps": []}
    write_yaml(tmp_path / "own.yaml", dict.fromkeys(texts, "own") | about)
    dls = RadiographLoaders.from_manifest(tmp_path / "own.csv", films, pixels=32, bs=4)
    assert dls.valid.items["id"].tolist() == ["i6", "i7"]
    assert list(dls.vocab) == ["a", "b"]
    assert dls.train_ds.task == "multiclass"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"patient_col": "person"}, "no column 'person' of patients; name it with patient_col"),
        ({"label_col": "finding"}, "no column 'finding'; name another with label_col"),
        ({"fn_col": "file"}, "no column 'file'; name another with fn_col"),
        ({"valid_col": "part"}, "no column 'part'; name another with valid_col"),
        ({"valid_pct": 0.0}, "no patient is left for validation"),
        ({"label_col": ["labels"]}, "'normal' is none of 1"),
    ],
)
def test_a_table_that_says_too_little_is_refused_with_what_to_write(films, changes, said):
    files = sorted(str(path.relative_to(films)) for path in films.rglob("*.png"))
    labels = [name.split("/")[0] for name in files]
    table = pd.DataFrame({"path": files, "patient": files, "labels": labels})
    with pytest.raises(LoaderError, match=said):
        RadiographLoaders.from_df(table, films, **{"pixels": 32} | changes)


def test_an_expression_that_finds_no_patient_is_refused(films):
    with pytest.raises(LoaderError, match="finds no patient in the name"):
        RadiographLoaders.from_folder(films, patient=r"film(\d+)")


def test_a_cell_without_a_class_or_patient_names_its_row(films):
    files = sorted(str(path.relative_to(films)) for path in films.rglob("*.png"))[:2]
    table = pd.DataFrame({"path": files, "patient": ["a", "b"], "labels": ["x", ""]})
    with pytest.raises(LoaderError, match=r"row 3: no class; .* write label_delim"):
        RadiographLoaders.from_df(table, films)
    with pytest.raises(LoaderError, match="row 3: no patient"):
        RadiographLoaders.from_df(table.assign(patient=["a", ""]), films)
