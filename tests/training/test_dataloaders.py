"""Data loaders: what fastai's users do with those of a stage."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from fastai.torch_core import TensorCategory, TensorMultiCategory

from cxrstudy.pixels import decode
from cxrstudy.training.captions import caption
from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.expected_input import GREY_IMAGENET
from cxrstudy.training.images import Radiograph
from cxrstudy.training.own_images import LoaderError
from tests.support.builders import STAGE, make_role
from tests.support.films import save
from tests.support.some import some

GREY = (*GREY_IMAGENET.mean, *GREY_IMAGENET.deviation)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


@pytest.fixture(autouse=True)
def runs(folder, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(folder / "runs"))
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def classes(folder):
    made = make_role(folder)
    return made, RadiographLoaders.of_stage(made.role, made.pixels, STAGE)


@pytest.fixture(scope="module")
def labels(folder):
    made = make_role(folder, "multilabel", ("a", "b", "c"), name="labels", unknown=0.3)
    return made, RadiographLoaders.of_stage(made.role, made.pixels, STAGE)


def titles():
    return [axis.get_title() for axis in plt.gcf().axes if axis.images]


# --- A stage --------------------------------------------------------------------------------------


def test_sizes_and_names_are_those_of_the_role(classes):
    made, dls = classes
    assert list(dls.vocab) == ["normal", "covid19"]
    assert dls.vocab.o2i["covid19"] == 1
    assert dls.c == 2
    assert [len(dls), len(dls.train), len(dls.valid)] == [2, 4, 1]
    assert [len(dls.train_ds), len(dls.valid_ds)] == [48, 12]
    assert dls.valid.items["id"].tolist() == made.role.table["id"].iloc[48:60].tolist()


def test_a_batch_and_an_image_have_fastais_types(classes, labels):
    for (made, dls), kind in ((classes, TensorCategory), (labels, TensorMultiCategory)):
        images, truth = dls.one_batch()
        assert isinstance(images, Radiograph)
        assert isinstance(truth, kind)
        assert images.shape == (8, 1, 32, 32)
        image, _ = dls.train_ds[3]
        row = made.role.rows("train")[3]
        assert np.array_equal(image[0].numpy(), made.pixels[np.array([row])][0])


def test_a_batch_is_shown_grey_with_the_names_of_its_classes(classes):
    made, dls = classes
    dls.valid.show_batch(max_n=4)
    rows = made.role.rows("validation")[:4]
    assert titles() == [made.role.labels[at] for at in made.role.truth[rows].argmax(1)]
    shown = plt.gcf().axes[0].images[0]
    assert shown.get_cmap().name == "gray"
    assert np.abs(shown.get_array() - made.pixels[rows][0]).max() <= 1
    assert shown.get_clim() == (0, 255)


def test_labels_that_are_unknown_are_shown_as_such(labels):
    made, dls = labels
    dls.valid.show_batch(max_n=9)
    truth = made.role.truth[made.role.rows("validation")[:9]]
    assert np.isnan(truth).any()
    for title, row in some(zip(titles(), truth, strict=True)):
        present, _, unknown = title.partition("unknown: ")
        assert [name in unknown.split(", ") for name in "abc"] == np.isnan(row).tolist()
        assert [name in present.split(";") for name in "abc"] == (row == 1).tolist()


def test_an_image_without_a_label_says_none():
    assert list(caption(torch.tensor([0.0, 0.0]), "multilabel", ("a", "b"))) == ["none"]
    assert list(caption([0.0, np.nan], "multilabel", ("a", "b"))) == ["none", "unknown: b"]


def test_one_image_can_be_shown_in_all_its_changes(classes):
    _, dls = classes
    dls.show_batch(max_n=4, unique=True)
    assert len(set(titles())) == 1
    arrays = [axis.images[0].get_array() for axis in plt.gcf().axes if axis.images]
    assert not np.array_equal(arrays[0], arrays[1])


def test_loaders_for_predictions_give_each_training_image_once_and_unchanged(classes):
    made, dls = classes
    loader = dls.train.new(shuffle=False, drop_last=False)
    images = torch.cat([batch[0] for batch in loader]) * GREY[1] + GREY[0]
    expected = made.pixels[made.role.rows("train")]
    assert np.abs(255 * images[:, 0].numpy() - expected).max() < 1e-2


@pytest.mark.parametrize(("last", "count"), [(False, 12), (True, 10)])
def test_a_last_batch_that_is_not_full_can_be_dropped(classes, last, count):
    loader = classes[1].valid.new(bs=5, drop_last=last)
    sizes = [len(images) for images, _ in loader]
    assert sum(sizes) == count
    assert len(sizes) == len(loader)


def test_a_shuffled_loader_has_the_same_images_with_their_truth(classes):
    made, dls = classes
    loader = dls.valid.new(shuffle=True, bs=3)
    truth = torch.cat([truth for _, truth in loader]).numpy()
    expected = made.role.truth[made.role.rows("validation")].argmax(1)
    assert sorted(truth) == sorted(expected)


def test_without_a_gpu_cuda_stays_on_the_processor(classes):
    moved = classes[1].cuda()
    assert moved.one_batch()[0].device.type == ("cuda" if torch.cuda.is_available() else "cpu")
    moved.cpu()


# --- Other images ---------------------------------------------------------------------------------


def test_files_a_folder_and_a_table_are_decoded_as_training_images(classes, tmp_path):
    _, dls = classes
    files = [save(tmp_path, f"{level}.png", level) for level in (60, 80)]
    expected = [decode.fit(decode.decode_grey(file.read_bytes(), file), 32) for file in files]
    for items in (files, [str(file) for file in files], tmp_path, pd.DataFrame({"path": files})):
        loader = dls.test_dl(items)
        assert loader.dataset.types == {tuple: [Radiograph]}
        (batch,) = loader.one_batch()
        grey = (batch * GREY[1] + GREY[0])[:, 0].numpy() * 255
        assert np.abs(grey - np.stack(expected)).max() < 1e-2


def test_a_table_with_labels_gives_truth(labels, tmp_path):
    files = [save(tmp_path, f"{n}.png", 60 + n) for n in range(3)]
    table = pd.DataFrame({"path": files, "labels": ["a|c", "", "?b"]})
    _, truth = labels[1].test_dl(table, with_labels=True).one_batch()
    np.testing.assert_array_equal(truth, [[1, 0, 1], [0, 0, 0], [0, np.nan, 0]])


def test_rows_of_the_loaders_own_items_are_found_again(classes):
    made, dls = classes
    images, truth = dls.test_dl(dls.valid.items.iloc[[5, 2]]).one_batch()
    rows = made.role.rows("validation")[[5, 2]]
    assert truth.tolist() == made.role.truth[rows].argmax(1).tolist()
    grey = (images * GREY[1] + GREY[0])[:, 0].numpy() * 255
    assert np.abs(grey - made.pixels[rows]).max() < 1e-2


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["nothing.png"], "nothing.png: no such image file"),
        ([np.zeros((3, 3))], "images of type ndarray can't be read; give files"),
        (pd.DataFrame({"file": ["a"]}), "a table needs a column path; it has file"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_give(classes, items, said):
    with pytest.raises(LoaderError, match=said):
        classes[1].test_dl(items)


def test_labels_that_nobody_trained_on_are_refused(labels, tmp_path):
    table = pd.DataFrame({"path": [save(tmp_path, "x.png", 9)], "labels": ["d"]})
    with pytest.raises(LoaderError, match="row 2: 'd' is not one of a, b, c"):
        labels[1].test_dl(table, with_labels=True)
    with pytest.raises(LoaderError, match="path and labels"):
        labels[1].test_dl([table["path"][0]], with_labels=True)
