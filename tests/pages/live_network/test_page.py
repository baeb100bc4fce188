"""Page: what a chapter's cell gives, and a sentence where networks can't be tried in a page."""

import json
import re

import numpy as np
import pytest

from cxrstudy.pages.live_network import page
from cxrstudy.pages.live_network.page import live_network
from cxrstudy.predict.notice import NOTICE
from cxrstudy.runs.scores import score_column
from tests.support.some import some

SHOWN = ["control", "permuted labels"]


@pytest.fixture(scope="module")
def html(small):
    return live_network(small.arms, SHOWN, images=3).data


@pytest.fixture(scope="module")
def data(html):
    (text,) = re.findall(r'class="study-late" data-late="\w+">([^<]*)</script>', html)
    return json.loads(text)


def test_recorded_scores_are_those_of_the_runs(small, data):
    scores = small.arms.only(SHOWN).scores().query("seed == 0 and role == 'target'")
    assert [network["name"] for network in data["networks"]] == SHOWN
    for patient in some(data["patients"]):
        for name, values in some(patient["recorded"].items()):
            row = scores[(scores["arm"] == name) & (scores["id"] == patient["id"])].iloc[0]
            assert values == [row[score_column(label)] for label in data["labels"]]


def test_ranks_are_those_of_the_test_images(small, data):
    scores = small.arms.only(SHOWN).scores()
    mine = scores.query("seed == 0 and role == 'target' and split == 'test' and arm == 'control'")
    found = data["networks"][0]["ranks"]["covid19"]
    values = mine["score_covid19"]
    assert found[0] == pytest.approx(values.min(), rel=1e-3)
    assert found[-1] == pytest.approx(values.max(), rel=1e-3)
    assert (np.diff(found) >= 0).all()


def test_shares_of_hospitals_add_up_and_names_are_those_of_films(data):
    assert sum(data["homes"].values()) == pytest.approx(1)
    assert set(data["homes"]) == {film["site"] for film in data["patients"][0]["films"]}


def test_nothing_in_the_page_ends_its_script_and_the_notice_is_there(html):
    assert NOTICE in html
    assert html.count("</script>") == 2
    assert html.count("<script") == 2


def test_without_its_weights_the_page_is_small(html):
    light = re.sub(r'(data-late="\w+">)[^<]*', r"\1", html)
    assert len(light) < 80_000


def test_networks_that_are_too_large_are_not_put_into_a_page(small, monkeypatch):
    monkeypatch.setattr(page, "LARGEST", 10)
    said = live_network(small.arms, SHOWN, images=3).data
    assert re.search(
        r"can't be tried in a page: they have [\d,]+ weights, and a page holds 10", said
    )


def test_networks_of_different_sides_are_not_put_into_a_page(small):
    said = live_network(small.arms, ["control", (2, "larger")], images=3).data
    assert "their images have different sides: [64, 96]" in said


def test_no_patient_with_a_marker_is_said(small, monkeypatch):
    monkeypatch.setattr(page, "patients_of", lambda *_: [])
    assert "No patient of the test has a visible marker" in live_network(small.arms, SHOWN, 3).data
