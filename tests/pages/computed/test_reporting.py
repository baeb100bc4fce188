"""Reporting: every item of both standards has a sentence, a value and a page that exists."""

import re
import string

import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from cxrstudy.base import places
from cxrstudy.base.notebooks import read_cells
from cxrstudy.pages.computed import PARTS, reporting
from cxrstudy.pages.computed.facts import facts
from cxrstudy.pages.computed.reporting import Answer, ReportingError, answers, filled
from cxrstudy.pages.computed.set_facts import NOTHING
from tests.support.some import some

#: Items of TRIPOD+AI (Collins et al. 2024, doi 10.1136/bmj-2023-078378), with their parts.
TRIPOD = [
    *"1 2 3a 3b 3c 4 5a 5b 6a 6b 6c 7 8a 8b 8c 9a 9b 9c 10 11 12a 12b 12c 12d 12e 12f 12g".split(),  # noqa: SIM905
    *"13 14 15 16 17 18a 18b 18c 18d 18e 18f 19 20a 20b 20c 21 22 23a 23b 24 25 26".split(),  # noqa: SIM905
    "27a", "27b", "27c",
]  # fmt: skip


JUDGED = pd.DataFrame(
    {
        "cohort": ["phantom", "phantom", "kermany", "phantom"],
        "origin": ["one", "one", "two", "one"],
        "verdict": ["supported", "not judged", "supported", "reversed"],
        "counts": ["counts: registered in x"] * 3 + ["does not count: no"],
    }
)


@pytest.fixture(scope="module")
def known():
    return facts(JUDGED)


def test_all_items_of_both_standards_are_answered():
    assert list(answers()["CLAIM 2024"]) == [str(item) for item in range(1, 45)]
    assert list(answers()["TRIPOD+AI 2024"]) == TRIPOD


def test_no_answer_is_empty_once_its_facts_are_filled_in(known):
    for items in some(answers().values()):
        for each in some(items.values()):
            assert filled(each.value, known).strip()
            assert each.says.endswith(".")


def test_every_link_is_a_page_of_the_book():
    contents = (places.root() / "book" / "_toc.yml").read_text()
    pages = {"", "index", *re.findall(r"file: (\S+)", contents)}
    for items in some(answers().values()):
        assert {each.link for each in items.values()} <= pages


def test_a_page_is_named_by_its_heading():
    named = [reporting._named(link) for link in ("index", "methods", "experiments/05_low_data")]
    assert named == ["First page", "Methods", "Few patients"]


def source_of(link):
    """What people wrote of a page, in one line."""
    if not link.startswith("experiments/"):
        return " ".join((places.root() / "book" / f"{link}.md").read_text().split())
    notebook = places.notebooks() / f"{link.removeprefix('experiments/')}.ipynb"
    texts = [cell.source for cell in read_cells(notebook) if cell.cell_type == "markdown"]
    return " ".join(" ".join(texts).split())


def test_every_page_that_is_named_shows_what_its_item_says_that_it_does():
    lacking = [
        (standard, item, each.link)
        for standard, items in some(answers().items())
        for item, each in some(items.items())
        if each.link and each.shows not in source_of(each.link)
    ]
    assert lacking == []


def test_a_computed_part_that_a_page_shows_is_one_of_the_book():
    parts = {each.shows.removeprefix("{computed} ") for items in answers().values()
             for each in items.values() if each.shows.startswith("{computed}")}  # fmt: skip
    assert parts
    assert parts <= set(PARTS)


@pytest.mark.parametrize("more", [{"link": "methods"}, {"shows": "a hash"}])
def test_a_page_and_what_it_shows_are_given_together(more):
    with pytest.raises(ValidationError, match="a page needs words"):
        Answer(asks="what", says="So.", value="yes", **more)


def test_every_fact_is_used_and_none_is_empty(known):
    used = {
        name
        for items in answers().values()
        for each in items.values()
        for _, name, _, _ in string.Formatter().parse(each.value)
        if name
    }
    assert used == set(known)
    assert all(known.values())
    assert known["verdicts"] == (
        "Phantoms: 1 supported, 1 not judged; Bacterial and viral pneumonia in children: "
        "1 supported; others, which do not count: 1 reversed"
    )


def test_without_records_the_facts_say_so(monkeypatch):
    monkeypatch.setattr("cxrstudy.pages.computed.set_facts.deciding", list)
    known = facts(pd.DataFrame())
    assert known["tested"] == known["verdicts"] == known["commit"] == NOTHING


@pytest.mark.parametrize("field", ["asks", "says", "value"])
def test_an_empty_answer_is_an_error_that_names_it(monkeypatch, tmp_path, field):
    given = yaml.safe_load((places.root() / reporting.ANSWERS).read_text())
    given["CLAIM 2024"][7][field] = ""
    (tmp_path / "book").mkdir()
    (tmp_path / reporting.ANSWERS).write_text(yaml.safe_dump(given))
    monkeypatch.setattr(reporting.places, "root", lambda: tmp_path)
    with pytest.raises(ReportingError, match=rf"CLAIM 2024, 7, {field}"):
        answers()


def test_an_unknown_fact_is_an_error_that_names_the_known_ones():
    with pytest.raises(ReportingError, match="no fact 'sizes'; the facts are power"):
        filled("{sizes}", {"power": "80 %"})


def test_prose_of_answers_holds_no_number():
    for items in some(answers().values()):
        for each in some(items.values()):
            text = re.sub(r"SHA-256|\{\w+\}|item \d+|of 2021", "", f"{each.says} {each.value}")
            assert not re.search(r"\d", text), text


def test_a_page_has_a_row_for_every_item(monkeypatch):
    monkeypatch.setattr(reporting, "recorded", lambda: JUDGED)
    shown = reporting.tripod().data
    assert shown.count("<tr>") == len(TRIPOD) + 1
    assert "{" not in shown
    assert '<a href="experiments/08_shortcuts.html">Shortcuts</a>' in shown
    assert ">none</td>" in shown
