"""Numbers behind: a table for each set of recorded results, which it names."""

import pytest

from cxrstudy.pages.beside import NOTHING, ReferenceResults
from cxrstudy.pages.html import HTML
from cxrstudy.pages.numbers_behind import numbers_behind
from cxrstudy.statistics import made_scores

SCORES = made_scores(["COVID-19", "pneumonia"])


def recorded(name: str) -> ReferenceResults:
    return ReferenceResults(HTML(""), object(), SCORES, {"results": name})


@pytest.mark.parametrize("names", [["children"], ["children", "phantoms"]])
def test_each_set_of_results_has_a_table_that_names_it(names):
    shown = numbers_behind("06_sequential_schemes", *map(recorded, names), NOTHING).data
    assert [shown.count(f'data-of="{name}"') for name in names] == [1] * len(names)
    assert shown.count("<table") == len(names)


def test_without_results_nothing_is_shown():
    assert numbers_behind("06_sequential_schemes", NOTHING, NOTHING) is None
