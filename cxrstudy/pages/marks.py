"""Marks: each set of recorded results has one mark, the same in every table and figure."""

import pandas as pd

from cxrstudy.verdicts.outcome import DECIDED

#: Verdicts that answer a claim, in the order of the rule.
ANSWERS = tuple(verdict for verdict in DECIDED if verdict != "inconclusive")


def most_answered_first(judged: pd.DataFrame) -> pd.DataFrame:
    """Order results by how many claims they answer, so that a reader meets answers first."""
    judged = judged.reset_index(drop=True)
    answered = judged["verdict"].isin(ANSWERS).groupby(judged["origin"]).transform("sum")
    return judged.loc[answered.sort_values(ascending=False, kind="stable").index]


def marks_of(judged: pd.DataFrame) -> dict[str, int]:
    """Number of the mark of each set of results, from all that are recorded.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`.
    """
    if judged.empty:
        return {}
    origins = dict.fromkeys(most_answered_first(judged)["origin"])
    return {str(origin): place for place, origin in enumerate(origins)}


def marked(judged: pd.DataFrame) -> pd.DataFrame:
    """Recorded verdicts, with the number of the mark of each set of results as ``mark``.

    Parameters
    ----------
    judged
        From :func:`cxrstudy.verdicts.judge.recorded`, with the results of all cohorts.

    Examples
    --------
    >>> made = pd.DataFrame({"origin": ["a", "b"], "verdict": ["inconclusive", "supported"]})
    >>> marked(made)["mark"].tolist()
    [1, 0]
    """
    return judged.assign(mark=judged["origin"].astype(str).map(marks_of(judged)))
