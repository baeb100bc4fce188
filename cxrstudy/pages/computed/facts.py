"""Facts: short texts that the answers to reporting standards are filled with, from records.

Those of recorded results are in :mod:`cxrstudy.pages.computed.set_facts`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.notebooks import read_cells
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.claim_tables import cited, counts_for_a_verdict
from cxrstudy.pages.computed.front import IN_TURN, tallied
from cxrstudy.pages.computed.set_facts import NOTHING, of_sets
from cxrstudy.statistics import inference, power
from cxrstudy.verdicts.claims_file import Claims, all_claims
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.registration import registrations

#: Citation of the questions that the study asks itself.
OWN = "cxrstudy"
#: Words in the heading of a section about limits.
LIMITS = ("can't show", "Limits of")


def facts(judged: pd.DataFrame) -> dict[str, str]:
    """Collect the facts.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.

    Returns
    -------
    Name to text; none is empty.
    """
    return {**_of_files(), **of_sets(), "verdicts": _verdicts(judged)}


def _of_files() -> dict[str, str]:
    """Facts of claims, registrations and pages."""
    papers = all_claims()
    testable = [claim for paper in papers for claim in paper.testable]
    return {
        "title": _title(),
        "papers": ", ".join(cited(paper.citation) for paper in papers if paper.citation != OWN),
        "claims": _claims(papers),
        "metrics": ", ".join(
            sorted({claim.metric.replace("auroc", "AUROC") for claim in testable})
        ),
        "interval": inference.METHODS[True],
        "power": numbers.whole_percent(power.POWER),
        "limits": _limits(),
        "registrations": counted(len(registrations()), "registration"),
    }


def _title() -> str:
    """The title of the first page."""
    return (places.root() / "book" / "index.md").read_text(encoding="utf-8").partition("\n")[0][2:]


def _claims(papers: list[Claims]) -> str:
    """Claims of abstracts and questions of the study, and those that nothing here tests."""
    own = [claim for paper in papers if paper.citation == OWN for claim in paper.claims]
    theirs = [claim for paper in papers if paper.citation != OWN for claim in paper.claims]
    without = [claim.id for claim in (*theirs, *own) if not claim.has_contrast]
    questions = f" and {counted(len(own), 'question')} of this study" if own else ""
    lacking = f"; without a test: {', '.join(without)}" if without else ""
    return f"{counted(len(theirs), 'claim')} of abstracts{questions}{lacking}"


def _limits() -> str:
    """Chapters with a section about what their numbers can't show, of all."""
    chapters = places.visible(places.notebooks(), "*.ipynb")
    having = [path for path in chapters if any(_is_about_limits(c.source) for c in
              read_cells(path) if c.cell_type == "markdown")]  # fmt: skip
    return f"{numbers.count(len(having))} of {counted(len(chapters), 'chapter')}"


def _is_about_limits(text: str) -> bool:
    headings = [line for line in text.splitlines() if line.startswith("#")]
    return any(words in line for line in headings for words in LIMITS)


def _verdicts(judged: pd.DataFrame) -> str:
    """Verdicts that count, by cohort, as the first page has them; those that do not, together."""
    if judged.empty:
        return NOTHING
    said, others = [], Counter[str]()
    for (cohort, _), rows in judged.groupby(["cohort", "origin"], sort=False):
        counting = Counter[str]()
        for verdict, words, many in tallied(rows):
            of = counting if counts_for_a_verdict(words) else others
            of[verdict] += many
        if counting:
            said.append(f"{cohort_title(str(cohort))}: {_tally(counting, IN_TURN)}")
    if any(others[name] for name in DECIDED):
        said.append(f"others, which do not count: {_tally(others, DECIDED)}")
    return "; ".join(said)


def _tally(found: Mapping[str, int], named: Iterable[str]) -> str:
    """How many verdicts there are of each of some names, as far as there are any."""
    there = [name for name in named if found.get(name)]
    return ", ".join(f"{numbers.count(found[name])} {name}" for name in there)
