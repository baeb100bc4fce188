"""Agreement: whether a reader's own run agrees with the record, as far as its seeds can tell.

Another run has other trainings and, with another profile, other patients. How far its differences
may lie from the record's by chance alone follows from the parts of the variance that the record
has measured (:mod:`cxrstudy.statistics.power`), added up over both. One seed says nothing of how
trainings vary; the record does.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from math import isfinite, nan
from types import MappingProxyType

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name, counted
from cxrstudy.pages import told
from cxrstudy.pages.arm_words import arm_in_words, contrast_in_words, lacking_in_words
from cxrstudy.pages.beside import ReferenceResults
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.names import spaced
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.pages.told_apart import told_apart
from cxrstudy.statistics.distributions import t_quantile
from cxrstudy.statistics.power import VarianceComponents, degrees_of_freedom
from cxrstudy.statistics.sample import ScoreError
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import Claims
from cxrstudy.verdicts.evidence import difference_of, evidence, metric_of, pair_of
from cxrstudy.verdicts.judge import claims_about, on_labels_of
from cxrstudy.verdicts.verdict import verdicts

#: Share of runs that lie as near as :func:`chance` says.
LEVEL = 0.95

#: An arm whose seeds have no result, in a reason.
FAILED = re.compile(r"\barm “([^”]*)”: seeds? \d")

#: No arm failed.
NONE: Mapping[Hashable, str] = MappingProxyType({})


@dataclass(frozen=True)
class Size:
    """The size of a study: its seeds and its test patients."""

    seeds: int
    patients: int


@dataclass(frozen=True)
class Beside:
    """A claim's difference in a run and in the record.

    Attributes
    ----------
    claim
        The claim.
    own, record
        Estimates of the difference; NaN where there is none.
    patients, seeds
        Test patients and seeds of the run.
    chance
        How far the two may lie apart by chance alone; NaN where it is not known.
    reason
        Why there is no estimate, or nothing to compare it with; empty if there is.
    """

    claim: Claim
    own: float
    record: float
    patients: float
    seeds: float
    chance: float
    reason: str

    @property
    def agrees(self) -> bool | None:
        """Whether they lie no further apart than by chance; None if it can't be said."""
        apart = abs(self.own - self.record)
        return None if not isfinite(apart + self.chance) else apart <= self.chance


def chance(parts: VarianceComponents, own: Size, record: Size, level: float = LEVEL) -> float:
    """How far the differences of two studies may lie apart by chance alone.

    Parameters
    ----------
    parts
        Of the variance of the difference, as the record has measured them.
    own, record
        Sizes of the two studies, which share neither trainings nor patients.
    level
        Share of pairs of studies that lie nearer.

    Examples
    --------
    >>> parts = VarianceComponents(seed=0.0001, patient=0.05, residual=0.05)
    >>> one, five = Size(1, 400), Size(5, 900)
    >>> chance(parts, one, five) > chance(parts, five, five)
    True
    """
    between = sum(
        (parts.seed + parts.residual / each.patients) / each.seeds for each in (own, record)
    )
    shared = sum(parts.patient / each.patients for each in (own, record))
    fewest = max(2, int(min(own.patients, record.patients) * parts.rarer))
    # How trainings vary was measured by the record's seeds, so they alone give degrees of freedom.
    freedom = degrees_of_freedom(between, shared, max(2, record.seeds), fewest)
    return float(t_quantile((1 + level) / 2, freedom) * (between + shared) ** 0.5)


def agreement(
    experiment: str,
    scores: pd.DataFrame,
    recorded: ReferenceResults,
    failed: Mapping[Hashable, str],
) -> HTML:
    """Say whether a run agrees with the record, and show both differences of every claim.

    With fewer seeds than the rule asks for, nothing is judged: there is no interval and no p.

    Parameters
    ----------
    experiment
        Name of the chapter's notebook.
    scores
        Of the run; for claims about maps, their measures.
    recorded
        From :func:`cxrstudy.pages.beside.reference_of`.
    failed
        Arms of the run without a result, and why (:attr:`cxrstudy.study.arms.Arms.failed`). No
        difference of theirs is compared.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, reference_of, show, statistics
    >>> recorded = reference_of(Study("quick", "phantom", seeds=1), "04_mixup")
    >>> show.agreement("04_mixup", statistics.made_scores([(0, 1), (0.1, 1)]), recorded, {})
    <HTML>
    """
    found = [
        row
        for paper in claims_about(experiment)
        for row in _compared(paper, experiment, scores, recorded, failed)
    ]
    if not found:
        return HTML("<p>No claim is about this experiment.</p>")
    table = rows_as_html(pd.DataFrame([_row(row) for row in found]))
    return HTML(
        f'<p class="study-agrees">{_standing(found)} {_sentence(found, recorded)}</p>'
        + fold(
            "Claim by claim", framed(table, "Each claim's difference in this run and in the record")
        )
        + _without_result(experiment, failed)
    )


def _without_result(experiment: str, failed: Mapping[Hashable, str]) -> str:
    """Which arms have no result; figures of the page may show them all the same."""
    if not failed:
        return ""
    items = "".join(
        f"<li>{escape(arm_in_words(experiment, arm_name(arm)))}: {escape(spaced(why))}</li>"
        for arm, why in failed.items()
    )
    many = f"{counted(len(failed), 'arm')} of this run without a result"
    said = "What figures show of them says nothing about networks that have learnt something."
    return fold(many, f"<p>{said}</p><ul>{items}</ul>")


def told_evidence(
    paper: Claims, experiment: str, scores: pd.DataFrame, failed: Mapping[Hashable, str] = NONE
) -> pd.DataFrame:
    """Evidence for a paper's claims about an experiment; the verdicts are kept for programs."""
    asked = on_labels_of(scores, paper.of(experiment))
    found = evidence(asked, scores, len(paper.testable), failed)
    judged = verdicts(paper, found, "").set_index("claim")
    for claim in asked:
        row = judged.loc[[claim.id]].reset_index().assign(arm=[claim.arm], against=[claim.against])
        told.keep(row, scores, metric_of(claim).name, claim.role)
    return found


def _compared(
    paper: Claims,
    experiment: str,
    scores: pd.DataFrame,
    recorded: ReferenceResults,
    failed: Mapping[Hashable, str],
) -> Iterator[Beside]:
    own = told_evidence(paper, experiment, scores, failed).set_index("claim")
    for claim in on_labels_of(scores, paper.of(experiment)):
        row = own.loc[claim.id]
        if pd.isna(row["estimate"]):
            record, _, _ = _of_record(claim, recorded, Size(1, 2))  # of no run: chance is not asked
            yield Beside(claim, nan, record, nan, nan, nan, str(row["reason"]))
            continue
        size = Size(int(row["seeds"]), int(row["patients"]))
        record, far, reason = _of_record(claim, recorded, size)
        yield Beside(claim, row["estimate"], record, size.patients, size.seeds, far, reason)


def _of_record(claim: Claim, recorded: ReferenceResults, own: Size) -> tuple[float, float, str]:
    """The record's difference, how far a run may lie from it, and why if this is not known."""
    if recorded.arms is None:
        return nan, nan, "nothing is recorded on this cohort"
    try:
        found, counts = difference_of(claim, pair_of(claim, recorded.scores))
    except ScoreError as problem:
        return nan, nan, f"the record has {str(problem).partition('; there are ')[0]}"
    try:
        parts = found.components()
    except ValueError as problem:
        return found.estimate, nan, str(problem)
    return found.estimate, chance(parts, own, Size(counts["seeds"], counts["patients"])), ""


def _row(row: Beside) -> dict[str, str]:
    agrees = {True: "can't be told apart", False: "differs", None: ""}[row.agrees]
    return {
        "claim": escape(row.claim.id),
        "difference of two arms": escape(
            contrast_in_words(row.claim.experiment or "", row.claim.contrast)
        ),
        "this run": f"{_number(row.own)}, n&nbsp;=&nbsp;{numbers.count(row.patients)}"
        if isfinite(row.own)
        else "",
        "record": _number(row.record),
        "may differ by chance": f"±{numbers.level(row.chance)}" if isfinite(row.chance) else "",
        "together": escape(agrees or _reason(row)),
    }


def _number(value: float) -> str:
    return numbers.difference(value) if isfinite(value) else ""


def _standing(found: list[Beside]) -> str:
    """Whether the run's seeds are enough to judge anything."""
    seeds = [row.seeds for row in found if isfinite(row.seeds)]
    asked = min(row.claim.seeds for row in found)
    if not seeds:
        return f"<b>Not judged</b>: {_why_none(found)}."
    if min(seeds) < asked:
        return (
            f"<b>Not judged</b>: this run has {counted(int(min(seeds)), 'seed')}, the rule asks "
            f"for {asked}. It shows no p and no interval."
        )
    return "This run has as many seeds as the rule asks for; its verdicts are in chapter Verdicts."


def _reason(row: Beside) -> str:
    """Why there is nothing to compare, with arms in words."""
    return spaced(lacking_in_words(row.claim.experiment or "", row.reason))


def _why_none(found: list[Beside]) -> str:
    """Why a run has no estimate of any claim; why arms failed stands in the folds below."""
    reasons = "; ".join(_reason(row) for row in found)
    failed = list(dict.fromkeys(map(_short, FAILED.findall(reasons))))
    if not failed:
        return "; ".join(dict.fromkeys(escape(_reason(row)) for row in found))
    return (
        "every claim has an arm without a result in this run "
        f"({escape('; '.join(failed))}); the reasons stand below"
    )


def _short(why: str) -> str:
    """Why an arm has no result, without the run of the stage that failed."""
    return "an earlier stage has no result" if why.startswith("not run: ") else why


def _sentence(found: list[Beside], recorded: ReferenceResults) -> str:
    """Whether it agrees with the record, in words."""
    if recorded.arms is None:
        return "Nothing is recorded on this cohort, so there is no record to agree with."
    known = [row for row in found if row.agrees is not None]
    if not known:
        return "There is no difference that both this run and the record have."
    differing = [row for row in known if not row.agrees]
    said = told_apart(len(known), [row.claim.id for row in differing], LEVEL)
    return f"{said}{_other_profile(recorded) if differing else ''}"


def _other_profile(recorded: ReferenceResults) -> str:
    """What else may differ, where a difference is larger than by chance."""
    profile = recorded.arms.study.profile.profile if recorded.arms else ""
    return (
        f" The record was made with profile “{profile}”: with another profile, budgets and "
        "images differ too."
    )
