"""Registered runs: results are of a registration that all commits that ran them hold."""

from types import SimpleNamespace
from typing import Any

import pytest

from cxrstudy.verdicts import registered_runs
from cxrstudy.verdicts.registered_runs import registration_of

HELD = {"old": ["one"], "new": ["one", "two"], "other": ["elsewhere"]}


@pytest.mark.parametrize(
    ("ran", "name"),
    [
        (["new"], "two"), (["old", "new"], "one"), (["old"], "one"), (["other"], ""),
        (["new", "gone"], ""), ([], ""),
    ],
)  # fmt: skip
def test_runs_are_of_the_latest_registration_that_each_of_their_commits_holds(
    monkeypatch: pytest.MonkeyPatch, ran: list[str], name: str
) -> None:
    made = [
        SimpleNamespace(name=each, path=each, profile="standard", cohort=cohort)
        for each, cohort in (("one", "nih"), ("two", "nih"), ("elsewhere", "phantom"))
    ]
    repository = SimpleNamespace(
        has_commit=lambda commit: commit in HELD,
        contents=lambda commit, paths: [path for path in paths if path in HELD[commit]],
    )
    monkeypatch.setattr(registered_runs, "registrations", lambda: made)
    monkeypatch.setattr(registered_runs, "open_repository", lambda root: repository)
    facts: Any = SimpleNamespace(profile="standard", cohort="nih", ran=dict.fromkeys(ran, 1))
    assert registration_of(facts) == name
