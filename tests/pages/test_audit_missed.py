"""What a check of the audit mostly misses is said, and where nothing was measured nothing is."""

import pandas as pd
import pytest

from cxrstudy.pages.audit_missed import missed, with_missed
from tests.support.project import use


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = use(monkeypatch, tmp_path) / "benchmarks"
    made.mkdir()
    return made


def test_where_nothing_was_measured_nothing_is_said(folder):
    assert missed("CXR114") == missed("CXR116") == missed("CXR117") == ""


def test_what_is_mostly_missed_is_said_beside_a_pass_and_only_there(folder):
    (folder / "planted.csv").write_text(
        "code,change,strength,of,told,issue\nCXR114,a line,0.5,20,0,0\nCXR114,a line,1,20,0,0\n"
        "CXR113,a letter,0.9,20,0.45,0\nCXR113,a letter,1,20,0.5,0\n"
        "CXR113,a big letter,0.6,20,0.45,0\nCXR113,a big letter,0.7,20,0.5,0\n"
        "CXR117,inverted,0.05,50,0,\n"
    )
    assert "A line: not even in all." in missed("CXR114")
    assert missed("CXR115") == missed("CXR117") == missed("CXR116") == ""
    checks = pd.DataFrame(
        {"code": ["CXR114", "CXR114", "CXR113"], "state": ["pass", "note", "pass"], "detail": "d."}
    )
    details = with_missed(checks)["detail"].tolist()
    assert details == [f"d. {missed('CXR114')}", "d.", f"d. {missed('CXR113')}"]
    assert "A letter: all; a big letter: 70 % or more." in missed("CXR113")


def test_changes_of_which_fewer_than_half_are_named_in_any_set_are_said(folder):
    (folder / "planted.csv").write_text(
        "code,change,strength,of,told,issue\nCXR116,turned by 45°,0.05,50,0.6,\n"
        "CXR116,turned by 45°,0.3,300,0.49,\nCXR116,inverted,0.05,50,0.5,\n"
        "CXR116,nothing,0.05,50,0,\nCXR116,a lateral,0.05,50,0,\nCXR117,noise,0.05,50,0,\n"
    )
    assert "after each of these: turned by 45°. A pass" in missed("CXR116")


def test_how_many_laterals_are_named_is_said(folder):
    (folder / "planted.csv").write_text(
        'code,change,strength,of,told,issue\nCXR117,"a lateral, simulated",0.05,28,0.357,\n'
        'CXR117,"a lateral, simulated",0.3,168,0.0119,\nCXR117,inverted,0.05,50,0,\n'
    )
    said = missed("CXR117")
    assert "10 of 28 where 5 % of the images are laterals, 2 of 168 where 30 %" in said
