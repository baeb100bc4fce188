"""Calls: for the same scores all front ends say the same: predict, its JSON, and both explorers."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.base import numbers
from cxrstudy.cli.predict import _said
from cxrstudy.explorer import Item, explore, frontend, gallery_of, static_explorer
from cxrstudy.explorer.answers import points_of, reading
from cxrstudy.explorer.build import unseen_case_of
from cxrstudy.explorer.catalogue import static_catalogue
from cxrstudy.predict.answer import Prediction
from cxrstudy.predict.predict import make_predictor
from cxrstudy.runs.network import load_network
from cxrstudy.runs.operating_points import OperatingPoint, called, most_telling, thresholded
from tests.support.commands import cxrstudy
from tests.support.explored import LABELS, made_case, made_network
from tests.support.front_end import answers
from tests.support.some import some

ASSETS = frontend.modules()[0].parent
NETWORK, CASE = made_network(), made_case(0)
#: Few values, so that many scores lie on a threshold.
SCORES = st.sampled_from([0.0, 0.1, 1 / 3, 0.5, 0.500000001, 0.6, 1.0])


@st.composite
def scored(draw):
    """A kind of network, its scores of an image, and its operating points."""
    task = draw(st.sampled_from(["multiclass", "multilabel", "binary"]))
    labels = LABELS[-1:] if task == "binary" else LABELS
    points = {
        name: draw(SCORES.map(lambda at: OperatingPoint(at, "made", 9, 0.9, 0.8)) | st.just("why"))
        for name in thresholded(task, labels)
    }
    return task, {name: draw(SCORES) for name in labels}, points


def by_the_rule(task, scores, points):
    """What is called, said anew: from a threshold on, or the best of the classes without one."""
    reached = {n for n, p in points.items() if p != "why" and scores[n] >= p.threshold}
    if task != "multiclass" or reached or "why" in points.values():
        return reached
    rest = [name for name in scores if name not in points]
    return {max(rest, key=scores.get)}


def said_by_predict(scores, positive, points):
    """What the command prints of a file, and what its JSON says."""
    answer = Prediction(Path("a.png"), 9, 9, scores, positive, (), "", None)
    words = re.findall(r"^  (\w+) +\S+  (positive|negative|no operating point)$",
                       _said(answer, type("Asked", (), {"points": points})), re.M)  # fmt: skip
    return {name for name, said in words if said == "positive"}, answer.facts["positive"]


@given(scored())
def test_every_front_end_calls_what_the_rule_calls(made):
    task, scores, points = made
    network = replace(NETWORK, task=task, labels=tuple(scores))
    maps = CASE.readings["control"].maps
    read = reading(network, points, np.array(list(scores.values())), {}, maps)
    wanted = by_the_rule(task, scores, points)
    printed, told = said_by_predict(scores, called(task, scores, points), points)
    assert printed == {name for name, said in told.items() if said} == wanted
    live = unseen_case_of(Item("a", None, None, {}), {"a": read}).written["readings"]["a"]
    case = replace(CASE, readings={"a": read})
    page = static_catalogue([case], {}, "made")["cases"][0]["readings"]["a"]
    assert live == page
    assert set(page["called"]) == wanted
    assert page["shown"] == most_telling(scores, read.positive)
    assert page["shown"] in (wanted if len(wanted) == 1 else scores)


def test_an_image_is_called_the_same_by_every_front_end(small, monkeypatch, tmp_path):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    run = small.arms.plan.ends["control", 0]
    network = load_network(small.study.records, run)
    points = make_predictor(small.study.records, run).points
    items = gallery_of(small.study.cohort, "target", "test", 12)
    for number, item in enumerate(items):
        Image.fromarray(item.picture.square(network.pixels)).save(tmp_path / f"{number:02}.png")
    told = cxrstudy("predict", tmp_path, "--run", run, "--no-draw", "--json").out
    predictions = json.loads(told)["predictions"]
    explorer = explore({"control": network}, small.study.cohort, limit=12).wait()
    live = [case["readings"]["control"] for case in explorer.catalogue["cases"]]
    explorer.close()
    assert len(predictions) == len(live) == len(items)
    for said, shown in some(zip(predictions, live, strict=True)):
        assert [name for name, is_said in said["positive"].items() if is_said] == shown["called"]
        assert set(shown["called"]) == by_the_rule("multiclass", said["probabilities"], points)
    (arm,) = explorer.catalogue["arms"]
    assert points_of(network) == points
    assert arm["thresholds"] == {"covid19": points["covid19"].threshold}


def test_the_script_and_the_figure_say_the_words_of_the_reading():
    case = made_case(1)
    html = static_explorer([case]).html
    for arm, read in some(case.readings.items()):
        assert f"{arm}: calls {read.words}, map for" in html
    catalogue = static_catalogue([case], {}, "made")
    choice = {"id": case.id, "arm": "control", "other": "general first", "label": "*",
              "method": "gradcam", "layer": "layer4"}  # fmt: skip
    (picture,) = answers(
        ASSETS, [("choices", "pictureOf", [catalogue, catalogue["cases"], choice])]
    )
    assert {part["arm"]: part["label"] for part in picture["parts"]} == {
        arm: read.shown for arm, read in case.readings.items()
    }


def test_probabilities_are_written_as_the_command_writes_them_beside_a_threshold():
    random = np.random.default_rng(5)
    pairs = [(p, p + apart) for p in map(float, random.random(40))
             for apart in (0.0, 1e-9, -1e-7, 3e-4, -3e-3)]  # fmt: skip
    pairs += [(0.5, 0.5), (1 / 3, 1 / 3), (0.0, 0.2), (1.0, 0.2), (0.9999, 0.2), (2e-5, 0.2)]
    found = answers(ASSETS, [("words", "probability", pair) for pair in pairs])
    for (p, threshold), text in some(zip(pairs, found, strict=True)):
        written = float(text)
        assert np.sign(written - threshold) == np.sign(p - threshold)
        assert text == numbers.level(p, [threshold], least=2) or "e" in text or len(text) > 10
