"""Budgets: what half the steps gave, and what twice as many gained, of recorded results.

They show whether arms were at a plateau (:mod:`cxrstudy.verdicts.doubling`), and whether a
laboratory with half the computation would have found the same.
"""

from functools import cache
from html import escape
from pathlib import Path

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import arm_name
from cxrstudy.pages.arm_words import arm_in_words, cohort_title
from cxrstudy.pages.bounds import bounds_in_words
from cxrstudy.pages.computed.front import standings
from cxrstudy.pages.html import fold
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.study.profile import read_profile
from cxrstudy.training.plateau import RISE
from cxrstudy.verdicts import results
from cxrstudy.verdicts.doubling import RELEVANT
from cxrstudy.verdicts.judge import judged_results
from cxrstudy.verdicts.outcome import DECIDED
from cxrstudy.verdicts.results import RESULTS

#: When an arm is at a plateau.
_CRITERION = (
    f"An arm is at a plateau if twice the steps gained less than {numbers.level(RISE)}, and surely "
    f"less than {numbers.level(RELEVANT)} (one side of a 95 % interval)."
)


def of_chapter(experiment: str) -> str:
    """Show both for every cohort with results of an experiment that half the steps are known of."""
    cohorts = sorted({folder.parent.name for folder in results.folders()})
    parts = [_of_cohort(cohort, experiment) for cohort in cohorts]
    shown = "".join(part for part in parts if part)
    if not shown:
        return ""
    return fold("Half the steps, and what twice as many gained", shown)


def _of_cohort(cohort: str, experiment: str) -> str:
    folder = results.reference(cohort, experiment)
    half = folder and half_of(folder, experiment)
    if folder is None or half is None:
        return ""
    mine = _with_gains(results.arms(folder), experiment)
    title = f"<p><b>{escape(cohort_title(cohort))}</b>, at half the steps on the target:</p>"
    return f"{title}{_verdicts(half, experiment)}{_gains(mine, experiment)}"


def half_of(folder: Path, experiment: str) -> Path | None:
    """Recorded results of an experiment with half the steps of those in a folder, if there are."""
    name = read_profile(results.facts(folder).profile).half
    half = places.results() / folder.parent.name / name
    if not name or not (half / RESULTS).is_file() or experiment not in results.experiments(half):
        return None
    return half


@cache
def _judged(folder: Path) -> pd.DataFrame:
    return judged_results(folder)


def _verdicts(half: Path, experiment: str) -> str:
    """The verdicts of an experiment's claims by results with half the steps."""
    table = _judged(half)
    mine = table[(table["experiment"] == experiment) & table["verdict"].isin(DECIDED)]
    if mine.empty:
        return "<p>No claim is decided there.</p>"
    rows = [
        {
            "claim": escape(row.claim),
            "verdict": escape(row.verdict),
            "difference": escape(
                numbers.interval(row.estimate, row.low, row.high, numbers.difference, [row.margin])
            ),
            "must be": escape(bounds_in_words(row.claim, row.margin, row.relevant)),
            "patients": numbers.count(row.patients),
        }
        for row in mine.itertuples()
    ]
    turned = (mine["verdict"] == "reversed").any()
    said = "<p>Reversed: the whole interval lies on the other side.</p>" if turned else ""
    return f"{standings(mine['counts'])}{_as_table(rows, 'Verdicts at half the steps')}{said}"


def _with_gains(arms: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """The arms of an experiment, each once, with what twice the steps gained.

    Chapters share runs, and a gain is of runs: one that was recorded with another experiment holds.
    """
    mine = arms[arms["experiment"] == experiment].drop_duplicates("arm")
    known = arms[arms["gain"].notna()].drop_duplicates("run").set_index("run")
    shared = mine["gain"].isna() & mine["run"].isin(known.index)
    found = {name: known[name] for name in ("gain", "gain_high", "plateau")}
    taken = {name: mine[name].mask(shared, mine["run"].map(by)) for name, by in found.items()}
    return mine.assign(**taken)


def _gains(arms: pd.DataFrame, experiment: str) -> str:
    known = arms[arms["gain"].notna()]
    rows = [
        {
            "arm": escape(arm_in_words(experiment, arm_name(row.arm))),
            "gain": escape(numbers.difference(row.gain)),
            "surely less than": escape(numbers.difference(row.gain_high)),
            "at a plateau": escape(row.plateau),
        }
        for row in known.itertuples()
    ]
    unknown = arms.loc[arms["gain"].isna(), "arm"]
    others = [arm_in_words(experiment, arm_name(arm)) for arm in unknown]
    said = f"<p>Without a recorded gain: {escape('; '.join(others))}.</p>" if others else ""
    shown = _as_table(rows, "Gain of macro AUROC by twice the steps") if rows else ""
    return f"{f'<p>{_CRITERION}</p>{shown}' if rows else ''}{said}"


def _as_table(rows: list[dict[str, str]], caption: str = "") -> str:
    return framed(rows_as_html(pd.DataFrame(rows)), caption)
