"""Counterfactuals: every change has a column, and no change of the score without a reason."""

import numpy as np
import pytest

from cxrstudy.explain.causal import interventions
from cxrstudy.explain.counterfactuals import (
    DISEASE,
    MEASURES,
    by_hospital,
    changes_table,
    counterfactuals,
    render_all,
)
from cxrstudy.explain.errors import ExplainError
from cxrstudy.phantom.twins import twin
from cxrstudy.statistics import estimates, mean
from tests.support.some import some


@pytest.fixture(scope="module")
def looked(small):
    return counterfactuals(small.arms.only(["control"]), most=4)


def test_one_row_per_arm_seed_and_image_and_one_column_per_change(looked):
    assert len(looked) == 2 * 4
    columns = {name for name in looked.columns if name.startswith("score_")}
    assert columns == {f"score_{name}" for name in MEASURES}
    assert np.isfinite(looked[sorted(columns)].to_numpy()).all()
    assert looked[sorted(columns)].abs().to_numpy().max() <= 1


def test_the_same_changes_have_the_same_effects_as_in_the_causal_table(small, looked):
    known = interventions(small.arms.only(["control"]), most=4)
    for column in some(("without_lesion", "elsewhere", "without_marker")):
        ours, theirs = looked[f"score_{column}"], known[f"score_change_{column}"]
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), abs=1e-6)


def test_each_change_is_rendered_as_its_twin(small):
    role = small.arms.study.cohort.role("target")
    addresses = role.table["path"].to_list()[:2]
    rendered = render_all(addresses, 32)
    for name, change in some(MEASURES.items()):
        expected = [twin(address, 32, change).image for address in addresses]
        np.testing.assert_array_equal(rendered[name], expected)


def test_the_table_says_what_is_of_the_disease_and_takes_the_means(looked, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)
    table = changes_table(looked)
    assert table["change"].tolist() == list(MEASURES.values())
    assert (table["of"] == "the disease").sum() == len(DISEASE)
    found = estimates(looked, mean("blur"))["estimate"].item()
    assert table.set_index("change").loc["blurred", "estimate"] == pytest.approx(found)


def test_images_of_another_role_are_estimated_too(looked, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)
    table = changes_table(looked.assign(role="untied"))
    assert table["estimate"].tolist() == changes_table(looked)["estimate"].tolist()


def test_a_role_without_the_disease_is_named(small):
    with pytest.raises(ExplainError, match="no test image of role 'external' shows 'covid19'"):
        counterfactuals(small.arms.only(["control"]), role="external")


def test_a_score_that_goes_by_the_look_up_alone_is_seen_though_its_mean_change_is_zero(
    looked, monkeypatch
):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 1)
    hospital = {name: ("alder", "birch")[place % 2] for place, name in enumerate(looked["id"])}
    moved = looked["id"].map(hospital).map({"alder": 0.5, "birch": -0.5})
    told = looked.assign(score_look_up=moved)
    table = changes_table(told).set_index("change").loc["another hospital's look-up"]
    assert table["estimate"] == pytest.approx(0)
    assert table["size"] == pytest.approx(0.5)
    apart = by_hospital(told, hospital)
    assert apart["estimate"].tolist() == pytest.approx([0.5, -0.5])
    assert apart["change"].tolist() == [
        f"another hospital's look-up, of images from {name}" for name in ("alder", "birch")
    ]
    assert set(apart["size"]) == {0.5}
