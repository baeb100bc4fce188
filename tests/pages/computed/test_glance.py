"""Glance: each verdict that counts stands with its chapter, claim and cohort, and no other does."""

import re

import pandas as pd

from cxrstudy.pages.computed import glance
from cxrstudy.pages.html import HTML
from tests.support.judged import REGISTERED, judged, text_of


def cells(table):
    body = table.partition("<tbody>")[2]
    return [
        [text_of(HTML(cell)).strip() for cell in re.findall("<td.*?</td>", row, flags=re.DOTALL)]
        for row in body.split("<tr>")[1:]
    ]


def test_a_verdict_that_does_not_count_is_not_shown():
    rows = judged(("A3", "supported", 0.02), ("B1", "not judged", float("nan")))
    assert glance.at_a_glance(rows) == ""
    assert glance.at_a_glance(rows.assign(counts=[REGISTERED, REGISTERED])) != ""


def test_each_chapter_has_a_row_with_its_question_and_each_cohort_a_column():
    here = judged(
        ("A3", "no relevant difference", 0.0), ("A12", "supported", 0.1), counts=REGISTERED
    )
    there = judged(("A15", "reversed", -0.7), cohort="nih", counts=REGISTERED)
    shown = glance.at_a_glance(pd.concat([here, there]))
    assert re.findall("<th [^>]*>(.*?)</th>", shown) == [
        "question", "Phantoms", "Infiltration among pneumonia, NIH",
    ]  # fmt: skip
    mixup, maps = cells(shown)
    assert mixup[0].startswith("MixUp Does mixing pairs of images")
    assert mixup[1:] == ["supported A12 no relevant difference A3", "no evidence yet"]
    assert maps == ["Grad-CAM Do the maps point at the disease?", "no evidence yet", "reversed A15"]


def test_claims_of_one_verdict_share_a_line():
    rows = judged(("A3", "inconclusive", 0.0), ("A12", "inconclusive", 0.1), counts=REGISTERED)
    assert cells(glance.at_a_glance(rows))[0][1] == "inconclusive A3, A12"
