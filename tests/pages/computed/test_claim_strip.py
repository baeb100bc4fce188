"""Claim strip: marks are the same everywhere, and what is said together is of what counts."""

import re

import pandas as pd
import pytest

from cxrstudy.pages.computed.claim_strip import claims_table
from cxrstudy.pages.html import HTML
from cxrstudy.pages.marks import marks_of
from tests.support.judged import REGISTERED, UNREGISTERED, judged, text_of


def text(table, everywhere=None):
    marks = marks_of(table if everywhere is None else everywhere)
    return text_of(HTML(claims_table(table, marks, "")))


def test_a_set_of_results_has_one_mark_whichever_claims_are_shown():
    answered = judged(("A1", "supported", 0.02), ("A3", "inconclusive", 0.0))
    other = judged(("A3", "inconclusive", 0.3), cohort="nih")
    marks = marks_of(pd.concat([other, answered]))
    assert [marks[name] for name in ("recorded: phantom", "recorded: nih")] == [0, 1]
    alone = claims_table(other, marks, "")
    assert "<rect" in alone
    assert "<circle" not in alone


def test_where_images_are_simulated_natural_ones_are_too_and_that_is_said():
    assert "fractals" in text(judged(("A1", "supported", 0.02)))
    assert "fractals" not in text(judged(("A1", "supported", 0.02), cohort="kermany"))


def test_without_records_there_is_no_mark():
    assert marks_of(pd.DataFrame()) == {}


def test_what_does_not_count_says_nothing_together_with_what_does():
    counting = judged(("A1", "inconclusive", 0.0), counts=REGISTERED)
    other = judged(("A1", "supported", 0.02), cohort="nih")
    both = pd.concat([counting, other])
    assert "Together: inconclusive on 1 cohort." in text(both)
    assert "none of this counts" in text(other)
    assert "none of this counts" not in text(both)


@pytest.mark.parametrize(("counts", "said"), [(REGISTERED, False), (UNREGISTERED, True)])
def test_an_empty_frame_is_explained_where_there_is_one(counts, said):
    shown = claims_table(
        judged(("A1", "supported", 0.02), counts=counts), {"recorded: phantom": 0}, ""
    )
    assert ("empty frame" in shown) == said
    assert ("registered" in re.findall('class="(study-verdict[^"]*)"', shown)[0]) != said


def test_an_equivalence_is_drawn_between_its_two_bounds_and_others_above_one():
    equal = claims_table(judged(("B5", "supported", 0.0)), {"recorded: phantom": 0}, "")
    assert equal.count('class="bound"') == 2
    assert "must be within ±0.020" in equal
    assert "if there are two, between" in equal
    assert "Reversed:" not in equal
    above = claims_table(
        judged(("B3", "reversed", 0.01)).assign(margin=0.05), {"recorded: phantom": 0}, ""
    )
    assert above.count('class="bound"') == 1
    assert "must be above +0.050" in above
    assert "Reversed: the whole interval lies below the broken line." in above
    alone = judged(("B3", "inconclusive", 0.01)).assign(margin=0.05, relevant=0.005)
    assert "Alone it would be reversed" in text(alone)
    assert "Reversed: the whole interval" in text(alone)
    beyond = claims_table(judged(("B5", "reversed", 0.1)), {"recorded: phantom": 0}, "")
    assert "below the broken line, or, of two, beyond one of them." in beyond
    small = judged(("B1", "no relevant difference", 0.0))
    assert "this is asked first" in claims_table(small, {"recorded: phantom": 0}, "")
    assert "between" not in above


def test_trainings_that_still_improved_are_told_whatever_the_claim_asks_of_budgets():
    rows = judged(("A1", "supported", 0.02), ("C1", "supported", 0.01))
    assert "still improved" not in text(rows)
    short = rows.assign(at_plateau=[10, 0])
    assert "C1: some or all trainings still improved" in text(short)
    assert "In every row some or all trainings still improved" in text(rows.assign(at_plateau=3))
    named = text(rows.assign(at_plateau=3, profile="plateau"))
    assert "trainings, also of the profile “plateau”, still improved" in named


def test_a_test_names_its_contrast_and_begins_as_a_sentence():
    shown = text(judged(("C2", "supported", 0.02), ("B5", "supported", 0.0)))
    assert re.search(r"Our test: [A-Z][^()]* \(small − random\); +n = 959", shown)
    assert re.search(r"\(COVID-19 − pneumonia\); +n = 959", shown)


def test_every_claim_has_one_row_in_the_order_of_the_rule():
    rows = judged(("A3", "inconclusive", 0.0), ("B1", "reversed", -0.1), ("A1", "supported", 0.1))
    shown = claims_table(rows, marks_of(rows), "")
    links = re.findall(r'<a href="[^"]*">([A-Z]\d+)</a>', shown)
    assert links == ["A1", "B1", "A3"]


@pytest.mark.parametrize(
    ("claim", "arms"),
    [("C2", "small − random"), ("A3", "alpha 0.1, 1 × steps − alpha 0, 1 × steps")],
)
def test_a_test_names_the_two_arms_that_it_compares(claim, arms):
    assert f"({arms}); n" in text(judged((claim, "supported", 0.02)))
