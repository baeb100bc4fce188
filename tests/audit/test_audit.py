"""The audit as a whole: clean cohorts pass, a planted fault is found, and nothing else is."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cxrstudy import audit, phantom
from cxrstudy.audit import metadata_classifier
from cxrstudy.audit.check_result import CannotCheck, gravest
from cxrstudy.study import profile
from tests.support.audited import Made, clean
from tests.support.planted import FAULTS
from tests.support.some import some


@pytest.fixture(scope="module", autouse=True)
def answers() -> Iterator[None]:
    """A fault leaves most questions as they were: each that is the same is answered once."""
    known: dict[str, metadata_classifier.Guess] = {}
    answer = metadata_classifier.answer

    def answer_once(question, features, people, linear, comparisons):  # type: ignore[no-untyped-def]
        arrays = (question.rows, question.truth, features, people.astype(str))
        asked = sha256(repr((question.name, linear, comparisons)).encode())
        for array in map(np.ascontiguousarray, arrays):
            asked.update(f"{array.shape} {array.dtype}".encode() + array.tobytes())
        if asked.hexdigest() not in known:
            known[asked.hexdigest()] = answer(question, features, people, linear, comparisons)
        return known[asked.hexdigest()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata_classifier, "answer", answer_once)
        yield


def _alarms(outcomes: list[audit.CheckResult]) -> dict[str, str]:
    return {o.code: o.state for o in outcomes if o.state not in ("pass", "not applicable")}


def test_a_clean_cohort_passes_every_check() -> None:
    outcomes = audit.run_checks(clean().evidence())
    assert _alarms(outcomes) == {}
    assert audit.exit_status(outcomes) == 0
    assert all(o.rows.empty and o.count == 0 for o in some(outcomes))
    assert [(o.code, o.title) for o in outcomes] == [(c.CODE, c.TITLE) for c in audit.CHECKS]


#: Faults of pixels, for which every image is read many times.
LONG = ("CXR109", "CXR113", "CXR114", "CXR115", "CXR116")


@pytest.mark.parametrize(
    "code",
    [pytest.param(code, marks=pytest.mark.slow) if code in LONG else code for code in FAULTS],
)
def test_a_planted_fault_is_found_and_nothing_else(code: str) -> None:
    made = clean("target", "general")  # what faults are planted in
    FAULTS[code](made)
    outcomes = audit.run_checks(made.evidence())
    notes = {
        f"CXR{code}" for code in (106, 108, 112, 116, 117, 118, 120)
    }  # these are never more than a note
    # A line along an edge is also seen by the checks of corners, letters and details at the edge.
    also = dict.fromkeys(("CXR113", "CXR114", "CXR115"), "issue") if code == "CXR105" else {}
    assert _alarms(outcomes) == {code: "note" if code in notes else "issue", **also}
    found = next(o for o in outcomes if o.code == code)
    assert found.count > 0
    assert len(found.rows) > 0
    assert audit.exit_status(outcomes) == (code not in notes)


def test_every_check_has_a_code_of_its_own_and_a_fault() -> None:
    codes = [check.CODE for check in audit.CHECKS]
    assert codes == sorted(set(codes)) == list(FAULTS)
    assert len({check.TITLE for check in audit.CHECKS}) == len(codes)
    assert all(check.ADVICE.endswith(".") for check in some(audit.CHECKS))


def test_what_can_not_be_had_is_said_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(evidence: audit.Evidence) -> audit.CheckResult:
        raise CannotCheck("There is no such thing.")

    monkeypatch.setattr(audit.CHECKS[0], "check", refuse)
    monkeypatch.setattr(audit, "CHECKS", audit.CHECKS[:2])
    outcomes = audit.run_checks(clean("target").evidence())
    assert outcomes[1].state == "pass"
    assert outcomes[0].state == "could not be checked"
    assert outcomes[0].detail == "There is no such thing."
    assert audit.exit_status(outcomes) == 1


def test_table_and_json_hold_every_outcome() -> None:
    made = clean("target")
    FAULTS["CXR001"](made)
    outcomes = audit.run_checks(made.evidence())
    table = audit.as_table(outcomes)
    assert list(table) == ["code", "title", "state", "count", "detail", "advice", "unchecked"]
    records = json.loads(audit.as_json(outcomes))
    assert [r["code"] for r in records] == list(table["code"])
    assert set(records[0]["rows"][0]) == {"id", "role", "manifest", "what"}
    assert records[0]["rows"][0]["manifest"] == "made target"


def test_the_gravest_state_counts() -> None:
    assert gravest(["pass", "issue", "note"]) == "issue"
    assert gravest(["note", "could not be checked"]) == "could not be checked"
    assert gravest([]) == "not applicable"


@pytest.mark.slow
def test_phantoms_have_no_issue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    monkeypatch.setattr("cxrstudy.runs.engine.workers", lambda: 1)
    few = dict.fromkeys(phantom.LABELS, 100) | {"natural_small": 20, "natural_large": 20}
    small = profile.read_profile("quick").model_copy(update={"phantom_patients": few})
    monkeypatch.setattr("cxrstudy.audit.evidence.read_profile", lambda name: small)
    outcomes = audit.run_audit("phantom")
    assert [o.code for o in outcomes if o.state == "issue"] == []
    assert audit.exit_status(outcomes) == 0


def test_natural_images_are_no_radiographs() -> None:
    made: Made = clean()
    evidence = made.evidence()
    roles = dict(evidence.cohort.roles) | {"natural_small": evidence.cohort.roles["general"]}
    natural = audit.Evidence(
        type(evidence.cohort)("made", "", "", "", roles, evidence.cohort.manifests),
        evidence.manifests, evidence.vocabulary, evidence.look,
    )  # fmt: skip
    assert set(natural.roles) == set(evidence.roles)
