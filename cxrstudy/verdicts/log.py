"""Log: every version of the rule, the registrations, and the verdicts under each of them.

The first entry tells what was done before there were registrations.
"""

import pandas as pd
from pydantic import Field

from cxrstudy.base import places
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.judge import deciding
from cxrstudy.verdicts.registration import FOLDER, RegistrationError, registrations
from cxrstudy.verdicts.results import VERDICTS

#: File of the first entry.
HISTORY = f"{FOLDER}/history.yaml"
NO_RUN = "no run"
#: How a column of verdicts under the present rule begins; the set of results follows.
NOW = "now, "


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
    since = []
    for each in registrations():
        hashes = _shortened(each.frozen.claims)
        same = first.setdefault(hashes, each.name)
        since.append(
            {
                "rule": each.name,
                "amends": each.amends,
                "changed": each.because or "first registration",
                "hashes": hashes if same == each.name else f"those of {same}",
            }
        )
    return pd.DataFrame([*before, *since])


def verdicts_by_rule(judged: pd.DataFrame) -> pd.DataFrame:
    """Tabulate every verdict of recorded results under every version of the rule.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.judgements`.

    Returns
    -------
    One row per claim, that withdrawn ones are part of: ``claim``, one column per version before
    there were registrations, and one per set of recorded results, judged by the present rule.

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
        version.committed: version.verdicts for version in history().rules
    }
    for origin, rows in recorded.groupby("origin", sort=False):
        columns[f"{NOW}{origin}"] = dict(zip(rows["claim"], rows["verdict"], strict=True))
    claims = sorted({*judged["claim"], *(name for found in columns.values() for name in found)})
    claims.sort(key=lambda name: (name[:1], len(name), name))
    table = {"claim": claims}
    for name, found in columns.items():
        table[name] = [found.get(claim, _absent(name, claim, bool(found))) for claim in claims]
    return pd.DataFrame(table)


def _absent(column: str, claim: str, has_verdicts: bool) -> str:
    """What a column says of a claim that it has no verdict on."""
    if not column.startswith(NOW):
        return "not a claim" if has_verdicts else NO_RUN
    there = any(claim == each.id for claims in all_claims() for each in claims.claims)
    return "decided by another set" if there else "withdrawn"


def recorded_verdicts() -> pd.DataFrame:
    """Verdicts as they were recorded with results, under the rule of that time.

    Returns
    -------
    One row per claim and set of results: ``paper``, ``claim``, ``cohort``, ``profile``,
    ``verdict``, the first characters of its ``rule``, and ``standing``: whether the rule has
    changed since, and the claim is still there.

    Examples
    --------
    >>> recorded_verdicts().columns.tolist()
    ['paper', 'claim', 'cohort', 'profile', 'verdict', 'rule', 'standing']
    """
    columns = ["paper", "claim", "cohort", "profile", "verdict", "rule"]
    tables = [pd.read_csv(path) for folder in deciding() if (path := folder / VERDICTS).is_file()]
    if not tables:
        return pd.DataFrame(columns=[*columns, "standing"])
    found = pd.concat(tables, ignore_index=True)[columns]
    now = {claim.id: claims.sha256 for claims in all_claims() for claim in claims.claims}
    standing = [_standing(row.rule, now.get(row.claim)) for row in found.itertuples()]
    return found.assign(rule=found["rule"].str[:12], standing=standing)


def _standing(rule: str, now: str | None) -> str:
    if now is None:
        return "void: the claim was withdrawn"
    return "the claims file is the same" if rule == now else "void: the claims file has changed"


def _shortened(hashes: dict[str, str]) -> str:
    return ", ".join(f"{path.rsplit('/', 1)[-1]} {sha[:12]}" for path, sha in hashes.items())
