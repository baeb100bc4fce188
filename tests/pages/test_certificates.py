"""Certificates: the page shows a row where there is something to compare, and names all claims."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.pages import certificates
from cxrstudy.pages.certificates import agreeing, verdicts_as_html
from cxrstudy.verdicts import results
from cxrstudy.verdicts.certificate import Drift, Verdict

OUTCOMES = st.sampled_from(["supported", "not judged", "not testable"])
ESTIMATES = st.one_of(st.none(), st.floats(-1, 1))


def verdict(claim, ours, repeat, our_estimate, estimate):
    no_interval = dict.fromkeys(("our_low", "our_high", "low", "high"))
    found = {"our_estimate": our_estimate, "estimate": estimate, **no_interval}
    return Verdict(paper="X", claim=claim, ours=ours, repeat=repeat, **found)


@given(st.lists(st.tuples(OUTCOMES, OUTCOMES, ESTIMATES, ESTIMATES), min_size=1, max_size=12))
def test_every_claim_is_named_once_and_has_a_row_if_there_is_something_to_compare(parts):
    made = [verdict(f"X{number}", *part) for number, part in enumerate(parts)]
    page = verdicts_as_html(made)
    rows = re.findall(r'data-heading="claim"[^>]*>(X\d+)<', page)
    in_lines = [name for line in re.findall("<p>(.*?)</p>", page) for name in line.split(": ")[1:]]
    named = [name for names in in_lines for name in names.rstrip(".").split(", ")]
    assert sorted(rows + named) == sorted(each.claim for each in made)
    alike = {each.claim for each in made if each.ours == each.repeat}
    bare = {each.claim for each in made if each.estimate is None and each.our_estimate is None}
    assert set(named) == alike & bare


def test_no_claim_is_said():
    assert verdicts_as_html([]) == "<p>No claim is about these runs.</p>"


def test_verdicts_that_decide_nothing_are_not_counted_as_an_agreement_without_a_word():
    idle = [verdict(f"X{number}", "not judged", "not judged", None, None) for number in range(2)]
    untestable = verdict("X2", "not testable", "not testable", None, None)
    assert agreeing([*idle, untestable]) == (
        "3 of 3, none of which decides a claim: 2 not judged, 1 not testable"
    )
    decided = verdict("X3", "supported", "supported", 0.1, 0.1)
    assert agreeing([*idle, decided]) == "3 of 3"
    assert agreeing([verdict("X4", "supported", "reversed", 0.1, -0.1)]) == "0 of 1"


def test_of_the_committed_certificates_each_says_whether_its_results_were_recorded_anew():
    found = certificates.all_certificates()
    page = certificates.certificates().data
    stale = [
        each
        for each in found
        if results.unchecked(places.root() / each.compared_with).seal != each.its_seal
    ]
    assert page.count("Of earlier results.") == len(stale)
    assert ("Nobody else has repeated" in page) == all(
        each.by.startswith("The authors") for each in found
    )


@pytest.fixture
def shown(monkeypatch):
    """The page of one certificate, of which a test says what differs."""
    (made, *_) = certificates.all_certificates()

    def page(**changes):
        one = made.model_copy(update={"commit": "0123456789abcdef", **changes})
        monkeypatch.setattr(certificates, "all_certificates", lambda: [one])
        return certificates.certificates().data

    return page


def test_a_commit_is_said_with_the_changes_that_it_does_not_hold(shown):
    assert "<dt>commit</dt><dd>0123456789ab</dd>" in shown(uncommitted=False)
    assert "<dd>0123456789ab, with changes that no commit holds</dd>" in shown(uncommitted=True)
    assert "<dt>commit</dt><dd>none</dd>" in shown(uncommitted=False, commit="")


def test_the_ten_metrics_that_moved_most_are_listed_and_the_others_counted(shown):
    moved = [0.5, -3.0, 1.5, 2.0, -0.2, 2.5, 0.1, 0.3, 0.4, 0.6, 0.7, None]
    drift = [
        Drift(
            experiment="one", arm=f"arm {number}", role="target", metric="AUROC", ours=0.8,
            state="drifted" if by == 0.3 else "within", repeat=0.8, moved=by, tolerance=3.0,
        )
        for number, by in enumerate(moved)
    ]  # fmt: skip
    page = shown(drift=drift)
    listed = re.findall(r'data-heading="arm"[^>]*>arm (\d+)<', page)
    assert [moved[int(number)] for number in listed] == [
        0.3, -3.0, 2.5, 2.0, 1.5, 0.7, 0.6, 0.5, 0.4, -0.2,
    ]  # fmt: skip
    assert "<p>And 2 more in the file.</p>" in page
    assert "more in the file" not in shown(drift=drift[:10])


def test_a_row_says_which_two_arms_a_difference_is_of():
    known = verdict("A3", "not judged", "not judged", 0.1, 0.1)
    gone = verdict("X1", "not judged", "not judged", 0.1, 0.1)
    page = verdicts_as_html([known, gone])
    assert "alpha 0.1, 1 × steps − alpha 0, 1 × steps" in page
    assert 'data-heading="difference of two arms"' in page
