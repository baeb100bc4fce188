"""Planning: how many seeds and patients would decide a claim, from recorded variance components.

The components are those of the claim's own difference (:mod:`cxrstudy.statistics.power`). A study
decides if it finds an effect of the smallest relevant size beyond the margin, if there is one, and
shows that there is no relevant difference, if there is none: both with a power of 80 %, at the
strictest level that Holm's correction can ask for. The power of two one-sided tests at a true
difference of zero is at least twice the power of one of them minus one (Phillips 1990).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from math import ceil
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.statistics.bootstrap import computed_once
from cxrstudy.statistics.power import (
    POWER,
    VarianceComponents,
    minimum_detectable_difference,
    power,
)
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim, ClaimError
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from cxrstudy.verdicts.evidence import about_maps, difference_of, pair_of
from cxrstudy.verdicts.judge import deciding
from cxrstudy.verdicts.map_results import read_attention

#: Sizes of studies that a table shows.
SEEDS, PATIENTS = (3, 5, 10, 20), (250, 500, 1_000, 2_000, 4_000)

#: Numbers of patients at which a curve is drawn.
CURVE = (100, 150, 250, 400, 650, 1_000, 1_500, 2_500, 4_000, 6_500, 10_000)

#: What a plan says of a claim itself.
ABOUT = ("contrast", "margin", "relevant")

#: The most patients that a search tries.
MOST = 1_000_000


@dataclass(frozen=True)
class RecordedComponents(VarianceComponents):
    """Variance components with the folder of the recorded results that they are of."""

    folder: Path = Path()


def components_of(claim: Claim, folder: Path) -> VarianceComponents:
    """Variance components of a claim's difference, from recorded results.

    Raises
    ------
    ClaimError
        The claim has no contrast, or its arms are not recorded with two seeds or more.
    ResultsError
        The results are missing or altered, or hold no such experiment.
    """
    if not claim.has_contrast:
        why = claim.not_testable or f"it needs {claim.needs}"
        raise ClaimError(f"claim {claim.id} has no contrast to plan: {why}")
    about = about_maps(claim)
    scores = read_attention(folder) if about else results.read(folder, claim.experiment)
    if scores.empty:
        raise ClaimError(f"claim {claim.id}: {folder} holds no measures of maps")
    try:
        return difference_of(claim, pair_of(claim, scores))[0].components()
    except ValueError as problem:
        raise ClaimError(f"claim {claim.id}: {problem}") from None


def default_results(claim: Claim, cohort: str = "") -> Path:
    """The first recorded results that may decide and hold the claim's arms.

    Parameters
    ----------
    cohort
        Results of this cohort are looked at first, because components differ between cohorts.

    Raises
    ------
    ClaimError
        There are none; the message says what lacks.
    """
    return _recorded(claim, cohort)[0]


def _recorded(claim: Claim, cohort: str) -> tuple[Path, VarianceComponents]:
    """The folder of :func:`default_results`, and the components of the claim there."""
    problem = ClaimError(f"claim {claim.id}: no recorded results hold {claim.experiment}")
    for folder in sorted(deciding(), key=lambda path: path.parent.name != cohort):
        if claim.has_contrast and claim.experiment not in results.experiments(folder):
            continue
        try:
            return folder, components_of(claim, folder)
        except ClaimError as lacking:
            problem = lacking
    raise problem


def family_size(claim: Claim) -> int:
    """Number of tests in the family of a claim."""
    return next(len(paper.testable) for paper in all_claims() if claim in paper.claims)


def power_table(
    claim: Claim,
    components: VarianceComponents,
    tests: int,
    seeds: Sequence[int] = SEEDS,
    patients: Sequence[int] = PATIENTS,
) -> pd.DataFrame:
    """Tabulate what studies of several sizes would find.

    Returns
    -------
    One row per number of seeds and of patients: ``seeds``, ``patients``,
    ``minimum_detectable_difference`` from the margin, ``finds`` (power to find an effect of the
    smallest relevant size beyond the margin), ``excludes`` (power to show that there is no relevant
    difference, if there is none).

    Examples
    --------
    >>> from cxrstudy.verdicts.claims_file import find_claim
    >>> claim = find_claim("B1")
    >>> made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    >>> table = power_table(claim, made, tests=4, seeds=[5], patients=[500, 1000])
    >>> table["patients"].tolist(), bool(table["finds"].is_monotonic_increasing)
    ([500, 1000], True)
    """
    level = 1 - (1 - claim.level) / tests
    return pd.DataFrame(
        [
            {
                "seeds": few,
                "patients": many,
                "minimum_detectable_difference": minimum_detectable_difference(
                    components, few, many, level
                ),
                "finds": power(components, claim.relevant, few, many, level),
                "excludes": equivalence_power(components, claim.relevant, few, many, level),
            }
            for few in seeds
            for many in patients
        ]
    )


def equivalence_power(
    components: VarianceComponents, relevant: float, seeds: int, patients: int, level: float
) -> float:
    """Chance to show that there is no relevant difference, if the true difference is zero.

    ``level`` is that of the two-sided tests; each one-sided test is at the same ``1 - level``.
    """
    one_sided = power(components, relevant, seeds, patients, 1 - 2 * (1 - level))
    return max(0.0, 2 * one_sided - 1)


def enough(
    claim: Claim, components: VarianceComponents, tests: int, seeds: Sequence[int] = SEEDS
) -> pd.DataFrame:
    """Find the fewest patients with which a claim is decided, by number of seeds.

    Returns
    -------
    One row per number of seeds: ``seeds``, and ``patients``, with which both powers of
    :func:`power_table` reach 80 %; missing where no number of patients is enough.

    Examples
    --------
    >>> from cxrstudy.verdicts.claims_file import find_claim
    >>> made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    >>> table = enough(find_claim("B1"), made, tests=4, seeds=[5, 20])
    >>> bool(table["patients"].is_monotonic_decreasing)
    True
    """
    level = 1 - (1 - claim.level) / tests

    def decides(few: int, many: int) -> bool:
        both = (
            power(components, claim.relevant, few, many, level),
            equivalence_power(components, claim.relevant, few, many, level),
        )
        return min(both) >= POWER

    rows = [{"seeds": few, "patients": _fewest(partial(decides, few), components)} for few in seeds]
    return pd.DataFrame(rows).astype({"patients": "Int64"})


def recorded_components(cohort: str = "") -> dict[str, VarianceComponents | str]:
    """Variance components of every claim with a contrast, from recorded results.

    Parameters
    ----------
    cohort
        As for :func:`default_results`.

    Returns
    -------
    Id of the claim to its components, or to the reason why they are not known.

    Examples
    --------
    >>> recorded_components()  # doctest: +SKIP
    """
    found: dict[str, VarianceComponents | str] = {}
    with computed_once():
        for claim in (claim for paper in all_claims() for claim in paper.testable):
            try:
                folder, parts = _recorded(claim, cohort)
                found[claim.id] = RecordedComponents(**asdict(parts), folder=folder)
            except ClaimError as problem:
                found[claim.id] = str(problem)
    return found


def enough_by_claim(
    recorded: Mapping[str, VarianceComponents | str], seeds: Sequence[int] = SEEDS
) -> pd.DataFrame:
    """Find the fewest patients that would decide each claim.

    Parameters
    ----------
    recorded
        From :func:`recorded_components`.
    seeds
        Numbers of seeds.

    Returns
    -------
    One row per claim: ``claim``, ``contrast``, ``margin``, ``relevant``, one column of patients per
    number of seeds, as text, and ``why``, if variances of the claim are not recorded.

    Examples
    --------
    >>> made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    >>> enough_by_claim({"B1": made, "B2": "no arm"}, seeds=[5])["why"].tolist()
    ['', 'no arm']
    """
    rows = []
    named = [f"{few} seeds" for few in seeds]
    for name, components in recorded.items():
        claim = find_claim(name)
        about = {"claim": name, **{fact: getattr(claim, fact) for fact in ABOUT}}
        if isinstance(components, str):
            rows.append({**about, **dict.fromkeys(named, ""), "why": components})
            continue
        found = enough(claim, components, family_size(claim), seeds)
        told = ["never" if pd.isna(many) else numbers.count(many) for many in found["patients"]]
        rows.append({**about, **dict(zip(named, told, strict=True)), "why": ""})
    return pd.DataFrame(rows, columns=["claim", *ABOUT, *named, "why"])


def power_by_claim(
    recorded: Mapping[str, VarianceComponents | str],
    seeds: Sequence[int] = SEEDS,
    patients: Sequence[int] = CURVE,
) -> pd.DataFrame:
    """Tabulate the chance that studies decide each claim.

    Parameters
    ----------
    recorded
        From :func:`recorded_components`; claims whose components are not known are left out.
    seeds, patients
        Sizes of studies.

    Returns
    -------
    One row per claim, number of seeds and number of patients: ``claim``, the columns of
    :func:`power_table`, and ``decides``: the smaller of the chances to find an effect that is there
    and to exclude one that is not.

    Examples
    --------
    >>> made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    >>> table = power_by_claim({"B1": made, "B2": "no arm"}, seeds=[5], patients=[250, 4000])
    >>> table["claim"].tolist(), bool(table["decides"].is_monotonic_increasing)
    (['B1', 'B1'], True)
    """
    tables = []
    for name, components in recorded.items():
        if isinstance(components, str):
            continue
        claim = find_claim(name)
        found = power_table(claim, components, family_size(claim), seeds, patients)
        decides = found[["finds", "excludes"]].min(axis=1)
        tables.append(found.assign(claim=name, decides=decides))
    if not tables:
        return pd.DataFrame(columns=["claim", "seeds", "patients", "decides"])
    return pd.concat(tables, ignore_index=True)


def _fewest(decides: Callable[[int], bool], components: VarianceComponents) -> int | None:
    """The fewest patients that decide, by halving; None if even the most do not."""
    low = high = ceil(2 / components.rarer) + 1
    while not decides(high):
        if high >= MOST:
            return None
        low, high = high, min(2 * high, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high
