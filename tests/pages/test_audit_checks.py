"""The page of each check of the audit: taken from the check, its limits and what was measured."""

import re
from html import unescape

import pytest

from cxrstudy.audit import CHECKS, metadata_classifier
from cxrstudy.base import places
from cxrstudy.pages.audit_checks import TIES, of_check
from tests.support.project import use

CODES = [check.CODE for check in CHECKS]


def text_of(code):
    return re.sub(r"<[^>]+>", "", of_check(code).data)


def test_the_book_has_a_section_for_each_check_under_its_title():
    page = (places.root() / "book" / "audit_checks.md").read_text()
    sections = re.findall(
        r"^### (CXR\d+): (.+)\n\n```\{computed\} check of the audit\n:of: (CXR\d+)\n```$",
        page,
        re.M,
    )
    assert sections == [
        (check.CODE, check.TITLE, check.CODE) for check in sorted(CHECKS, key=lambda c: c.CODE)
    ]
    assert "file: audit_checks" in (places.root() / "book" / "_toc.yml").read_text()


@pytest.mark.parametrize("check", CHECKS, ids=CODES)
def test_a_page_says_what_is_looked_for_what_decides_how_strong_and_what_to_do(check):
    shown = unescape(text_of(check.CODE))
    heads = ["How, by which limits", "What decides.", "At which strengths", "What to do."]
    at = [shown.index(head) for head in heads]
    assert at == sorted(at)
    assert shown.endswith(check.ADVICE)
    assert "``" not in shown
    assert "Raises" not in shown
    begins = re.split(r"[.,`]", " ".join(check.check.__doc__.split()))[0]
    assert begins in shown


def test_limits_are_shown_with_their_values_and_reasons():
    assert "least_patients = 10" in text_of("CXR107")
    assert "with fewer, nothing can be concluded" in text_of("CXR107")
    for code in TIES:
        low, high = metadata_classifier.NOTE_ABOVE, metadata_classifier.ISSUE_ABOVE
        assert f"note_above, issue_above = {low:.2f}, {high:.2f}" in text_of(code)


def test_what_was_measured_is_shown_by_strength(tmp_path, monkeypatch):
    folder = use(monkeypatch, tmp_path) / "benchmarks"
    assert "python benchmarks/ties.py writes it" in text_of("CXR101")
    folder.mkdir()
    (folder / "ties.csv").write_text(
        "kind,patients,auroc,draws,told,issue\ntwo values,50,0.5,100,0.02,0\n"
        "two values,50,0.8,100,0.6,0.25\na number,50,0.5,100,0.9,0.9\n"
    )
    shown = of_check("CXR101").data
    assert re.findall(r">([^<]+%\))<", shown) == ["2 % (0 %)", "60 % (25 %)"]
    assert "no tie" in shown
    assert "90 %" not in shown
    assert "python benchmarks/planted.py writes it" in text_of("CXR113")
    assert "python benchmarks/planted.py writes it" in text_of("CXR116")
    (folder / "planted.csv").write_text(
        "code,change,strength,of,told,issue\nCXR113,a letter,0.5,20,0.05,0\n"
        "CXR113,a letter,0.9,20,0.95,0.4\nCXR116,inverted,0.05,50,0.98,\n"
        "CXR116,inverted,0.3,300,0.96,\nCXR117,inverted,0.05,50,0.01,\n"
    )
    assert re.findall(r">(\d+ % \(\d+ %\))<", of_check("CXR113").data)[-2:] == [
        "5 % (0 %)", "95 % (40 %)"
    ]  # fmt: skip
    shown = of_check("CXR116").data
    assert re.findall(r">(\d+ % of \d+)<", shown) == ["98 % of 50", "96 % of 300"]
    assert "if 30 % of the images are changed" in shown
    (folder / "copies.csv").write_text(
        "change,images,found,low,high\ncrop_all 0.1,43,1.0,0.9,1\nturned 1,40,0.5,0.25,0.75\n"
        "false alarms: different patients,4000,0.0,,\n"
    )
    shown = text_of("CXR003")
    assert "All were found after: crop all 0.1." in shown
    assert "turned by 1 quarters" in shown
    assert "40 or more for each change. Among 4,000 pairs" in shown


def test_an_unknown_check_is_an_error():
    with pytest.raises(KeyError):
        of_check("CXR999")
