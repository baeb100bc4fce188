"""Upload warnings: the explorer warns of a file as `predict` does, and names the networks."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cxrstudy.explorer.upload_warnings import Warner
from cxrstudy.pixels import decode
from cxrstudy.predict.predict import make_predictor
from cxrstudy.runs.network import load_network
from cxrstudy.unlike import reference
from tests.support.dicoms import file_of, radiograph
from tests.support.explored import made_network


def warned(networks, path):
    content = path.read_bytes()
    return Warner(networks).of(content, decode.decode_noted(content, path))


def picture(folder, side=100):
    colours = np.random.default_rng(0).integers(0, 256, (side, side, 3)).astype(np.uint8)
    Image.fromarray(colours).save(folder / "photograph.png")
    return folder / "photograph.png"


def test_it_says_what_predict_says(small, monkeypatch, tmp_path):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    monkeypatch.setattr(reference, "LEAST", 2)
    records, run = small.study.records, small.arms.plan.ends["control", 0]
    stored = np.add.outer(np.arange(100), np.arange(100)).astype(np.uint16)
    lateral = tmp_path / "lateral.dcm"
    lateral.write_bytes(file_of(radiograph(stored, ViewPosition="LL")))
    for path in (picture(tmp_path), lateral):
        (answer,) = make_predictor(records, run).predict([path])
        said = warned({"control": load_network(records, run)}, path)
        assert [one.text for one in said] == [one.text for one in answer.warnings]
        assert {one.arms for one in said} == {("control",)}
    assert any("LL" in one.text for one in said)


def test_a_warning_of_one_network_names_it_and_one_of_all_is_said_once(tmp_path):
    networks = {"small": made_network(), "large": replace(made_network(1), pixels=128)}
    said = {one.text.split(":")[0]: one.arms for one in warned(networks, picture(tmp_path))}
    assert said["this is a colour image"] == ("small", "large")
    assert said["wrong size"] == ("large",)


def test_a_network_that_is_not_recorded_here_says_that_nothing_was_compared(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    for run, reason in (("", "no recorded run"), ("0" * 64, "000000")):
        (said,) = [
            one.text
            for one in warned({"a": replace(made_network(), run=run)}, picture(tmp_path))
            if "could not be compared" in one.text
        ]
        assert reason in said


@pytest.mark.parametrize("runs", [["", ""], ["", "0" * 64]])
def test_what_training_images_have_in_common_is_learnt_once_for_a_run(runs, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "cxrstudy.explorer.upload_warnings._reference_of",
        lambda run: asked.append(run) or reference.TrainingImagesError("not here"),
    )
    warner = Warner({str(n): replace(made_network(), run=run) for n, run in enumerate(runs)})
    for _ in range(2):
        content = picture(tmp_path).read_bytes()
        warner.of(content, decode.decode_noted(content, tmp_path / "a.png"))
    assert asked == sorted(set(runs))
