"""What was measured of the audit's checks, as tables."""

import re

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.pages import audit_strengths
from cxrstudy.pages.audit_strengths import change_in_words
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
    assert audit_strengths.draws_of_ties() == ""


def test_ties_are_shown_by_strength(folder):
    (folder / "ties.csv").write_text(
        "kind,patients,auroc,draws,told,issue\ntwo values,50,0.5,100,0.02,0\n"
        "two values,50,0.8,100,0.6,0.25\na number,50,0.5,100,0.9,0.9\n"
    )
    shown = audit_strengths.ties("two values")
    assert re.findall(r">([^<]+%\))<", shown) == ["2 % (0 %)", "60 % (25 %)"]
    assert "0.5, no tie" in shown
    assert "90 %" not in shown
    assert audit_strengths.draws_of_ties() == " Each share is of 100 draws."


def test_planted_changes_are_counted(folder):
    (folder / "planted.csv").write_text(
        'code,change,strength,of,told,issue\nCXR113,"a letter, 3% high",0.5,20,0.05,0\n'
        'CXR113,"a letter, 3% high",0.9,20,0.95,0.4\nCXR116,inverted,0.05,50,0.98,\n'
        "CXR116,inverted,0.3,300,0.00333,\nCXR117,inverted,0.05,50,0,\n"
    )
    shown = audit_strengths.shortcuts("CXR113")
    assert "a letter, 3 % high" in shown
    assert re.findall(r">(\d+ \(\d+\))<", shown) == ["1 (0)", "19 (8)"]
    assert "Of 20 draws of each" in shown
    shown = audit_strengths.wrong_images()
    assert re.findall(r">(\d+ of \d+)<", shown) == ["49 of 50", "1 of 300", "0 of 50"]
    assert "CXR116, 30 % changed" in shown


def test_copies_are_in_words_and_alarms_are_a_count(folder):
    (folder / "copies.csv").write_text(
        "change,images,found,low,high\ncrop_all 0.1,43,1.0,0.9,1\nturned 1,40,0.5,0.25,0.75\n"
        "crop_all 0.1 + turned 1,43,1.0,0.9,1\nfalse alarms: different patients,4000,2,,\n"
    )
    shown = audit_strengths.copies()
    assert "All were found after each of these: 10 % cut off each of the four sides." in shown
    assert "All were found after 1 of 1 pairs of changes" in shown
    assert ">turned by 90°<" in shown
    assert re.findall(r">(\d+)<", shown) == ["40"]
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
