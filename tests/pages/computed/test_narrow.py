"""Narrow: the table for phones says each estimate of the figure, and nothing else."""

import re

import pandas as pd
import pytest

from cxrstudy.notebook import contrasts, estimates, figures, metrics
from cxrstudy.pages.computed.narrow import MOST_ROWS, as_table
from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.figures.source import source_of
from cxrstudy.statistics import made_scores
from tests.support.some import some

AUROC = metrics.auroc("covid19")


def rows(html):
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in html.split("<tr>")[2:]]


def test_every_arm_has_a_row_with_its_interval_and_the_numbers_are_said_once():
    table = estimates(made_scores(["control", "general"]), AUROC)
    html = as_table(f"# commit: 3f\n{table.to_csv(index=False)}")
    shown = rows(html)
    assert [row[0] for row in shown] == ["control", "general"]
    for row, estimate in some(zip(shown, table["estimate"], strict=True)):
        assert row[1].startswith(f"{estimate:.3f} [")
    assert html.count("patients: ") == 1
    assert "3f" not in html


def test_panels_and_references_are_part_of_a_row_s_name():
    table = contrasts(made_scores(["control", "general"]), AUROC, against="control")
    both = pd.concat([table.assign(table="AUROC"), table.assign(table="Brier score")])
    names = [row[0] for row in rows(as_table(both.to_csv(index=False)))]
    assert names == ["general · AUROC", "general · Brier score"]


@pytest.mark.parametrize(("letters", "begins"), [(40, "study-phone"), (41, "study-phone cards")])
def test_rows_with_long_names_are_cards(letters, begins):
    html = as_table(f"arm,estimate,low,high\na,0.5,0.4,0.6\n{'b' * letters},0.5,0.4,0.6\n")
    assert html.startswith(f'<div class="{begins}">')
    assert [row[0] for row in rows(html)] == ["a", "b" * letters]
    assert "<caption>" not in with_numbers(html)


@pytest.mark.parametrize("count", [0, MOST_ROWS + 1])
def test_a_figure_of_too_many_estimates_or_of_none_has_no_table(count):
    one = {"arm": "a", "estimate": 0.5, "low": 0.4, "high": 0.6}
    csv = pd.DataFrame([one] * count, columns=list(one)).to_csv(index=False)
    assert as_table(csv) == ""


def test_curves_have_no_table():
    assert as_table("arm,x,y\na,0,1\n") == ""


def test_a_part_of_a_name_that_is_missing_is_left_out():
    shown = rows(as_table("claim,arm,estimate,low,high\nA1,a,0.5,0.4,0.6\nA1,,0.5,0.4,0.6\n"))
    assert [row[0] for row in shown] == ["A1 · a", "A1"]


def test_a_number_that_tells_no_rows_apart_is_no_part_of_a_name():
    shown = rows(as_table("arm,share,estimate,low,high\na,0.1,0.5,0.4,0.6\nb,0.2,0.5,0.4,0.6\n"))
    assert [row[0] for row in shown] == ["a", "b"]


def test_a_table_without_estimates_beside_them_has_no_rows():
    """A figure by dose has a second table, of the sizes of the sets."""
    arms = ["random", "large"]
    images = pd.DataFrame({"name": arms, "title": arms, "domain": ["none", "out"], "images": 9})
    drawn = figures.dose_response(estimates(made_scores(arms), AUROC), images, "AUROC")
    shown = rows(as_table(source_of(drawn).csv))
    assert [row[0] for row in shown] == arms
    assert all("undefined" not in row[1] for row in some(shown))
