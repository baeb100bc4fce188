"""Own run: with too few seeds no table and no figure of a page shows inference, whoever made it."""

import io
import re

import pandas as pd
import pytest

from cxrstudy import statistics
from cxrstudy.pages import figures, own_run
from cxrstudy.pages.computed.narrow import as_table
from cxrstudy.pages.figures.source import source_of
from cxrstudy.pages.own_run import INFERENCE, recorded_results
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.tables import table
from cxrstudy.statistics import metrics

LABEL = "covid19"
AUROC = metrics.auroc(LABEL)


def scores(seeds):
    return statistics.made_scores(["control", "general"], seeds=seeds)


def halves(seeds):
    names = scores(seeds)["id"].unique()
    groups = pd.Series(["F" if n % 3 else "M" for n in range(len(names))], names, name="sex")
    return statistics.subgroups(scores(seeds), AUROC, groups)


def points(seeds):
    return statistics.operating_points(scores(seeds), LABEL, statistics.at_sensitivity(0.9))


def differences(seeds):
    return statistics.contrasts(scores(seeds), AUROC, against="control")


def estimates(seeds):
    return statistics.estimates(scores(seeds), AUROC)


def bins(seeds):
    return statistics.calibration_curve(scores(seeds), LABEL, bins=4)


def benefits(seeds):
    return statistics.decision_curve(scores(seeds), LABEL, [0.2, 0.5])


#: What chapters show, made by functions that know nothing of pages.
MADE = (estimates, differences, points, halves, bins, benefits)
DRAWN = {
    estimates: lambda rows: figures.estimates(rows, "AUROC"),
    differences: lambda rows: figures.differences(rows, "AUROC"),
    halves: lambda rows: figures.subgroups(rows, estimates(2), "AUROC"),
    bins: lambda rows: figures.calibration(rows, LABEL),
    benefits: figures.decision_curve,
    points: lambda rows: figures.slopes({"here": rows[rows["measure"] == "sensitivity"]}, "it"),
}


@pytest.fixture
def kernel(monkeypatch):
    monkeypatch.setattr(own_run, "in_kernel", lambda: True)


def test_with_too_few_seeds_only_an_estimate_that_is_missing_has_a_reason(kernel):
    flat, missing = "the same in every draw of patients", "no image was called positive"
    rows = pd.DataFrame(
        {"arm": ["a", "b", "c"], "estimate": [0.0, float("nan"), 0.2], "low": float("nan"),
         "high": float("nan"), "level": 0.95, "reason": [flat, missing, ""], "patients": 9,
         "images": 9, "seeds": fewest_seeds() - 1}
    )  # fmt: skip
    assert flat not in table(rows).data
    assert missing in table(rows).data
    with recorded_results():
        assert flat in table(rows).data
    drawn = [text.get_text() for text in figures.estimates(rows, "it").axes[0].texts]
    assert drawn == ["0.000", missing, "0.200"]


@pytest.mark.parametrize("made", MADE)
def test_a_table_of_a_run_with_too_few_seeds_has_no_interval_no_p_and_says_not_judged(kernel, made):
    few = made(fewest_seeds() - 1)
    assert few["low"].notna().any()
    shown = table(few).data
    assert "[" not in shown
    assert "Intervals are over" not in shown
    assert 'scope="col">p<' not in shown
    assert "adjusted p" not in shown
    assert "Not judged" in shown
    with recorded_results():
        recorded = table(few).data
    assert "[95 %]" in recorded
    assert "Not judged" not in recorded


def test_a_column_that_is_asked_for_and_may_not_be_shown_is_left_out(kernel):
    rows = differences(2)
    columns = ["arm", "estimate", "p", "minimum_detectable_difference", "patients"]
    headings = re.findall("<th [^>]*>(.*?)</th>", table(rows, columns).data)
    assert headings == ["arm", "estimate", "patients"]
    with recorded_results():
        assert '<th scope="col">p</th>' in table(rows, columns).data


@pytest.mark.parametrize("made", MADE)
def test_a_table_of_enough_seeds_is_shown_whole(kernel, made):
    shown = table(made(fewest_seeds())).data
    assert "[95 %]" in shown
    assert "Not judged" not in shown


@pytest.mark.parametrize("made", MADE)
def test_a_figure_of_a_run_with_too_few_seeds_draws_no_interval_and_its_data_hold_none(
    kernel, made
):
    rows = made(1)
    source = source_of(DRAWN[made](rows))
    drawn = pd.read_csv(io.StringIO(source.csv))
    assert drawn[[name for name in INFERENCE if name in drawn]].isna().all(axis=None)
    assert drawn["estimate"].notna().any()
    assert "[" not in as_table(source.csv)
    with recorded_results():
        recorded = pd.read_csv(io.StringIO(source_of(DRAWN[made](rows)).csv))
    assert recorded["low"].notna().any()


def test_rows_with_enough_seeds_keep_theirs_beside_others(kernel):
    both = pd.concat([estimates(1).head(1), estimates(fewest_seeds()).tail(1)])
    shown = table(both).data
    assert "[95 %]" in shown
    assert shown.count("[no interval]") == 1


def test_outside_of_a_kernel_and_without_a_number_of_seeds_nothing_is_changed(monkeypatch):
    few = estimates(1)
    assert own_run.as_shown(few) is few
    monkeypatch.setattr(own_run, "in_kernel", lambda: True)
    unknown = few.drop(columns="seeds")
    assert own_run.as_shown(unknown) is unknown
    assert own_run.as_shown(few)["low"].isna().all()
