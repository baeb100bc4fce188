"""``cxrstudy design``: writes one table into the project."""

import pandas as pd
import pytest

from cxrstudy.verdicts import design
from tests.support.commands import cxrstudy
from tests.support.project import use


@pytest.fixture
def asked(tmp_path, monkeypatch):
    calls = []

    def design_of(profile, cohort, seeds, components):
        calls.append((profile, cohort, seeds))
        return pd.DataFrame({"claim": ["B1"]})

    use(monkeypatch, tmp_path, "claims")
    monkeypatch.setattr(design, "design", design_of)
    monkeypatch.setattr("cxrstudy.verdicts.planning.recorded_components", lambda cohort: {})
    return calls


def test_a_table_is_written_beside_the_claims(asked, tmp_path):
    shown = cxrstudy("design", "--profile", "tiny", "--cohort", "made", "--seeds", 7)
    assert (shown.status, shown.out.strip()) == (0, "claims/designs/made-tiny.csv")
    assert asked == [("tiny", "made", 7)]
    assert (tmp_path / "claims/designs/made-tiny.csv").read_text() == "claim\nB1\n"


def test_one_seed_is_no_design():
    assert cxrstudy("design", "--seeds", 1).status == 2
