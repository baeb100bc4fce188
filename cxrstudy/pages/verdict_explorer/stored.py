"""Stored: the data of the explorer, as small as it can be without changing a verdict."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from pathlib import Path
from typing import Any

from cxrstudy.base.rounding import significant
from cxrstudy.base.words import counted, label_name
from cxrstudy.pages.arm_words import cohort_title, contrast_in_words
from cxrstudy.pages.verdict_explorer.evidence import ArmNearEnd, Difference, Recorded, recorded_in
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import all_claims

#: Digits of stored numbers: intervals and p values change by less than a billionth. A standard
#: error needs more than an estimate, since t may multiply it by many.
DIGITS, OF_ESTIMATE = 11, 10


def data_of(folders: Sequence[Path]) -> dict[str, Any]:
    """All that the front end knows, for JSON.

    Parameters
    ----------
    folders
        Of results, from :func:`cxrstudy.pages.verdict_explorer.evidence.budgets`.

    Returns
    -------
    ``papers`` (letter to the number of claims with a contrast), ``measures`` (name to title and
    largest difference), ``claims`` (id to what it asks), ``results`` (the folders) and ``evidence``
    (one item per claim and folder); ``data.js`` of the front end says what each holds. Claims
    without evidence are left out.
    """
    found = [recorded_in(folder) for folder in folders]
    asked = {each.claim.id: each.claim for mine in found for each in mine}
    measures = {
        measure.name: {"title": measure.title, "most": difference.bound}
        for mine in found
        for each in mine
        for measure, difference in each.differences.items()
    }
    papers = {
        claim.id: (paper.paper, len(paper.testable))
        for paper in all_claims()
        for claim in paper.claims
    }
    order = [claim for paper in all_claims() for claim in paper.testable if claim.id in asked]
    return {
        "papers": dict(papers[claim.id] for claim in order),
        "measures": measures,
        "claims": {claim.id: _claim(claim, papers[claim.id][0], found) for claim in order},
        "results": [_folder(folder, mine) for folder, mine in zip(folders, found, strict=True)],
        "evidence": [
            _evidence(each, place, folder, _standing(mine))
            for place, (folder, mine) in enumerate(zip(folders, found, strict=True))
            for each in mine
        ],
    }


def text_of(data: Mapping[str, Any]) -> str:
    """Compact JSON, without characters that could end the surrounding script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _claim(claim: Claim, paper: str, found: Sequence[Sequence[Recorded]]) -> dict[str, Any]:
    first = next(each for mine in found for each in mine if each.claim.id == claim.id)
    return {
        "paper": paper,
        "words": claim.words,
        "test": claim.test.rstrip("."),
        "contrast": contrast_in_words(claim.experiment or "", claim.contrast),
        "kind": claim.kind,
        "margin": claim.margin,
        "relevant": claim.relevant,
        "level": claim.level,
        "own": next(iter(first.differences)).name,
    }


def _folder(folder: Path, mine: Sequence[Recorded]) -> dict[str, Any]:
    made = results.facts(folder)
    return {
        "cohort": cohort_title(made.cohort),
        "profile": made.profile,
        "seeds": counted(made.seeds, "seed"),
        "counts": _standing(mine),
    }


def _standing(mine: Sequence[Recorded]) -> str:
    """Whether results count; of single claims it may be otherwise."""
    return next((str(each.row["counts"]) for each in mine), "")


def _evidence(each: Recorded, place: int, folder: Path, standing: str) -> dict[str, Any]:
    decides = results.reference(folder.parent.name, each.claim.experiment) == folder
    counts = str(each.row["counts"])
    known = {
        "counts": counts if counts != standing else "", "decides": decides, "barred": each.barred,
        "lacking": each.row["lacking"], "label": _other_label(each.claim),
    }  # fmt: skip
    return {
        "claim": each.claim.id,
        "results": place,
        "verdict": each.row["verdict"],
        "patients": int(each.row["patients"]),
        **{name: value for name, value in known.items() if value},
        "by": {measure.name: stored(found) for measure, found in each.differences.items()},
    }


def _other_label(claim: Claim) -> str:
    """The label that was scored, where it is not the one that the claim names; else empty."""
    named = {each.id: each.label for paper in all_claims() for each in paper.claims}
    return "" if claim.label == named[claim.id] else label_name(claim.label)


def stored(found: Difference) -> dict[str, Any] | list[float | None]:
    """A difference as it is stored: estimate, standard error and degrees of freedom.

    Infinite degrees of freedom are ``null``. Where these three are not all, there are names
    instead: the estimate ``e``, and its ``arms``, or ``why`` there is no interval.

    Examples
    --------
    >>> stored(Difference(0.02, 0.004, 16.6))
    [0.02, 0.004, 16.6]
    >>> stored(Difference(reason="not defined"))
    {'e': None, 'why': 'not defined'}
    """
    estimate = _short(found.estimate, OF_ESTIMATE)
    if found.reason or isnan(found.estimate):
        return {"e": estimate, "why": found.reason or "the difference is not a number"}
    if found.arms:
        return {"e": estimate, "arms": [_arm(arm) for arm in found.arms]}
    return [estimate, _short(found.standard_error), _freedom(found.freedom)]


def _arm(arm: ArmNearEnd) -> dict[str, Any]:
    common = {"w": arm.weight, "e": arm.estimate}
    if arm.trials:
        return common | {"n": arm.trials}
    return common | {"s": _short(arm.standard_error), "f": _freedom(arm.freedom)}


def _freedom(value: float) -> float | None:
    return _short(value) if isfinite(value) else None


def _short(value: float, digits: int = DIGITS) -> float | None:
    return None if isnan(value) else significant(float(value), digits)
