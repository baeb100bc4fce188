"""Glance: each answer that counts names its chapters, claims and world, and no other does."""

import re

from cxrstudy.pages.computed import glance
from cxrstudy.pages.html import HTML
from tests.support.judged import REGISTERED, judged, text_of


def test_at_a_glance_each_answer_that_counts_names_its_chapter_and_world():
    rows = [("A1", "inconclusive", 0.02), ("A3", "no relevant difference", 0.0)]
    assert glance.at_a_glance(judged(*rows)) == ""
    shown = text_of(HTML(glance.at_a_glance(judged(*rows, counts=REGISTERED))))
    assert re.fullmatch(r"No relevant difference on .+: MixUp \(A3\)\.", " ".join(shown.split()))
