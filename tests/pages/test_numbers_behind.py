"""Numbers behind: a table for each set of recorded results, which it names."""

import pytest

from cxrstudy.pages.beside import NOTHING, ReferenceResults
from cxrstudy.pages.html import HTML
from cxrstudy.pages.numbers_behind import numbers_behind
from cxrstudy.statistics import made_scores

#: The arms of a claim, and arms that are of none.
SCORES = made_scores(["general → pneumonia", "control"])
OTHERS = made_scores(["COVID-19", "pneumonia"])


def recorded(name: str) -> ReferenceResults:
    return ReferenceResults(HTML(""), object(), SCORES, {"results": name})


@pytest.mark.parametrize("names", [["children"], ["children", "phantoms"]])
def test_each_set_of_results_has_a_table_that_names_it(names):
    shown = numbers_behind("06_sequential_schemes", *map(recorded, names), NOTHING).data
    assert [shown.count(f'data-of="{name}"') for name in names] == [1] * len(names)
    assert shown.count("<table") == len(names)


def test_results_that_lack_the_arms_of_every_claim_have_no_table():
    lacking = ReferenceResults(HTML(""), object(), OTHERS, {"results": "others"})
    shown = numbers_behind("06_sequential_schemes", recorded("children"), lacking).data
    assert shown.count("<table") == 1
    assert 'data-of="others"' not in shown
    assert numbers_behind("06_sequential_schemes", lacking) is None


def test_without_results_nothing_is_shown():
    assert numbers_behind("06_sequential_schemes", NOTHING, NOTHING) is None
