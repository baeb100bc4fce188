"""The page of each check of the audit: taken from the check, its limits and what was measured."""

import re
from html import unescape

import pytest

from cxrstudy.audit import CHECKS, metadata_classifier
from cxrstudy.base import places
from cxrstudy.pages.audit_checks import COPIES, in_common, of_check
from cxrstudy.pages.audit_strengths import PLANTED_IMAGES, PLANTED_SHORTCUTS, TIES

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
def test_a_page_says_what_is_looked_for_what_decides_and_what_to_do(check):
    shown = unescape(text_of(check.CODE))
    heads = ["How, by which limits", "What decides.", "What to do."]
    at = [shown.index(head) for head in heads]
    assert at == sorted(at)
    assert shown.endswith(check.ADVICE)
    assert "``" not in shown
    assert "Raises" not in shown
    assert not re.search(r"\b[a-z]+_[a-z]+\b|[A-Z]+_[A-Z]+", shown)
    begins = re.split(r"[.,`]", " ".join(check.check.__doc__.split()))[0]
    assert begins in shown


def test_strengths_are_named_where_something_was_measured():
    named = {code for code in CODES if "At which strengths" in text_of(code)}
    assert named == {*TIES, *PLANTED_SHORTCUTS, *PLANTED_IMAGES, COPIES}


def test_limits_are_shown_in_words_with_their_reasons():
    assert "Fewest patients: 10." in text_of("CXR107")
    assert "with fewer, nothing can be concluded" in text_of("CXR107")
    low, high = metadata_classifier.NOTE_ABOVE, metadata_classifier.ISSUE_ABOVE
    shown = re.sub(r"<[^>]+>", "", in_common().data)
    assert f"Note above: {low:g}, issue above: {high:g}." in shown
    assert "corrected for the number of labels" in shown


@pytest.mark.parametrize("code", TIES)
def test_what_checks_have_in_common_is_said_once_and_linked(code):
    assert "Note above" not in text_of(code)
    (place,) = re.findall(r'<div id="([^"]+)">', in_common().data)
    assert of_check(code).data.count(f'href="#{place}"') == 2


def test_a_link_to_another_check_leads_to_it():
    (first, _) = PLANTED_IMAGES
    assert f'<div id="{first}">' in of_check(first).data
    assert f'href="#{first}"' in of_check("CXR117").data


def test_what_is_not_found_is_said_before_the_fold():
    shown = text_of("CXR114")
    assert shown.index("were reported in at least half") < shown.index("What decides.")


def test_an_unknown_check_is_an_error():
    with pytest.raises(KeyError):
        of_check("CXR999")
