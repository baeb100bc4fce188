"""``cxrstudy store``: what it prints, and its exit status."""

import json
from types import SimpleNamespace

import pytest

from cxrstudy.runs import store
from cxrstudy.runs.record import SCORES
from cxrstudy.study import removable
from cxrstudy.study.removable import Reach
from tests.support.commands import cxrstudy
from tests.support.stores import write_record


@pytest.fixture
def records(tmp_path, monkeypatch):
    """A store of two runs, of which the profile tiny on the cohort made plans the first."""
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    records = tmp_path / "store"
    runs = [write_record(records, seed) for seed in range(2)]

    def reachable(profiles, cohorts, seeds):
        assert (list(profiles), list(cohorts), seeds) == (["tiny"], ["made"], 20)
        return Reach(frozenset(runs[:1]), ("07 with tiny on made: no such role",))

    monkeypatch.setattr(removable, "reachable", reachable)
    return SimpleNamespace(path=records, runs=runs)


def test_check_ends_with_0_where_all_is_right(records):
    shown = cxrstudy("store", "check")
    assert shown.status == 0
    assert shown.out == f"{records.path}: 2 runs checked, 0 problems\n"


def test_check_names_each_problem_and_ends_with_1(records):
    file = records.path / records.runs[0] / SCORES
    file.write_text("other")
    shown = cxrstudy("store", "check")
    assert shown.status == 1
    assert shown.out.splitlines()[0].startswith(f"altered: {file}: missing or altered")
    assert shown.out.endswith("2 runs checked, 1 problem (1 altered)\n")


def test_check_is_json_on_request_with_the_same_exit_status(records):
    (records.path / "notes").touch()
    shown = cxrstudy("store", "check", "--json")
    assert shown.status == 1
    told = json.loads(shown.out)
    assert (told["runs"], told["problems"]) == (2, 1)
    assert told["found"][0]["path"] == str(records.path / "notes")
    (records.path / "notes").unlink()
    assert cxrstudy("store", "check", "--json").status == 0


WHAT = ("store", "prune", "--profile", "tiny", "--cohort", "made")


def test_prune_lists_and_removes_only_when_it_is_asked_to(records):
    listed = cxrstudy(*WHAT)
    assert listed.status == 0
    assert f"{records.path / records.runs[1]}: " in listed.out
    assert listed.out.endswith("bytes can be freed, 1 run kept; use --delete to remove\n")
    assert listed.err == "not planned: 07 with tiny on made: no such role\n"
    assert store.has(records.path, records.runs[1])

    removed = cxrstudy(*WHAT, "--delete")
    assert removed.out.endswith("bytes freed, 1 run kept\n")
    assert not store.has(records.path, records.runs[1])
    assert (
        cxrstudy(*WHAT).out
        == "\nnothing\n\n0 bytes can be freed, 1 run kept; use --delete to remove\n"
    )


def test_prune_is_json_on_request(records):
    told = json.loads(cxrstudy(*WHAT, "--json").out)
    assert [item["path"] for item in told["removable"]] == [str(records.path / records.runs[1])]
    assert told["removed"] == []
    told = json.loads(cxrstudy(*WHAT, "--json", "--delete").out)
    assert told["removed"] == [str(records.path / records.runs[1])]


@pytest.mark.parametrize("command", ["check", "prune"])
def test_there_is_help_and_no_store_is_an_error(command, records, tmp_path, monkeypatch):
    assert cxrstudy("store", command, "--help").status == 0
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "nowhere"))
    more = WHAT[2:] if command == "prune" else ()
    shown = cxrstudy("store", command, *more)
    assert shown.status == 1
    assert "no such store" in shown.err
