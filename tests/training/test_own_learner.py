"""Own learner: three lines from files to a network that tells classes apart."""

import numpy as np
import pytest
from fastai.callback.progress import ProgressCallback
from fastai.data.transforms import Normalize
from PIL import Image

from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.loss import KnownBinaryCrossEntropy
from cxrstudy.training.model import expected_input_of
from cxrstudy.training.own_learner import radiograph_learner

TINY = {"channels": [8, 8, 8, 8]}


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))


@pytest.fixture
def films(tmp_path):
    """Dark and bright films, two of each patient."""
    generator = np.random.default_rng(0)
    for number in range(60):
        kind, level = (("dark", 80), ("bright", 160))[number // 2 % 2]
        path = tmp_path / "films" / kind / f"{number // 2}_{number % 2}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        grey = generator.normal(level, 20, (40, 40))
        Image.fromarray(grey.clip(0, 255).astype(np.uint8)).save(path)
    return tmp_path / "films"


def test_three_lines_give_a_network_that_tells_classes_apart(films):
    dls = RadiographLoaders.from_folder(films, patient=r"(.+)_", pixels=32, bs=8)
    learn = radiograph_learner(dls, "resnet10t", **TINY)
    learn.remove_cb(ProgressCallback)
    learn.logger = lambda _: None
    learn.fit_one_cycle(4, 0.01)
    assert learn.validate()[1] == 1.0
    name, _, _ = learn.predict(films / "dark" / "0_0.png")
    assert name == "dark"


def test_images_are_normalised_as_the_network_needs(films):
    dls = RadiographLoaders.from_folder(films, patient=r"(.+)_", pixels=32, bs=8)
    learn = radiograph_learner(dls, "resnetv2_50x1_bit")
    expected = expected_input_of(learn.model)
    for loader in (*learn.dls, learn.dls.train.new(), learn.dls.test_dl(films)):
        (step,) = (each for each in loader.after_batch.fs if isinstance(each, Normalize))
        assert (step.mean.item(), step.std.item()) == pytest.approx(
            (*expected.mean, *expected.deviation)
        )


def test_labels_get_the_loss_that_leaves_out_what_is_unknown(films):
    table = RadiographLoaders.from_folder(films, patient=None, pixels=32).train.items
    flags = [("1", "0", "")[row % 3] for row in range(len(table))]
    table = table.assign(a=flags, b=flags[::-1])
    dls = RadiographLoaders.from_df(table, films, label_col=["a", "b"], valid_pct=0.5, pixels=32)
    learn = radiograph_learner(dls, "resnet10t", **TINY)
    assert isinstance(learn.loss_func, KnownBinaryCrossEntropy)
