"""Judge: verdicts on all claims, from a reader's own run and from reference results."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from cxrstudy.base.words import counted
from cxrstudy.runs.scores import labels_of
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim, Claims, all_claims
from cxrstudy.verdicts.map_results import (
    ATTENTION,
    measure_attention,
    read_attention,
    write_attention,
)
from cxrstudy.verdicts.results import REFERENCE_PROFILE
from cxrstudy.verdicts.verdict import (
    EVIDENCE,
    about_maps,
    evidence,
    metric_of,
    standing,
    verdicts,
)

#: Columns that say where evidence comes from, before the columns of
#: :func:`cxrstudy.verdicts.verdict.verdicts`.
ORIGIN = ["paper", "origin", "cohort", "profile"]

#: File of recorded verdicts beside a set of results.
VERDICTS = "verdicts.csv"

#: Experiment and the claims about it to the table that they are decided on.
TableOf = Callable[[str, list[Claim]], pd.DataFrame]


def evidence_of_run(study: Study) -> pd.DataFrame:
    """Evidence from a study for all claims; trains what is not recorded."""

    def table_of(name: str, claims: list[Claim]) -> pd.DataFrame:
        arms = experiment.arms_of(name, study)
        if not about_maps(claims[0]):
            return arms.scores()
        named = {arm for claim in claims for arm in (claim.arm, claim.against)}
        # The others are baselines, which nobody trains.
        trained = arms.only(arm for arm in arms if arm in named)
        trained.scores()
        return measure_attention(trained)

    return _evidence(table_of, experiment.experiment_names())


def evidence_of_results(folder: Path) -> pd.DataFrame:
    """Evidence from recorded results for all claims.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """

    def table_of(name: str, claims: list[Claim]) -> pd.DataFrame:
        return read_attention(folder) if about_maps(claims[0]) else results.read(folder, name)

    return _evidence(table_of, results.experiments(folder))


def judgements(study: Study) -> pd.DataFrame:
    """Judge all claims by a study's own run and, separately, by each set of reference results.

    Returns
    -------
    One row per claim and origin, as :func:`judged`; sets of results without evidence are left out.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, judgements
    >>> judgements(Study("quick", "phantom", seeds=1))  # doctest: +SKIP
    """
    name, profile = study.cohort.name, study.profile.profile
    run = f"this run: {name}, {profile}, {counted(study.seeds, 'seed')}"
    tables = [judged(evidence_of_run(study), run, name, profile)]
    for folder in results.folders():
        made = results.facts(folder)
        # The quick results are there to notice drift; they decide nothing.
        found = evidence_of_results(folder) if made.profile == REFERENCE_PROFILE else pd.DataFrame()
        if len(found):
            recorded = f"reference: {made.cohort}, {made.profile}, {counted(made.seeds, 'seed')}"
            tables.append(judged(found, recorded, made.cohort, made.profile))
    return pd.concat(tables, ignore_index=True)


def recorded_verdicts() -> pd.DataFrame:
    """Verdicts recorded with the reference results; void if the rule has changed since.

    Returns
    -------
    One row per claim and set of results: ``paper``, ``claim``, ``cohort``, ``profile``,
    ``verdict``, the first characters of its ``rule``.

    Examples
    --------
    >>> recorded_verdicts().columns.tolist()
    ['paper', 'claim', 'cohort', 'profile', 'verdict', 'rule']
    """
    tables = [
        standing(table[table["paper"] == claims.paper], claims)
        for folder in results.folders()
        if (folder / VERDICTS).is_file() and folder.name == REFERENCE_PROFILE
        for table in [pd.read_csv(folder / VERDICTS)]
        for claims in all_claims()
    ]
    columns = ["paper", "claim", "cohort", "profile", "verdict", "rule"]
    if not tables:
        return pd.DataFrame(columns=columns)
    found = pd.concat(tables, ignore_index=True)[columns]
    return found.assign(rule=found["rule"].str[:12])


def record(study: Study, folder: Path) -> None:
    """Write beside a study's results where its maps lie, and the verdicts on all claims."""
    for name in results.experiments(folder):
        if any(about_maps(claim) for claim in _claims_about(name)):
            write_attention(measure_attention(experiment.arms_of(name, study)), folder)
    found = evidence_of_results(folder)
    if len(found):
        table = judged(found, "reference", study.cohort.name, study.profile.profile)
        text = table.drop(columns="origin").to_csv(
            index=False, float_format="%.6g", lineterminator="\n"
        )
        (folder / VERDICTS).write_text(text)
    written = [name for name in (ATTENTION, VERDICTS) if (folder / name).is_file()]
    results.include(folder, written)


def judged(found: pd.DataFrame, origin: str, cohort: str, profile: str) -> pd.DataFrame:
    """Judge the claims of all papers by one set of evidence.

    Returns
    -------
    One row per claim: ``paper``, ``origin``, ``cohort``, ``profile``, then the columns of
    :func:`cxrstudy.verdicts.verdict.verdicts`.
    """
    tables = []
    for claims in all_claims():
        mine = found[found["claim"].isin([claim.id for claim in claims.claims])]
        tables.append(verdicts(claims, mine).assign(paper=claims.paper))
    table = pd.concat(tables, ignore_index=True)
    table = table.assign(origin=origin, cohort=cohort, profile=profile)
    return table[[*ORIGIN, *(name for name in table if name not in ORIGIN)]]


def claims_about(name: str) -> list[Claims]:
    """The papers with claims about an experiment."""
    return [claims for claims in all_claims() if claims.of(name)]


def _evidence(table_of: TableOf, experiments: Iterable[str]) -> pd.DataFrame:
    tables = []
    for name in experiments:
        wanted = _claims_about(name)
        for maps in (False, True):
            claims = [claim for claim in wanted if about_maps(claim) == maps]
            if claims:
                table = table_of(name, claims)
                # Where lesions are not known, maps say nothing about them.
                known = [claim for claim in claims if not maps or _is_measured(claim, table)]
                tables.append(evidence(known, table))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=EVIDENCE)


def _claims_about(name: str) -> list[Claim]:
    return [claim for claims in all_claims() for claim in claims.of(name)]


def _is_measured(claim: Claim, table: pd.DataFrame) -> bool:
    return set(metric_of(claim).labels) <= set(labels_of(table))
