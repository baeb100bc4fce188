"""The first page: the answers of a chapter about one's own cohort, and of no other."""

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.pages.computed import PARTS_IN
from cxrstudy.pages.your_set.fitness import fitness
from cxrstudy.pages.your_set.page import ANSWERS, CHAPTER, on_first_page


def result(state, code="CXR101", unchecked=""):
    return CheckResult(
        code, "label from <source>", state, 1, pd.DataFrame(), "It is 1.", "Look.", unchecked
    )


def test_issues_and_few_patients_say_that_a_set_is_not_fit_and_why():
    answer = fitness([result("issue"), result("note", "CXR106"), result("pass")], ["Few patients."])
    assert answer.said.startswith("<b>Not as it is</b>: label from &lt;source&gt; (CXR101); Few")
    assert "Worth knowing, from 1 check: label from &lt;source&gt; (CXR106)" in answer.said
    assert "(CXR106): It is 1." in answer.shown
    assert "It is 1. Look." in answer.shown


def test_what_could_not_be_checked_is_said_and_does_not_hide_the_rest():
    answer = fitness([result("note", unchecked="no view"), result("could not be checked", "CXR2")])
    assert answer.said.startswith("Nothing that was checked speaks against it.")
    assert "Not all could be checked (CXR101, CXR2)." in answer.said


@pytest.fixture
def chapters(tmp_path):
    def written(**facts):
        stored = {"title": "Hill & Co", "answers": [{"question": "Fit?", "said": "<b>No</b>"}]}
        made = new_output("display_data", {}, metadata={ANSWERS: stored | facts})
        cells = [new_code_cell("1"), new_code_cell("2", outputs=[made])]
        nbformat.write(new_notebook(cells=cells), tmp_path / f"{CHAPTER}.ipynb")
        return tmp_path

    return written


def test_the_first_page_shows_the_answers_about_one_s_own_cohort(chapters):
    shown = PARTS_IN["your set"](chapters(own=True)).data
    assert "Hill &amp; Co" in shown
    assert "<dt>Fit?</dt><dd><b>No</b></dd>" in shown
    assert f'href="experiments/{CHAPTER}.html"' in shown


def test_the_first_page_shows_nothing_of_our_cohorts_or_without_the_chapter(chapters, tmp_path):
    assert on_first_page(tmp_path).data == ""
    assert on_first_page(chapters(own=False)).data == ""
