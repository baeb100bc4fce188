"""Files of brought sets: hashed, measured, and missed by name."""

import hashlib
import logging

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources.files import with_files
from cxrstudy.data.sources.labels import unsplit
from cxrstudy.pixels.decode import UnreadableImage


@pytest.fixture
def brought(tmp_path):
    """Three images of 40 x 30 pixels, and the table of an adapter that knows one size."""
    names = ["a.png", "b.jpg", "c.png"]
    for number, name in enumerate(names):
        grey = np.full((30, 40), 60 * number, np.uint8)
        Image.fromarray(grey).save(tmp_path / name)
    ids = pd.Series(names)
    table = unsplit(tmp_path, ids.index, {
        "id": ids, "path": ids, "patient": "p-" + ids, "source": "made", "licence": "CC0-1.0",
        "labels": "", "width": [0, 0, 2500], "height": [0, 0, 2048],
    })  # fmt: skip
    return tmp_path, table


def test_a_table_with_files_and_a_split_is_a_manifest(brought):
    folder, table = brought
    filled = with_files(table, folder, workers=2).assign(split="train")
    checked = check_manifest(filled[list(COLUMNS)], [], "made")
    expected = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in table["path"]]
    assert checked["sha256"].tolist() == expected
    assert table["sha256"].tolist() == ["", "", ""]


def test_a_size_of_the_label_files_stays_and_an_unknown_one_is_read(brought):
    folder, table = brought
    filled = with_files(table, folder)
    assert filled[["width", "height"]].to_numpy().tolist() == [[40, 30], [40, 30], [2500, 2048]]


def test_the_size_of_a_dicom_file_is_read_from_its_header(brought):
    pydicom = pytest.importorskip("pydicom", reason="this test was not run: no pydicom")
    folder, table = brought
    header = pydicom.dataset.Dataset()
    header.Rows, header.Columns = 1024, 512
    header.SOPClassUID, header.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3"
    header.file_meta = pydicom.dataset.FileMetaDataset()
    header.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    header.save_as(folder / "a.png", enforce_file_format=True)
    assert with_files(table, folder).loc[0, ["width", "height"]].tolist() == [512, 1024]


def test_the_first_missing_file_is_named(brought):
    folder, table = brought
    (folder / "b.jpg").unlink()
    (folder / "c.png").unlink()
    with pytest.raises(UnreadableImage, match=r"PIX001 missing file: .*b\.jpg"):
        with_files(table, folder)


def test_a_missing_file_that_lies_there_under_another_name_is_told(brought):
    folder, table = brought
    (folder / "b.jpg").rename(folder / "B.JPG")
    with pytest.raises(UnreadableImage, match=r"lists it; is it .*B\.JPG\?"):
        with_files(table, folder)


def test_a_missing_file_is_named_before_any_is_hashed(brought, monkeypatch):
    folder, table = brought
    (folder / "c.png").unlink()
    hashed = []
    monkeypatch.setattr("cxrstudy.data.sources.files.file_sha256", hashed.append)
    with pytest.raises(UnreadableImage, match=r"c\.png"):
        with_files(table, folder)
    assert not hashed


def test_a_file_that_is_no_image_is_named(brought):
    folder, table = brought
    (folder / "b.jpg").write_text("<html>404</html>")
    with pytest.raises(UnreadableImage, match=r"PIX002 not an image: .*b\.jpg"):
        with_files(table, folder)


def test_an_excluded_row_without_its_file_is_left_out_and_logged(brought, caplog):
    folder, table = brought
    (folder / "b.jpg").unlink()
    table.loc[1, "excluded"] = "missing from the published archive"
    with caplog.at_level(logging.WARNING):
        filled = with_files(table, folder)
    assert filled["id"].tolist() == ["a.png", "c.png"]
    assert filled.index.tolist() == [0, 1]
    assert "b.jpg: left out; excluded: missing from the published archive" in caplog.text


def test_progress_counts_every_file(brought, monkeypatch, capsys):
    folder, table = brought
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    with_files(table, folder)
    assert "hashing: 3 in " in capsys.readouterr().err
