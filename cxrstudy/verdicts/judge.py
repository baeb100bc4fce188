"""Judge: verdicts on all claims, from a reader's own run and from reference results."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from cxrstudy.base.columns import truth_column
from cxrstudy.base.words import counted
from cxrstudy.data.cohort_file import world_of
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.scores import labels_of
from cxrstudy.statistics.bootstrap import computed_once
from cxrstudy.study import experiment
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import Claims, all_claims, read_claims
from cxrstudy.verdicts.evidence import EVIDENCE, about_maps, evidence, metric_of
from cxrstudy.verdicts.kept_evidence import kept_evidence
from cxrstudy.verdicts.map_results import measure_attention, read_attention
from cxrstudy.verdicts.proof import prove
from cxrstudy.verdicts.results import REFERENCE_PROFILES, VERDICTS
from cxrstudy.verdicts.verdict import verdicts
from cxrstudy.verdicts.written_table import read_texts, same_rows

#: Columns that say where evidence comes from, and whether it counts, before the columns of
#: :func:`cxrstudy.verdicts.verdict.verdicts`.
ORIGIN = ["paper", "origin", "cohort", "profile", "counts"]

#: Columns that rest on all claims of a paper: they change if another claim gets evidence.
CORRECTED = ["adjusted_p", "adjusted_p_relevant"]

#: What is said of a reader's own run.
OWN = "does not count: nothing is registered for this run"

#: What is said of maps of real radiographs.
NO_LESIONS = "lesions are not known on this cohort"

#: Experiment and the claims about it to the table that they are decided on.
TableOf = Callable[[str, list[Claim]], pd.DataFrame]
#: Experiment to its arms with a training that has no result, and why.
FailedOf = Callable[[str], Mapping[Hashable, str]]


def evidence_of_run(study: Study) -> pd.DataFrame:
    """Evidence from a study for all claims; trains what is not recorded.

    A claim that is always decided on the same cohort is, with the study's profile and seeds.
    """
    studies = {study.cohort.name: study}

    def study_of(name: str) -> Study:
        cohort = _cohort_of(name) or study.cohort.name
        if cohort not in studies:
            studies[cohort] = Study(study.profile.profile, cohort, study.seeds)
        return studies[cohort]

    def table_of(name: str, claims: list[Claim]) -> pd.DataFrame:
        arms = experiment.arms_of(name, study_of(name))
        if not about_maps(claims[0]):
            return arms.scores()
        named = {arm for claim in claims for arm in (claim.arm, claim.against)}
        # The others are baselines, which nobody trains.
        trained = arms.only(arm for arm in arms if arm in named)
        trained.scores()
        return measure_attention(trained)

    def failed_of(name: str) -> Mapping[Hashable, str]:
        return experiment.arms_of(name, study_of(name)).failed

    return _evidence(table_of, failed_of, experiment.experiment_names())


def evidence_of_results(folder: Path) -> pd.DataFrame:
    """Evidence from recorded results for all claims.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """

    def table_of(name: str, claims: list[Claim]) -> pd.DataFrame:
        return read_attention(folder) if about_maps(claims[0]) else results.read(folder, name)

    def failed_of(name: str) -> Mapping[Hashable, str]:
        return results.failed(folder, name)

    return _evidence(table_of, failed_of, results.experiments(folder))


def judgements(study: Study) -> pd.DataFrame:
    """Judge all claims by a study's own run and, separately, by each set of recorded results.

    Returns
    -------
    One row per claim and origin, as :func:`judged`; sets of results without evidence are left out.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, judge
    >>> judge.judgements(Study("quick", "phantom", seeds=1))  # doctest: +SKIP
    """
    name, profile = study.cohort.name, study.profile.profile
    run = f"this run: {name}, {profile}, {counted(study.seeds, 'seed')}"
    own = judged(evidence_of_run(study), run, name, profile)
    return pd.concat([own, recorded()], ignore_index=True)


@cache
def recorded() -> pd.DataFrame:
    """Judge all claims by every set of recorded results that may decide, once per process.

    Returns
    -------
    As :func:`judged`, with one row per claim and cohort: by the first reference profile for which
    the claim's experiment is recorded; where there is none, by the last. Empty if nothing is
    recorded.
    """
    with computed_once():
        tables = [found for folder in deciding() if len(found := _of_its_own(folder))]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _of_its_own(folder: Path) -> pd.DataFrame:
    """The judgements of a folder on claims that no folder before it decides."""
    table = judged_results(folder)
    if table.empty:
        return table
    beside = [path for path in deciding() if path.parent == folder.parent]
    held = {name: results.reference(folder.parent.name, name) for name in set(table["experiment"])}
    return table[[(held[name] or beside[-1]) == folder for name in table["experiment"]]]


def deciding() -> list[Path]:
    """Folders of recorded results that may decide; quick ones are there to notice drift."""
    found = [path for path in results.folders() if path.name in REFERENCE_PROFILES]
    return sorted(found, key=lambda path: (path.parent.name, REFERENCE_PROFILES.index(path.name)))


def deciding_profile(cohort: str) -> str:
    """Name of the profile of a cohort's recorded results that decide; the first where none do."""
    names = (path.name for path in deciding() if path.parent.name == cohort)
    return next(names, REFERENCE_PROFILES[0])


def judged_results(folder: Path) -> pd.DataFrame:
    """Judge all claims by recorded results, under the rule as it is now.

    The evidence is computed once for a state of results, claims and code
    (:mod:`cxrstudy.verdicts.kept_evidence`); it is judged, and git asked, each time.

    Returns
    -------
    As :func:`judged`, with whether the results count (:func:`cxrstudy.verdicts.proof.prove`); empty
    if they hold no experiment of any claim.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> table = judged_results(places.results() / "phantom" / "quick")
    >>> table.loc[table["claim"] == "A1", "world"].item()
    'on simulated radiographs'
    """
    made = results.facts(folder)
    found = kept_evidence(folder, evidence_of_results)
    if found.empty:
        return pd.DataFrame()
    origin = f"recorded: {made.cohort}, {made.profile}, {counted(made.seeds, 'seed')}"
    table, proof = judged(found, origin, made.cohort, made.profile), prove(folder)
    same = _as_recorded(table, folder) if proof.changed else set(table["claim"])
    return table.assign(counts=[proof.said_of(name, name in same) for name in table["claim"]])


def _as_recorded(table: pd.DataFrame, folder: Path) -> set[str]:
    """Claims whose verdict, and every number of their own, is the one that was recorded."""
    # Git says each time whether they count; a claims file may have changed in another claim.
    found = table.drop(columns=["origin", "counts", "rule", *CORRECTED])
    stored = read_texts(folder / VERDICTS).drop(columns=["rule", *CORRECTED], errors="ignore")
    return same_rows(stored, found, ["paper", "claim"], of="claim")


def judged_arms(claims: str, arms: Arms) -> pd.DataFrame:
    """Judge the claims of one file by one's own arms, which are trained if they are missing.

    Parameters
    ----------
    claims
        Name of a file in ``claims/``.
    arms
        Arms that all its claims are about.

    Returns
    -------
    As :func:`cxrstudy.verdicts.verdict.verdicts`.
    """
    paper = read_claims(claims)
    scores = arms.scores()
    found = evidence(paper.testable, scores, len(paper.testable), arms.failed)
    return verdicts(paper, found, world_of(arms.study.cohort.name))


def judged(found: pd.DataFrame, origin: str, cohort: str, profile: str) -> pd.DataFrame:
    """Judge the claims of all papers by one set of evidence, which nothing shows to be registered.

    Parameters
    ----------
    found
        Evidence, from :func:`evidence_of_run` or :func:`evidence_of_results`.
    origin, cohort, profile
        Where it comes from.

    Returns
    -------
    One row per claim: the columns of ``ORIGIN``, then those of
    :func:`cxrstudy.verdicts.verdict.verdicts`.
    """
    tables = []
    for claims in all_claims():
        mine = found[found["claim"].isin([claim.id for claim in claims.claims])]
        table = verdicts(claims, mine, world_of(cohort)).assign(paper=claims.paper)
        own = {claim.id: world_of(claim.cohort) for claim in claims.claims if claim.cohort}
        table["world"] = [own.get(name, world_of(cohort)) for name in table["claim"]]
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    table = table.assign(origin=origin, cohort=cohort, profile=profile, counts=OWN)
    return table[[*ORIGIN, *(name for name in table if name not in ORIGIN)]]


def on_labels_of(scores: pd.DataFrame, claims: Iterable[Claim]) -> list[Claim]:
    """Claims, asked about the label of the cohort whose scores these are.

    A paper's label stands in its claims. On a cohort without it, the same sentence is asked about
    the label that the cohort's experiments ask about: the last one of the claim's role. Scores of
    another role, beside these, have labels of their own.
    """
    return [_on_labels(claim, scores) for claim in claims]


def _on_labels(claim: Claim, scores: pd.DataFrame) -> Claim:
    if about_maps(claim) or claim.label in labels_of(scores):
        return claim
    mine = scores[scores["role"] == claim.role]
    known = [label for label in labels_of(scores) if mine[truth_column(label)].notna().any()]
    return claim.model_copy(update={"label": known[-1]}) if known else claim


def claims_about(name: str) -> list[Claims]:
    """The papers with claims about an experiment."""
    return [claims for claims in all_claims() if claims.of(name)]


def _evidence(table_of: TableOf, failed_of: FailedOf, experiments: Iterable[str]) -> pd.DataFrame:
    tables = [
        _about(claims, name, maps, table_of, failed_of)
        for name in experiments
        for claims in claims_about(name)
        for maps in (False, True)
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=EVIDENCE)


def _about(
    paper: Claims, name: str, maps: bool, table_of: TableOf, failed_of: FailedOf
) -> pd.DataFrame:
    """Evidence for the claims of a paper about an experiment, either about maps or not."""
    claims = [claim for claim in paper.of(name) if about_maps(claim) == maps]
    if not claims:
        return pd.DataFrame(columns=EVIDENCE)
    try:
        table = table_of(name, claims)
    except NoResultError as error:
        rows = [{"claim": claim.id, "reason": str(error)} for claim in claims]
        return pd.DataFrame(rows, columns=EVIDENCE)
    claims = on_labels_of(table, claims)
    known = [claim for claim in claims if not maps or _is_measured(claim, table)]
    found = evidence(known, table, len(paper.testable), failed_of(name))
    unknown = [claim.id for claim in claims if claim not in known]
    measured = "energy_lesion" in labels_of(table)
    why = "these results lack this measure of maps" if measured else NO_LESIONS
    reasons = pd.DataFrame({"claim": unknown, "reason": why})
    return pd.concat([found, reasons.reindex(columns=EVIDENCE)], ignore_index=True)


def _cohort_of(experiment: str) -> str:
    """Cohort on which the claims about an experiment are always decided; empty if any may be."""
    asked = (claim for claims in all_claims() for claim in claims.of(experiment))
    return next((claim.cohort for claim in asked), "")


def _is_measured(claim: Claim, table: pd.DataFrame) -> bool:
    return set(metric_of(claim).labels) <= set(labels_of(table))
