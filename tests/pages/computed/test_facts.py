"""Facts: what they say of claims, pages and verdicts is what the files say."""

import json

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.pages.computed import facts as module
from cxrstudy.pages.computed.facts import facts
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import DECIDED
from tests.support.some import some


@pytest.fixture(scope="module")
def known():
    return facts(pd.DataFrame())


def test_questions_of_the_study_are_neither_a_paper_nor_a_claim_of_one(known):
    assert known["papers"] == "Zhao 2021, Fricks 2021, Raghu 2019"
    own = next(paper for paper in all_claims() if paper.citation == "cxrstudy")
    every = [claim for paper in all_claims() for claim in paper.claims]
    assert len(own.claims) < len(every)
    assert known["claims"].startswith(
        f"{len(every) - len(own.claims)} claims of abstracts and {len(own.claims)} questions"
    )
    without = {claim.id for claim in every if not claim.has_contrast}
    assert set(known["claims"].partition("without a test: ")[2].split(", ")) == without


def test_chapters_about_their_limits_are_those_with_such_a_heading(known):
    sources = [
        [line for cell in json.loads(path.read_text())["cells"] for line in cell["source"]
         if cell["cell_type"] == "markdown"]
        for path in places.notebooks().glob("*.ipynb")
    ]  # fmt: skip
    words = ("can't show", "Limits of")
    having = [
        lines for lines in some(sources)
        if any(line[:2] == "##" and word in line for line in lines for word in words)
    ]  # fmt: skip
    assert 0 < len(having) < len(sources)
    assert known["limits"] == f"{len(having)} of {len(sources)} chapters"


def test_every_recorded_verdict_that_was_reached_has_its_interval():
    for folder in some(results.folders()):
        table = pd.read_csv(folder / results.VERDICTS)
        reached = table["verdict"].isin(DECIDED)
        assert table.loc[reached, ["low", "high"]].notna().all(axis=None), folder


def test_the_title_is_that_of_the_first_page(known):
    first = (places.root() / "book" / "index.md").read_text().splitlines()[0]
    assert first == f"# {known['title']}"


def test_only_verdicts_that_count_are_tallied():
    judged = pd.DataFrame(
        {
            "cohort": ["phantom"] * 5,
            "origin": ["one"] * 3 + ["two"] * 2,
            "verdict": ["not testable", "supported", "reversed", "supported", "not judged"],
            "counts": ["does not count: changed", "counts: x", *["does not count: y"] * 3],
        }
    )
    said = module._verdicts(judged)
    assert said == (
        "Phantoms: 1 supported, 1 not testable; others, which do not count: 1 supported, 1 reversed"
    )
    assert module._verdicts(judged.iloc[:2]) == "Phantoms: 1 supported, 1 not testable"
