"""What was measured of the audit's checks: tables, and what a pass does not say."""

import re

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.pages import audit_strengths
from cxrstudy.pages.audit_strengths import change_in_words, not_found, with_not_found
from tests.support.project import use
from tests.support.some import some


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = use(monkeypatch, tmp_path) / "benchmarks"
    made.mkdir()
    return made


def test_without_measurements_the_script_is_named(tmp_path, monkeypatch):
    use(monkeypatch, tmp_path)
    assert "python benchmarks/ties.py</code> writes it" in audit_strengths.ties("two values")
    assert "python benchmarks/planted.py</code>" in audit_strengths.shortcuts("CXR113")
    assert "python benchmarks/planted.py</code>" in audit_strengths.wrong_images()
    assert "python benchmarks/copies.py</code>" in audit_strengths.copies()
    assert not_found("CXR114") == not_found("CXR117") == ""


def test_ties_are_shown_by_strength(folder):
    (folder / "ties.csv").write_text(
        "kind,patients,auroc,draws,told,issue\ntwo values,50,0.5,100,0.02,0\n"
        "two values,50,0.8,100,0.6,0.25\na number,50,0.5,100,0.9,0.9\n"
    )
    shown = audit_strengths.ties("two values")
    assert re.findall(r">([^<]+%\))<", shown) == ["2 % (0 %)", "60 % (25 %)"]
    assert "0.5, no tie" in shown
    assert "90 %" not in shown


def test_planted_changes_are_counted(folder):
    (folder / "planted.csv").write_text(
        'code,change,strength,of,told,issue\nCXR113,"a letter, 3% high",0.5,20,0.05,0\n'
        'CXR113,"a letter, 3% high",0.9,20,0.95,0.4\nCXR116,inverted,0.05,50,0.98,\n'
        "CXR116,inverted,0.3,300,0.00333,\nCXR117,inverted,0.05,50,0,\n"
    )
    shown = audit_strengths.shortcuts("CXR113")
    assert "a letter, 3 % high" in shown
    assert re.findall(r">(\d+ % \(\d+ %\))<", shown) == ["5 % (0 %)", "95 % (40 %)"]
    shown = audit_strengths.wrong_images()
    assert re.findall(r">(\d+ of \d+)<", shown) == ["49 of 50", "1 of 300", "0 of 50"]
    assert "CXR116, 30 % changed" in shown


def test_what_was_never_told_is_said_beside_a_pass_and_only_there(folder):
    (folder / "planted.csv").write_text(
        "code,change,strength,of,told,issue\nCXR114,a line,0.5,20,0,0\nCXR114,a line,1,20,0,0\n"
        "CXR113,a letter,0.5,20,0,0\nCXR113,a letter,1,20,0.05,0\n"
        "CXR117,inverted,0.05,50,0,\n"
    )
    assert "a line, was not told at any strength" in not_found("CXR114")
    assert not_found("CXR113") == not_found("CXR117") == not_found("CXR116") == ""
    checks = pd.DataFrame(
        {"code": ["CXR114", "CXR114", "CXR113"], "state": ["pass", "note", "pass"], "detail": "d."}
    )
    details = with_not_found(checks)["detail"].tolist()
    assert details == [f"d. {not_found('CXR114')}", "d.", "d."]


def test_how_many_laterals_are_named_is_said(folder):
    (folder / "planted.csv").write_text(
        'code,change,strength,of,told,issue\nCXR117,"a lateral, simulated",0.05,28,0.357,\n'
        'CXR117,"a lateral, simulated",0.3,168,0.0119,\nCXR117,inverted,0.05,50,0,\n'
    )
    said = not_found("CXR117")
    assert "10 of 28 where 5 % of the images are laterals, 2 of 168 where 30 %" in said


def test_copies_are_in_words_and_alarms_are_a_count(folder):
    (folder / "copies.csv").write_text(
        "change,images,found,low,high\ncrop_all 0.1,43,1.0,0.9,1\nturned 1,40,0.5,0.25,0.75\n"
        "crop_all 0.1 + turned 1,43,1.0,0.9,1\nfalse alarms: different patients,4000,2,,\n"
    )
    shown = audit_strengths.copies()
    assert "All were found after each of these: 10 % cut off each of the four sides." in shown
    assert "All were found after 1 of 1 pairs of changes" in shown
    assert ">turned by 90°<" in shown
    assert "40 or more for each change. Among 4,000 pairs" in shown
    assert "2 were taken for copies" in shown
    assert "the search took" not in shown


def test_what_the_search_for_copies_costs_is_said_where_it_was_measured(folder):
    (folder / "copies.csv").write_text(
        "change,images,found,low,high\ncrop_all 0.1,43,1.0,0.9,1\n"
        "false alarms: different patients,4000,0,,\n"
    )
    (folder / "copies_cost.csv").write_text(
        "images,seconds,cpu_seconds,pairs,largest_MB\n3000,61,90,7,1409\n9000,200,350,9,4388\n"
    )
    assert (
        "On two cores, the search took 1 minute and 1.4 GB among 3,000 images and 3 minutes and "
        "4.4 GB among 9,000 images." in audit_strengths.copies()
    )


def test_every_change_that_was_measured_has_words():
    names = pd.read_csv(places.root() / "benchmarks" / "copies.csv")["change"]
    for name in some(names[~names.str.startswith("false alarms")]):
        assert not re.search(r"_|[a-z] 0\.\d+$", change_in_words(name).replace("gamma 0.6", "")), (
            name
        )
