"""``cxrstudy power``: a table of sizes, and how many patients are enough."""

import json

import pytest

from cxrstudy.statistics.power import VarianceComponents
from cxrstudy.verdicts import planning
from tests.support.commands import cxrstudy


@pytest.fixture(autouse=True)
def components(monkeypatch):
    made = VarianceComponents(seed=2e-5, patient=0.01, residual=0.02)
    monkeypatch.setattr(planning, "components_of", lambda claim, folder: made)


def test_power_shows_sizes_and_what_is_enough():
    shown = cxrstudy("power", "B1")
    assert shown.status == 0
    assert shown.out.startswith("B1: general → pneumonia − control; smallest relevant effect 0.02")
    lines = shown.out.splitlines()
    assert sum(line.split()[:1] in (["3"], ["5"], ["10"], ["20"]) for line in lines) == 20
    assert [line for line in lines if line.startswith("with 3 seeds no number of patients is")]
    assert [line for line in lines if line.startswith("with 20 seeds ") and "patients are" in line]


def test_power_is_printed_for_programs():
    told = json.loads(cxrstudy("power", "B1", "--json").out)
    assert (told["claim"], told["tests"], len(told["sizes"])) == ("B1", 6, 20)
    assert told["enough"][0] == {"seeds": 3, "patients": None}


def test_an_unknown_claim_is_named_with_those_that_there_are():
    shown = cxrstudy("power", "Z9")
    assert shown.status == 1
    assert "no paper has claim 'Z9'; there are A1" in shown.err
