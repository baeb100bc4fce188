"""Certificates: the page shows a row where there is something to compare, and names all claims."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.certificates import verdicts_as_html
from cxrstudy.verdicts.certificate import Verdict

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
    rows = re.findall(r'data-heading="claim">(X\d+)<', page)
    in_lines = [name for line in re.findall("<p>(.*?)</p>", page) for name in line.split(": ")[1:]]
    named = [name for names in in_lines for name in names.rstrip(".").split(", ")]
    assert sorted(rows + named) == sorted(each.claim for each in made)
    alike = {each.claim for each in made if each.ours == each.repeat}
    bare = {each.claim for each in made if each.estimate is None and each.our_estimate is None}
    assert set(named) == alike & bare


def test_no_claim_is_said():
    assert verdicts_as_html([]) == "<p>No claim is about these runs.</p>"
