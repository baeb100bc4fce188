"""Narrow: the table for phones says each estimate of the figure, and nothing else."""

import re

import pandas as pd
import pytest

from cxrstudy.notebook import contrasts, estimates, figures, metrics
from cxrstudy.pages.computed.narrow import MOST_ROWS, as_table, without_names
from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.figures.source import source_of, told_by
from cxrstudy.statistics import made_scores, subgroups
from tests.support.some import some

AUROC = metrics.auroc("covid19")


def rows(html):
    plain = re.sub(r"</?span[^>]*>", "", html)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in plain.split("<tr>")[2:]]


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
    assert names == ["AUROC", "Brier score"]


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
    assert [row[0] for row in shown] == ["a", "A1"]


def test_a_number_that_tells_no_rows_apart_is_no_part_of_a_name():
    shown = rows(as_table("arm,share,estimate,low,high\na,0.1,0.5,0.4,0.6\nb,0.2,0.5,0.4,0.6\n"))
    assert [row[0] for row in shown] == ["a", "b"]


def test_a_table_without_estimates_beside_them_has_no_rows():
    """A figure by dose has a second table, of the sizes of the sets."""
    arms = ["random", "large"]
    images = pd.DataFrame({"name": arms, "title": arms, "domain": ["none", "out"], "images": 9})
    drawn = figures.dose_response(estimates(made_scores(arms), AUROC), images, "AUROC")
    shown = rows(as_table(next(iter(source_of(drawn)().values()))))
    assert [row[:2] for row in shown] == [["random", "0"], ["large", "9"]]
    assert all("undefined" not in row[2] for row in some(shown))


def headings(html):
    return re.findall(r"<th scope[^>]*>(.*?)</th>", html)


def test_lines_go_across_and_the_axis_goes_down_where_a_phone_has_room():
    made = made_scores([(level, kind) for level in (0.5, 1) for kind in ("short", "long")])
    side = figures.Factor("side (pixels)", "log", {0.5: 32.0, 1: 64.0})
    drawn = figures.by_factor(estimates(made, AUROC), side, "AUROC")
    html = as_table(next(iter(source_of(drawn)().values())))
    assert headings(html) == ["side (pixels)", "short", "long"]
    assert [row[0] for row in rows(html)] == ["32", "64"]
    assert html.startswith('<div class="study-phone grid">')
    assert "<caption>" not in with_numbers(html)
    first = estimates(made, AUROC)["estimate"].iloc[0]
    assert rows(html)[0][1].startswith(f"{first:.3f} [")
    assert '<span class="whole">[' in html


def test_lines_that_a_phone_has_no_room_for_are_rows():
    made = made_scores([(level, f"kind {n}") for level in (0.5, 1) for n in range(5)])
    drawn = figures.by_factor(estimates(made, AUROC), figures.Factor("side"), "AUROC")
    html = as_table(next(iter(source_of(drawn)().values())))
    assert headings(html)[:2] == ["side", "line"]
    assert [row[:2] for row in rows(html)][1] == ["0.5", "kind 1"]


def test_panels_of_one_line_are_columns():
    table = estimates(made_scores([(0, "all"), (0.4, "all")]), AUROC)
    drawn = figures.panels_by_factor({"one": table, "two": table}, figures.Factor("alpha"), {})
    html = as_table(next(iter(source_of(drawn)().values())))
    assert headings(html) == ["alpha", "one", "two"]


def test_shares_and_shots_are_told_in_patients():
    arms = [(start, part) for start in ("random", "large") for part in (0.1, "1-shot")]
    table = estimates(made_scores(arms), AUROC)
    drawn = figures.learning_curves(table, {0.1: 1360, "1-shot": 3}, "AUROC")
    html = as_table(next(iter(source_of(drawn)().values())))
    assert headings(html) == ["training patients", "random", "large"]
    assert [row[0] for row in rows(html)] == ["1,360 (10 %)", "3 (1-shot)"]


def test_why_there_is_no_interval_is_said_once_below():
    why = "the same in every draw"
    row = f"0.5,,,{why}\n"
    html = as_table(f"arm,estimate,low,high,reason\na,0.7,0.6,0.8,\nb,{row}c,{row}")
    assert [row[1] for row in rows(html)][1:] == ["0.500 *", "0.500 *"]
    assert html.count(why) == 1


def test_a_claim_s_card_has_its_arms_verdict_what_it_must_be_and_its_numbers():
    facts = "A1,Phantoms,a − b,supported,counts: x,within ±0.050,0.1,0.08,0.12,0.95,1200.0,5.0\n"
    names = "claim,origin,contrast,verdict,counts,must_be,estimate,low,high,level,patients,seeds"
    html = as_table(f"{names}\n{facts}")
    assert html.startswith('<div class="study-phone cards">')
    assert rows(html)[0][:4] == ["A1", "Phantoms", "a − b", "supported"]
    assert rows(html)[0][4] == "yes"
    assert rows(html)[0][6:] == ["within ±0.050", "1,200", "5"]
    assert (
        rows(as_table(f"{names}\n{facts.replace('counts: x', 'does not count: y')}"))[0][4] == "no"
    )


def as_read(figure):
    return as_table(next(iter(source_of(figure)().values())))


def test_numbers_have_the_name_of_the_figure_s_axis_and_differences_are_called_so():
    scores = made_scores(["control", "general"])
    shown = as_read(figures.estimates(estimates(scores, AUROC), "AUROC"))
    assert headings(shown) == ["arm", "AUROC [95 %]"]
    table = contrasts(scores, AUROC, against="control")
    shown = as_read(figures.differences(pd.concat([table, table.assign(arm="b")]), "AUROC"))
    assert headings(shown) == ["arm", "difference of AUROC [95 %]"]


def test_rows_that_are_no_arms_are_called_what_they_are():
    table = estimates(made_scores(["a", "b"]), AUROC).assign(lesions=["small", "large"])
    shown = as_read(told_by(figures.estimates(table, "AUROC"), "lesions"))
    assert headings(shown)[0] == "lesions"
    assert [row[0] for row in rows(shown)] == ["small", "large"]


def test_groups_say_how_many_of_their_patients_have_the_disease():
    scores = made_scores(["control"])
    names = scores["id"].unique()
    sex = pd.Series(["F" if n % 3 else "M" for n in range(len(names))], names, name="sex")
    table = subgroups(scores, AUROC, sex)
    shown = as_read(figures.subgroups(table, estimates(scores, AUROC), "AUROC"))
    assert headings(shown)[2] == "patients (with, without)"
    for row, group in some(zip(rows(shown), table.itertuples(), strict=False)):
        assert row[2] == f"{group.patients} ({group.positive}, {group.negative})"
    assert "(" not in rows(shown)[-1][2]


def test_the_line_that_says_how_to_read_a_figure_is_not_part_of_its_data():
    assert without_names("# names: side; line\n# axis: AUROC\na\n1\n") == "a\n1\n"
    assert without_names("# commit: 3f\na\n1\n") == "# commit: 3f\na\n1\n"
