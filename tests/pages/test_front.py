"""The first page: what it says follows from recorded verdicts."""

import re

import pandas as pd
import pytest

from cxrstudy.pages import front

COUNTS = "counts"
VOID = "does not count: these results name no registration"


def judged(**verdicts: str) -> pd.DataFrame:
    """Verdicts of claims, as recorded results give them."""
    rows = [
        {
            "paper": claim[0], "claim": claim, "words": f"words of {claim} <b>", "seeds": 5.0,
            "contrast": "one − other", "world": "on phantoms", "verdict": verdict,
            "counts": COUNTS, "origin": "recorded: made", "margin": 0.0, "level": 0.95,
            "estimate": -0.01, "low": -0.02, "high": 0.001, "patients": 900.0,
        }
        for claim, verdict in verdicts.items()
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table.loc[table["verdict"].isin(front.ORDER[4:]), ["estimate", "low", "high"]] = float("nan")
    return table


def chips(text: str) -> dict[str, list[str]]:
    """Claims in the strip, by verdict."""
    lines = re.findall(r"<dt[^>]*>([^<]+)</dt><dd>(.*?)</dd>", text)
    return {verdict: re.findall(r">([A-C]\d+)</a>", claims) for verdict, claims in lines}


def test_each_claim_stands_once_beside_its_verdict():
    made = judged(B1="supported", A1="inconclusive", B2="supported", A2="not judged")
    assert chips(front.fragment(made)) == {
        "supported": ["B1", "B2"], "inconclusive": ["A1"], "not judged": ["A2"],
    }  # fmt: skip


def test_cohorts_have_a_strip_each_unless_nothing_was_judged_there():
    made = judged(B1="supported", A2="not judged")
    elsewhere = made.assign(world="on radiographs of children", verdict="not judged")
    other = made.assign(world="on radiographs of one hospital")
    text = front.fragment(pd.concat([made, elsewhere, other]))
    assert re.findall(r'study-strip"><p>([^,]+), 5 seeds', text) == [
        "on phantoms", "on radiographs of one hospital",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([COUNTS, COUNTS, COUNTS], "**2 of 3 claims have verdicts that count.**"),
        ([COUNTS, VOID, VOID], "**1 of 3 claims has a verdict that counts.**"),
        ([VOID, VOID, VOID], "**No verdict counts yet.** Results for 2 of 3 claims are recorded"),
    ],
)
def test_the_standing_counts_what_git_proves(counts, said):
    made = judged(B1="supported", B2="reversed", A2="not judged").assign(counts=counts)
    assert front.standing(made).startswith(said)


def test_a_result_that_does_not_count_says_why():
    made = judged(B1="supported").assign(counts=VOID)
    assert "not evidence: these results name no registration." in front.standing(made)


def test_claims_without_a_verdict_anywhere_are_named_too():
    made = judged(B1="supported", A14="not judged")
    made.loc[1, "world"] = "on phantoms with a sign"
    assert "Not judged on any images yet: A14." in front.fragment(made)
    assert "Not judged" not in front.fragment(judged(B1="supported", A14="not judged"))


def test_what_went_against_expectation_is_told_with_numbers_and_escaped():
    made = judged(B1="supported", B2="reversed", A3="no relevant difference")
    text = front.against_expectation(made)
    assert "words of B2 &lt;b&gt;" in text
    assert "reversed on phantoms: one − other is −0.010 (−0.020 to +0.001)" in text
    assert "B1" not in text
    assert front.against_expectation(judged(B1="supported")) == ""


def test_fragment_and_figure_are_written(tmp_path):
    front.write(judged(B1="supported", A2="not judged"), tmp_path)
    text = (tmp_path / front.FRAGMENT).read_text("utf-8")
    assert f"{tmp_path.name}/{front.FIGURE}" in text
    assert "B1: supported" in text
    assert "<svg" in (tmp_path / front.FIGURE).read_text("utf-8")


def test_without_results_it_says_so_and_draws_nothing(tmp_path):
    front.write(pd.DataFrame(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [front.FRAGMENT]
    assert "No results are recorded yet" in (tmp_path / front.FRAGMENT).read_text("utf-8")
