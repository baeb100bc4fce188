"""``cxrstudy register``: writes one file, and says what to do with it."""

import pytest

from cxrstudy.verdicts.registration import registrations
from tests.support.commands import cxrstudy
from tests.support.registered import write_project

WRITE = ("register", "--profile", "tiny", "--cohort", "made", "--seeds")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    made = write_project(tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(made))
    return made


def test_a_registration_is_written_and_another_needs_a_reason():
    shown = cxrstudy(*WRITE, 2, "--seen", "a trial")
    assert shown.status == 0
    assert shown.out.splitlines()[0] == "claims/registrations/0001-made-tiny.yaml"
    assert "Commit it" in shown.out
    assert registrations()[0].seen["X1"].endswith("a trial")
    again = cxrstudy(*WRITE, 3)
    assert (again.status, "--because" in again.err) == (1, True)
    assert cxrstudy(*WRITE, 3, "--because", "more seeds").status == 0
    assert registrations()[1].because == "more seeds"


def test_one_seed_can_t_be_registered():
    assert cxrstudy(*WRITE, 1).status == 2
