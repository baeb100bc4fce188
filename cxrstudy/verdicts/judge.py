"""Judge: verdicts on all claims, from a reader's own run and from reference results."""

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path

import pandas as pd

from cxrstudy.pages.beside import PROFILE
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claims, all_claims
from cxrstudy.verdicts.map_results import ATTENTION, read_attention, write_attention
from cxrstudy.verdicts.verdict import EVIDENCE, evidence, standing, verdicts

#: Columns that say where evidence comes from, before the columns of
#: :func:`cxrstudy.verdicts.verdict.verdicts`.
ORIGIN = ["paper", "origin", "cohort", "profile"]

#: File of recorded verdicts beside a set of results.
VERDICTS = "verdicts.csv"

#: The experiment about maps, and the column with the share of a map inside lesions.
MAPS, LESION = "07_gradcam", "score_energy_lesion"


def evidence_of_run(study: Study) -> pd.DataFrame:
    """Evidence from a study for all claims; trains what is not recorded."""

    def scores_of(name: str) -> pd.DataFrame:
        arms = experiment.arms_of(name, study)
        if name != MAPS:
            return study.run(arms)
        control: dict[Hashable, Chain] = {"control": arms["control"]}
        study.run(control)
        from cxrstudy.explain.attention import attention  # needs torch

        return attention(study, control)

    return _evidence(scores_of, experiment.experiment_names())


def evidence_of_results(folder: Path) -> pd.DataFrame:
    """Evidence from recorded results for all claims.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    maps = [MAPS] if (folder / ATTENTION).is_file() else []

    def scores_of(name: str) -> pd.DataFrame:
        return read_attention(folder) if name == MAPS else results.read(folder, name)

    names = [name for name in results.experiments(folder) if name != MAPS]
    return _evidence(scores_of, names + maps)


def judgements(study: Study) -> pd.DataFrame:
    """Judge all claims by a study's own run and, separately, by each set of reference results.

    Returns
    -------
    One row per claim and origin, as :func:`judged`; sets of results without evidence are left out.
    """
    name, profile = study.cohort.name, study.profile.profile
    run = f"this run: {name}, {profile}, {seeds_in_words(study.seeds)}"
    tables = [judged(evidence_of_run(study), run, name, profile)]
    for folder in results.folders():
        made = results.facts(folder)
        # The quick results serve to notice drift; they decide nothing.
        found = evidence_of_results(folder) if made.profile == PROFILE else pd.DataFrame()
        if len(found):
            recorded = f"reference: {made.cohort}, {made.profile}, {seeds_in_words(made.seeds)}"
            tables.append(judged(found, recorded, made.cohort, made.profile))
    return pd.concat(tables, ignore_index=True)


def recorded_verdicts() -> pd.DataFrame:
    """Verdicts recorded with the reference results; void if the rule has changed since.

    Returns
    -------
    One row per claim and set of results: ``paper``, ``claim``, ``cohort``, ``profile``,
    ``verdict``, the first characters of its ``rule``.
    """
    tables = [
        standing(table[table["paper"] == claims.paper], claims)
        for folder in results.folders()
        if (folder / VERDICTS).is_file() and folder.name == PROFILE
        for table in [pd.read_csv(folder / VERDICTS)]
        for claims in all_claims()
    ]
    columns = ["paper", "claim", "cohort", "profile", "verdict", "rule"]
    if not tables:
        return pd.DataFrame(columns=columns)
    found = pd.concat(tables, ignore_index=True)[columns]
    return found.assign(rule=found["rule"].str[:12])


def record(study: Study, folder: Path) -> None:
    """Write measures of a study's maps and the verdicts on all claims beside its results."""
    if MAPS in results.experiments(folder):
        from cxrstudy.explain.attention import attention  # needs torch

        write_attention(attention(study, experiment.arms_of(MAPS, study)), folder)
    found = evidence_of_results(folder)
    if len(found):
        table = judged(found, "reference", study.cohort.name, study.profile.profile)
        text = table.drop(columns="origin").to_csv(
            index=False, float_format="%.6g", lineterminator="\n"
        )
        (folder / VERDICTS).write_text(text)
    written = [name for name in (ATTENTION, VERDICTS) if (folder / name).is_file()]
    results.include(folder, written)


def seeds_in_words(seeds: int) -> str:
    """``one seed``, ``2 seeds`` and so on."""
    return "one seed" if seeds == 1 else f"{seeds} seeds"


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


def _evidence(scores_of: Callable[[str], pd.DataFrame], experiments: Iterable[str]) -> pd.DataFrame:
    tables = []
    for name in experiments:
        wanted = [claim for claims in all_claims() for claim in claims.of(name)]
        if wanted:
            scores = scores_of(name)
            # Without known lesions there is no evidence from maps.
            known = name != MAPS or LESION in scores
            tables += [evidence(wanted, scores)] if known else []
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=EVIDENCE)
