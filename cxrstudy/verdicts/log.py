"""Log: every version of the rule, the registrations, and the verdicts under each of them.

The first entry tells what was done before there were registrations.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from cxrstudy.base import places
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claims_file import Claims, all_claims
from cxrstudy.verdicts.judge import deciding
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.registration import FOLDER, RegistrationError, registrations
from cxrstudy.verdicts.results import VERDICTS

#: File of the first entry.
HISTORY = f"{FOLDER}/history.yaml"
#: How a column of verdicts under the present rule begins; the cohort follows.
NOW = "now, "
#: How the standing of a verdict begins where it counts (:mod:`cxrstudy.verdicts.proof`).
_COUNTS = "counts"
#: Columns of the verdicts as they were written.
WRITTEN = ["paper", "claim", "cohort", "profile", "verdict", "rule", "standing"]
#: Characters of a hash that are shown.
SHOWN = 12


class Version(Strict):
    """A version of the claims files, before there were registrations.

    Attributes
    ----------
    commit, committed, changed
        Commit that brought it, its time in words, and what it changed.
    claims
        SHA-256 by claims file.
    results, verdicts
        Commit of the results that were first recorded with these hashes, and their verdicts; empty
        where there are none.
    """

    commit: str
    committed: str
    changed: str
    claims: dict[str, str]
    results: str = ""
    verdicts: dict[str, str] = Field(default_factory=dict)


class History(Strict):
    """What was done before there were registrations, told and as hashes."""

    told: str
    rules: list[Version]


def history() -> History:
    """Read the first entry of the log.

    Raises
    ------
    RegistrationError
        Names the file and the field.

    Examples
    --------
    >>> [version.committed[11:16] for version in history().rules]
    ['00:03', '02:11', '03:05', '03:43']
    """
    return read_yaml(places.root() / HISTORY, History, RegistrationError)


def versions() -> pd.DataFrame:
    """Tabulate every version of the rule, the oldest first.

    Returns
    -------
    One row per version: ``rule`` (its time, or the name of the registration), ``amends``,
    ``changed`` (what, or why), ``hashes`` (first characters).

    Examples
    --------
    >>> versions().columns.tolist()
    ['rule', 'amends', 'changed', 'hashes']
    """
    before = [
        {
            "rule": version.committed,
            "amends": "",
            "changed": version.changed,
            "hashes": _shortened(version.claims),
        }
        for version in history().rules
    ]
    first: dict[str, str] = {}  # Which registration was the first with some hashes.
    told: dict[str, str] = {}  # And with a reason.
    since = []
    for each in registrations():
        hashes = _shortened(each.frozen.claims)
        same = first.setdefault(hashes, each.name)
        why = told.setdefault(each.because, each.name)
        since.append(
            {
                "rule": each.name,
                "amends": each.amends,
                "changed": _why(each.because, why, each.name),
                "hashes": hashes if same == each.name else f"those of {same}",
            }
        )
    return pd.DataFrame([*before, *since])


def _why(because: str, first: str, name: str) -> str:
    """Why a registration was made; a reason that an earlier one gave is not told again."""
    if not because:
        return "first registration"
    return because if first == name else f"as {first}"


def verdicts_by_rule(judged: pd.DataFrame) -> pd.DataFrame:
    """Tabulate every verdict of recorded results under every version of the rule.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.judgements`.

    Returns
    -------
    One row per claim, that withdrawn ones are part of: ``claim``, one column per version before
    there were registrations that anything was run under, and one per cohort, judged by the present
    rule. There each verdict names the profile that it rests on, and says so if it does not count.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> from cxrstudy.verdicts.judge import judged_results
    >>> table = verdicts_by_rule(judged_results(places.results() / "phantom" / "quick"))
    >>> table.set_index("claim").loc["A7"].tolist()[-1]
    'withdrawn'
    """
    recorded = judged[judged["origin"].str.startswith("recorded")]
    columns: dict[str, dict[str, str]] = {
        version.committed: version.verdicts for version in history().rules if version.verdicts
    }
    for cohort, rows in recorded.groupby("cohort", sort=False):
        columns[f"{NOW}{cohort}"] = {row.claim: _said(row) for row in rows.itertuples()}
    claims = sorted({*judged["claim"], *(name for found in columns.values() for name in found)})
    claims.sort(key=lambda name: (name[:1], len(name), name))
    table = {"claim": claims}
    for name, found in columns.items():
        table[name] = [found.get(claim, _absent(name, claim)) for claim in claims]
    return pd.DataFrame(table)


def _said(row: Any) -> str:
    """A verdict under the present rule, and what it rests on where something was decided."""
    if row.verdict not in DECIDED:
        return str(row.verdict)
    but = "" if row.counts.startswith(_COUNTS) else ", does not count"
    return f"{row.verdict} ({row.profile}{but})"


def _absent(column: str, claim: str) -> str:
    """What a column says of a claim that it has no verdict on."""
    if not column.startswith(NOW):
        return "not a claim"
    there = any(claim == each.id for claims in all_claims() for each in claims.claims)
    return "not judged" if there else "withdrawn"


def recorded_verdicts() -> pd.DataFrame:
    """Verdicts as they were recorded with results, under the rule of that time.

    Returns
    -------
    One row per claim and set of results: ``paper``, ``claim``, ``cohort``, ``profile``,
    ``verdict``, the first characters of its ``rule``, and ``standing``: whether the claims file has
    changed since, or since the results were registered, and the claim is still there.

    Examples
    --------
    >>> recorded_verdicts().columns.tolist()
    ['paper', 'claim', 'cohort', 'profile', 'verdict', 'rule', 'standing']
    """
    tables = [_as_written(folder) for folder in deciding() if (folder / VERDICTS).is_file()]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=WRITTEN)


def _as_written(folder: Path) -> pd.DataFrame:
    found = pd.read_csv(folder / VERDICTS)[WRITTEN[:-1]]
    now = {claim.id: claims for claims in all_claims() for claim in claims.claims}
    frozen = _registered_with(folder)
    standing = [_standing(row.rule, now.get(row.claim), frozen) for row in found.itertuples()]
    return found.assign(rule=found["rule"].str[:SHOWN], standing=standing)


def _registered_with(folder: Path) -> dict[str, str]:
    """SHA-256 of each claims file to that of when the results were registered, if they were."""
    named = results.facts(folder).registration
    registered = [each.frozen.claims for each in registrations() if each.name == named]
    return {
        sha256(file.read_bytes()).hexdigest(): claims[path]
        for claims in registered
        for file in places.claims().glob("*.yaml")
        if (path := f"claims/{file.name}") in claims
    }


def _standing(rule: str, now: Claims | None, frozen: dict[str, str]) -> str:
    if now is None:
        return "void: the claim was withdrawn"
    if rule != now.sha256:
        return "void: the claims file has changed"
    before = frozen.get(rule, rule)
    if before != rule:
        return f"written under the claims file of now; registered under {before[:SHOWN]}"
    return "the claims file is the same"


def _shortened(hashes: dict[str, str]) -> str:
    return ", ".join(f"{path.rsplit('/', 1)[-1]} {sha[:SHOWN]}" for path, sha in hashes.items())
