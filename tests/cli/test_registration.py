"""``cxrstudy registration``: says what counts, and fails where a registration does not hold."""

import json
import shutil

import pytest

from cxrstudy.verdicts.registration import register
from tests.support.commands import cxrstudy
from tests.support.registered import record, write_project
from tests.support.repositories import commit

CHECK = ("registration", "check")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = write_project(tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(made))
    commit(made)
    return made


def test_results_without_a_registration_are_no_error_and_do_not_count(folder):
    record(folder, commit(folder), name="")
    shown = cxrstudy(*CHECK)
    assert shown.status == 0
    assert "does not count: these results name no registration" in shown.out
    assert cxrstudy("registration", "list").out.strip() == "nothing"


def test_registered_results_count_and_tampered_ones_fail(folder):
    path = register("tiny", "made", 2)
    record(folder, commit(folder))
    commit(folder)
    shown = cxrstudy(*CHECK)
    assert (shown.status, "counts: registered in 0001-made-tiny" in shown.out) == (0, True)
    assert "no recorded results" in cxrstudy("registration", "list").out
    path.write_text(path.read_text() + "# more\n")
    shown = cxrstudy(*CHECK, "--json")
    assert shown.status == 1
    told = json.loads(shown.out)
    assert [one["counts"] for one in told["results"]] == [False]
    assert told["registrations"] == [
        "claims/registrations/0001-made-tiny.yaml is not committed as it is"
    ]


def test_what_can_t_be_checked_fails_only_if_something_was_to_be_checked(
    folder, tmp_path, monkeypatch
):
    place = record(folder, commit(folder), name="")
    shutil.rmtree(folder / ".git")
    assert cxrstudy(*CHECK, place).status == 0
    register("tiny", "made", 2)
    record(folder, "0" * 40)
    shown = cxrstudy(*CHECK, place)
    assert shown.status == 1
    assert "can't be checked here" in shown.out
    assert "registrations can't be checked here" in shown.err
