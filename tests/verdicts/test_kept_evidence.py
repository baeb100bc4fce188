"""Kept evidence: the same to the last bit, and never that of other results, claims or code."""

import os
import shutil
import time

import pandas as pd
import pytest

from cxrstudy.base import coverage, places, processes, remembered
from cxrstudy.verdicts import judge, kept_evidence, results
from cxrstudy.verdicts.kept_evidence import kept_of
from cxrstudy.verdicts.results import ResultsError
from tests.support.project import THIS, use

QUICK = THIS / "results" / "phantom" / "quick"


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv(kept_evidence.VARIABLE, "1")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Recorded results in a project whose claims, results and code a test may change."""
    (tmp_path / "project").mkdir()
    project = use(monkeypatch, tmp_path / "project", "claims")
    for path in (THIS / "claims").glob("*.yaml"):
        shutil.copy(path, project / "claims")
    shutil.copytree(
        coverage.PACKAGE_FOLDER, tmp_path / "code", ignore=shutil.ignore_patterns("__pycache__")
    )
    monkeypatch.setattr(coverage, "PACKAGE_FOLDER", tmp_path / "code")
    coverage.forget()
    yield shutil.copytree(QUICK, tmp_path / "phantom" / "quick")
    coverage.forget()


def is_computed(folder):
    """Whether what is kept of results is computed again, and not found."""
    asked = []
    answer = kept_of("made", folder, lambda: asked.append(1) or "answer")
    assert answer == "answer"
    return bool(asked)


def bits(table):
    return [
        [(type(value), value.hex() if isinstance(value, float) else value) for value in table[name]]
        for name in table
    ]


def test_it_is_that_which_is_computed_to_the_last_bit():
    computed = judge.evidence_of_results(QUICK)
    assert computed["estimate"].notna().any()
    assert computed["estimate"].isna().any()
    for _ in range(2):
        found = kept_evidence.kept_evidence(QUICK, lambda folder: computed)
        pd.testing.assert_frame_equal(found, computed, check_exact=True)
        assert bits(found) == bits(computed)
    (entry,) = remembered.folder().iterdir()
    assert remembered.kept(entry)


def test_verdicts_are_the_same_when_their_evidence_is_found(monkeypatch):
    first = judge.judged_results(QUICK)
    monkeypatch.setattr(judge, "evidence_of_results", None)
    pd.testing.assert_frame_equal(judge.judged_results(QUICK), first, check_exact=True)


def one_more_byte(path):
    """Change a file by a byte, as if it had been so before this process began."""
    path.write_bytes(path.read_bytes() + b"\n")
    os.utime(path, (0, 0))


def of_results(folder):
    one_more_byte(folder / results.VERDICTS)
    results.hash_again(results.unchecked(folder), folder, [results.VERDICTS])


def of_maps(folder):
    one_more_byte(folder / "attention.csv.gz")
    results.hash_again(results.unchecked(folder), folder, ["attention.csv.gz"])


def of_claims(folder):
    one_more_byte(places.claims() / "paper_b.yaml")


def of_the_rule(folder):
    one_more_byte(coverage.PACKAGE_FOLDER / "verdicts" / "evidence.py")
    coverage.forget()


def of_what_the_rule_imports(folder):
    one_more_byte(coverage.PACKAGE_FOLDER / "statistics" / "recovery.py")
    coverage.forget()


@pytest.mark.parametrize(
    "change", [of_results, of_maps, of_claims, of_the_rule, of_what_the_rule_imports]
)
def test_a_changed_byte_has_it_computed_again(folder, change):
    assert is_computed(folder)
    assert not is_computed(folder)
    change(folder)
    assert is_computed(folder)
    assert not is_computed(folder)


@pytest.mark.parametrize("name", ["scipy", "numpy", "pandas", "pyyaml"])
def test_another_version_of_a_library_has_it_computed_again(folder, monkeypatch, name):
    assert is_computed(folder)
    for module in (coverage, kept_evidence):
        now = module.version
        monkeypatch.setattr(
            module, "version", lambda asked, now=now: "0.0" if asked == name else now(asked)
        )
    coverage.forget()
    assert is_computed(folder)


def test_another_number_of_threads_has_it_computed_again(folder, monkeypatch):
    assert is_computed(folder)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    assert is_computed(folder)


def test_of_altered_results_nothing_is_found(folder):
    assert is_computed(folder)
    one_more_byte(folder / results.SCORED)
    with pytest.raises(ResultsError, match=results.SCORED):
        is_computed(folder)


@pytest.mark.parametrize("place", [0, 70, -1])
def test_a_damaged_entry_is_computed_again(folder, place):
    assert is_computed(folder)
    (entry,) = remembered.folder().iterdir()
    content = bytearray(entry.read_bytes())
    content[place] ^= 1
    entry.write_bytes(content)
    assert is_computed(folder)
    assert not is_computed(folder)


def test_an_entry_of_other_results_is_computed_again(folder):
    assert is_computed(folder)
    (other,) = remembered.folder().iterdir()
    of_results(folder)
    assert is_computed(folder)
    (mine,) = set(remembered.folder().iterdir()) - {other}
    mine.write_bytes(other.read_bytes())
    assert is_computed(folder)


def test_outside_of_what_our_commands_start_nothing_is_kept_or_found(folder, monkeypatch):
    assert is_computed(folder)
    monkeypatch.delenv(kept_evidence.VARIABLE)
    assert is_computed(folder)
    of_results(folder)
    assert is_computed(folder)
    assert len(list(remembered.folder().iterdir())) == 1


def test_code_that_was_edited_after_it_was_read_is_not_taken_for_what_runs(folder):
    path = coverage.PACKAGE_FOLDER / "verdicts" / "evidence.py"
    path.write_text(path.read_text() + "\n")
    os.utime(path, (time.time() + 60, time.time() + 60))
    assert is_computed(folder)
    assert is_computed(folder)
    assert not remembered.folder().exists()


def asked_in_a_process(folder):
    return kept_of("made", folder, lambda: [os.getpid()] * 10_000)


def test_processes_that_ask_at_once_get_whole_answers(folder):
    with processes.pool(2) as executor:
        answers = list(executor.map(asked_in_a_process, [QUICK] * 20))
    assert len(answers) == 20
    assert {(len(answer), len(set(answer))) for answer in answers} == {(10_000, 1)}
    found = [path for path in remembered.folder().iterdir() if remembered.kept(path)]
    assert len(found) == len(list(remembered.folder().iterdir())) == 1
