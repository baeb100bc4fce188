"""Planning notes: what a reader of the plan of all claims should know beside its numbers."""

from collections.abc import Hashable, Mapping
from html import escape
from pathlib import Path

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import origin_in_words
from cxrstudy.pages.html import HTML
from cxrstudy.statistics.power import VarianceComponents
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from cxrstudy.verdicts.planning import CURVE, RecordedComponents


def notes(recorded: Mapping[str, VarianceComponents | str]) -> HTML:
    """Say whose variances these are, at which level, which claims share a row or are in no list.

    Parameters
    ----------
    recorded
        From :func:`cxrstudy.verdicts.planning.recorded_components`.

    Examples
    --------
    >>> from cxrstudy.pages.planning_notes import notes
    >>> notes({"B1": "no arm", "B3": "no arm"})
    <HTML>
    """
    said = [
        *_origins(recorded), _strictest(), *_shared([find_claim(name) for name in recorded]),
        *_left_out(recorded), BEGINS,
    ]  # fmt: skip
    return HTML("<ul>" + "".join(f"<li>{escape(each)}</li>" for each in said) + "</ul>")


#: Why numbers of the table may lie outside of the figure.
BEGINS = (
    f"The figure begins at {CURVE[0]} test patients. Smaller numbers of the table follow from the "
    "variances alone; in so small a study these would be estimated badly."
)


def _origins(recorded: Mapping[str, object]) -> list[str]:
    """The recorded results that variances are of, with the claims that are planned from each."""
    claims: dict[Path, list[str]] = {}
    for name, parts in recorded.items():
        if isinstance(parts, RecordedComponents):
            claims.setdefault(parts.folder, []).append(name)
    listed = "; ".join(f"{_origin(folder)}: {', '.join(names)}" for folder, names in claims.items())
    return [f"Whose variances these are: {listed}."] if listed else []


def _origin(folder: Path) -> str:
    found = results.unchecked(folder)
    seeds = counted(found.seeds, "seed")
    return origin_in_words(f"recorded: {found.cohort}, {found.profile}, {seeds}")


def _strictest() -> str:
    """The strictest level that Holm's correction can ask for: a paper's own, over all its tests."""
    levels = "; ".join(
        f"{paper.testable[0].id[0]} {numbers.percent((1 - paper.testable[0].level) / many)} "
        f"({counted(many, 'test')})"
        for paper in all_claims()
        if (many := len(paper.testable))
    )
    return f"The strictest level of a test, by the first letter of its claim: {levels}."


def _shared(claims: list[Claim]) -> list[str]:
    """Claims that ask the same of the same difference, whose numbers are therefore the same."""
    alike: dict[Hashable, list[str]] = {}
    for claim in claims:
        # Families of other papers have another number of tests, and so another strictest level.
        asked = (claim.id[0], claim.experiment, claim.contrast, claim.metric, claim.label,
                 claim.role, claim.relevant, claim.level)  # fmt: skip
        alike.setdefault(asked, []).append(claim.id)
    several = [" and ".join(names) for names in alike.values() if len(names) > 1]
    if not several:
        return []
    return [f"About the same difference, and so with the same numbers: {'; '.join(several)}."]


def _left_out(recorded: Mapping[str, object]) -> list[str]:
    """Claims that have no contrast to plan, and why."""
    without = [
        f"{claim.id}: {(claim.not_testable or f'needs {claim.needs}').rstrip('.')}"
        for paper in all_claims()
        for claim in paper.claims
        if claim.id not in recorded
    ]
    return [f"Without a contrast, and so in no list. {'; '.join(without)}."] if without else []
