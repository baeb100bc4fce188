"""Stored: what a page holds gives the recorded verdicts again, and is small."""

import json
from functools import cache

import pytest

from cxrstudy.base import places
from cxrstudy.pages.verdict_explorer import page, stored
from cxrstudy.pages.verdict_explorer.evidence import budgets
from cxrstudy.pages.verdict_explorer.stored import data_of, text_of
from cxrstudy.verdicts import judge
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.recording import papers_of_then
from cxrstudy.verdicts.results import VERDICTS
from cxrstudy.verdicts.written_table import read_texts, same_cell
from tests.support.front_end import answers
from tests.support.some import some

#: What rounding of stored numbers, and another way to compute, may change.
CLOSE = 1e-9
NUMBERS = {
    "estimate": ("estimate",), "low": ("wide", 0), "high": ("wide", 1),
    "narrow_low": ("narrow", 0), "narrow_high": ("narrow", 1), "p": ("p",),
    "p_relevant": ("pRelevant",), "adjusted_p": ("adjusted",),
    "adjusted_p_relevant": ("adjustedRelevant",),
}  # fmt: skip
STANDARD, QUICK = (places.results() / "phantom" / name for name in ("standard", "quick"))
LARGE_PARTS = ("claims", "evidence")
LARGE = [path for path in budgets() if path != STANDARD]


@cache
def shown(folder):
    """What a page holds of results, and the verdicts that the front end computes from it."""
    data = data_of([folder])
    calls = []
    for name in data["claims"]:
        claim = data["claims"][name]
        setting = {key: claim[key] for key in ("margin", "relevant", "level")}
        setting |= {"claim": name, "results": 0, "measure": claim["own"], "correction": "holm"}
        calls.append(("judging", "judged", (data, setting)))
    return data, dict(zip(data["claims"], answers(page.ASSETS, calls), strict=True))


def number(found, path):
    for step in path:
        found = found[step]
    return found


def check_verdicts(folder):
    """Every judged claim has in the front end the verdict and the numbers of the study."""
    table = judge.judged_results(folder)
    table = table[table["estimate"].notna()].set_index("claim")
    data, found = shown(folder)
    assert set(found) == set(table.index)
    for name, row in some(table.iterrows()):
        assert found[name]["outcome"] == row["verdict"], name
        assert found[name]["why"] == row["why"], name
        for column, path in NUMBERS.items():
            assert number(found[name], path) == pytest.approx(row[column], abs=CLOSE), name
    return data, table


def test_recorded_verdicts_come_out_again():
    data, table = check_verdicts(STANDARD)
    assert table["verdict"].isin(DECIDED).sum() >= 8
    assert data["papers"]["A"] > len(table)  # claims without evidence count, with p = 1


def test_what_is_not_judged_is_not_judged_here_either():
    data, table = check_verdicts(QUICK)
    assert set(table["verdict"]) == {"not judged"}
    assert all(each["barred"] for each in some(data["evidence"]))


@pytest.mark.slow
@pytest.mark.skipif(not LARGE, reason="there are no further results")
@pytest.mark.parametrize("folder", LARGE, ids=lambda path: path.name)
def test_verdicts_of_every_budget_come_out_again(folder):
    check_verdicts(folder)


def check_file(folder):
    """The cells of verdicts.csv, as they are written, are those of the front end."""
    said, void = read_texts(folder / VERDICTS), papers_of_then(folder)
    said = said[~said["paper"].isin(void) & (said["estimate"] != "")]
    _, found = shown(folder)
    seen = 0
    for row in said.to_dict("records"):
        assert found[row["claim"]]["outcome"] == row["verdict"]
        for column, path in NUMBERS.items():
            assert same_cell(row[column], float(number(found[row["claim"]], path))), column
            seen += 1
    return seen


def test_numbers_are_those_of_the_file_of_verdicts():
    assert check_file(QUICK) > 0
    assert all((folder / VERDICTS).is_file() for folder in some(budgets()))


@pytest.mark.slow
@pytest.mark.skipif(not LARGE, reason="there are no further results")
@pytest.mark.parametrize("folder", LARGE, ids=lambda path: path.name)
def test_numbers_are_those_of_the_file_of_every_budget(folder):
    assert check_file(folder) > 0


def test_estimates_stay_those_that_were_recorded_under_earlier_claims():
    """Intervals have changed since, and some contrasts; estimates of the others have not."""
    said = read_texts(STANDARD / VERDICTS).set_index("claim")
    data, found = shown(STANDARD)
    asked = {claim.id: claim.contrast for paper in all_claims() for claim in paper.claims}
    same = [
        name
        for name in data["claims"]
        if name in said.index and said.loc[name, "contrast"] == asked[name]
    ]
    assert len(same) >= 5
    for name in some(same):
        assert same_cell(said.loc[name, "estimate"], found[name]["estimate"])


def test_a_page_holds_little_for_many_claims():
    data, _ = shown(STANDARD)
    each = {name: len(text_of({name: data[name]})) / len(data[name]) for name in LARGE_PARTS}
    testable = sum(len(paper.testable) for paper in all_claims())
    budgets = 3
    assert testable * (each["claims"] + budgets * each["evidence"]) < 60_000


def test_the_label_that_was_scored_is_told_where_it_is_not_the_claim_s():
    claim = next(each for paper in all_claims() for each in paper.claims if each.label)
    assert stored._other_label(claim) == ""
    assert stored._other_label(claim.model_copy(update={"label": "other_lung"})) == "other lung"


def test_nothing_in_a_claim_ends_the_script():
    text = text_of({"words": "a </script> \u2028 claim"})
    assert "</" not in text
    assert "\u2028" not in text
    assert json.loads(text) == {"words": "a </script> \u2028 claim"}
