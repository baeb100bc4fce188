"""Rule: its words have the levels of the claims, and decide as the rule does."""

import re

import pytest

from cxrstudy.pages.claim_tables import rule
from cxrstudy.pages.rule import claim_levels, rule_table
from cxrstudy.verdicts.outcome import Outcome


@pytest.mark.parametrize(
    ("level", "wide", "narrow", "alpha"),
    [(0.95, "95 %", "90 %", "5 %"), (0.9, "90 %", "80 %", "10 %"), (0.99, "99 %", "98 %", "1 %")],
)
def test_levels_come_from_the_claims(level, wide, narrow, alpha):
    table = rule_table([level]).set_index("outcome")
    when, equal = table["when"], table["equivalence"]
    assert f"the {wide} interval lies above" in when["supported"]
    assert f"the {narrow} interval lies within" in when["no relevant difference"]
    assert f"below {alpha}" in when["supported"]
    assert f"the {wide} interval lies below" in when["reversed"]
    assert equal["supported"] == when["no relevant difference"]
    assert f"the {wide} interval lies beyond" in equal["reversed"]


def test_several_levels_are_all_named():
    assert "the 90 % or 95 % interval" in rule_table([0.95, 0.9])["when"][0]


def test_every_outcome_of_the_rule_is_told():
    assert rule_table([0.95])["outcome"].tolist() == list(Outcome.__args__)


def test_the_page_shows_the_levels_of_this_study():
    said = re.findall(r"the ([^<]*?) interval lies above", rule().data)
    assert said == [" or ".join(f"{100 * level:g} %" for level in claim_levels())]
