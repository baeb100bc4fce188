"""``cxrstudy audit``: what it prints of an audit, and its exit status."""

import json
from dataclasses import replace

import pytest

from cxrstudy import audit
from cxrstudy.audit.check_result import CheckResult, row, row_table
from tests.support.commands import cxrstudy

PASSED = CheckResult("CXR001", "copies", "pass", 0, row_table(), "None.", "Nothing to do.")
ROWS = row_table([row("in train and test", "target", "made", "a")])
DETAIL = "1,200 patients are in two splits."
ISSUE = CheckResult("CXR002", "leaks", "issue", 1200, ROWS, DETAIL, "Part them.")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What an audit was asked for, which finds one issue."""
    asked: list[tuple[str, str]] = []

    def run_audit(cohort: str, profile: str) -> list[CheckResult]:
        asked.append((cohort, profile))
        return [PASSED] if cohort == "clean" else [PASSED, ISSUE]

    monkeypatch.setattr(audit, "run_audit", run_audit)
    return asked


def test_audit_prints_one_line_per_check_and_what_was_found_and_ends_with_1(
    asked: list[tuple[str, str]],
) -> None:
    shown = cxrstudy("audit", "phantom")
    assert shown.status == 1
    assert [line.split() for line in shown.out.splitlines()[:3]] == [
        ["code", "state", "count", "title"],
        ["CXR001", "pass", "0", "copies"],
        ["CXR002", "issue", "1,200", "leaks"],
    ]
    assert shown.out.endswith(
        "\n\nCXR002 leaks\n  1,200 patients are in two splits.\n  Part them.\n"
    )
    assert asked == [("phantom", "quick")]


def test_audit_says_what_was_not_checked_beside_what_was_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = replace(PASSED, unchecked="The crosswalk is missing.")
    monkeypatch.setattr(audit, "run_audit", lambda cohort, profile: [both, ISSUE])
    shown = cxrstudy("audit", "phantom")
    assert shown.status == 1
    assert "  Nothing to do.\n  Not checked: The crosswalk is missing.\n" in shown.out
    assert "CXR002 leaks" in shown.out


def test_audit_of_a_clean_cohort_ends_with_0(asked: list[tuple[str, str]]) -> None:
    shown = cxrstudy("audit", "clean")
    assert (shown.status, len(shown.out.splitlines())) == (0, 2)


def test_audit_is_json_on_request(asked: list[tuple[str, str]]) -> None:
    shown = cxrstudy("audit", "open", "--json", "--profile", "standard")
    _, issue = json.loads(shown.out)
    assert (issue["code"], issue["count"], issue["rows"][0]["id"]) == ("CXR002", 1200, "a")
    assert asked == [("open", "standard")]
