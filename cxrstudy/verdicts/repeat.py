"""Repeat: what a reader's own runs say beside the committed results of the same profile and cohort.

The runs are written as results into a folder that is thrown away, so that both sides are read,
judged and compared by the same functions.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cxrstudy.base import places
from cxrstudy.base.words import counted
from cxrstudy.study.status import experiments_of
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.compare import GOOD, ComparisonState, Row, compare, default_spread
from cxrstudy.verdicts.measure import measure
from cxrstudy.verdicts.results import RESULTS


class RepeatError(ValueError):
    """There is nothing to compare with; the message says what there is."""


def committed_results(profile: str, cohort: str) -> Path:
    """Folder of the committed results of a profile on a cohort.

    Raises
    ------
    RepeatError
        There are none.
    """
    folder = places.results() / cohort / profile
    if not (folder / RESULTS).is_file():
        raise RepeatError(f"there are no committed results of profile {profile} on {cohort}")
    return folder


@contextmanager
def written(study: Study, ours: Path) -> Iterator[Path]:
    """Write the runs of a study as results, of the experiments that committed results hold too.

    Raises
    ------
    ResultsError
        A run is not recorded, or the committed results are altered.
    """
    both = [name for name in experiments_of(study.cohort.name) if name in results.experiments(ours)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / study.cohort.name / study.profile.profile
        results.write(study, both, folder, "compared with the committed results")
        yield folder


def drift(ours: Path, theirs: Path) -> list[Row]:
    """Compare the metrics of two folders: A is ours, B the repeat.

    Raises
    ------
    CompareError
        They have nothing in common, or differ and no arm has two seeds to measure seeds by.
    """
    first, second = measure(ours).metrics, measure(theirs).metrics
    spread = default_spread(ours, first)
    return compare(first, second, first if spread == ours else measure(spread).metrics)


def drift_in_words(rows: Sequence[Row], ours: Path) -> str:
    """Say in one or two sentences how a repeat compares with committed results.

    Examples
    --------
    >>> from cxrstudy.verdicts.measure import Key
    >>> row = Row(Key("03", "control", "target", "AUROC"), "equal")
    >>> drift_in_words([row], Path("results/phantom/quick"))
    'This run beside the committed results in results/phantom/quick: 1 metric, equal.'
    """
    states = Counter(row.state for row in rows)
    beside = f"This run beside the committed results in {ours}: {counted(len(rows), 'metric')}"
    same = states["equal"] + states["undefined in both"]
    if same == len(rows):
        return f"{beside}, {'all of them ' * (len(rows) > 1)}equal."
    said = [f"{same} equal"]
    said += [f"{states[state]} {words}" for state, words in _WORDS.items() if states[state]]
    others = sum(number for state, number in states.items() if state not in GOOD)
    sentence = f"{beside}: {', '.join(said)}."
    if not others:
        return sentence
    return f"{sentence} Other machines differ by chance; `cxrstudy compare` names each metric."


_WORDS: dict[ComparisonState, str] = {
    "fewer seeds": "equal on the seeds that both have",
    "within": "as far apart as other seeds would be",
    "drifted": "farther apart than seeds explain",
    "undefined in A": "defined only in this run",
    "undefined in B": "not defined in this run",
    "other images": "on other images",
    "only in A": "of arms that this run lacks",
    "only in B": "of arms that the committed results lack",
}


def book_sentence(profile: str, cohort: str, seeds: int) -> str:
    """Say how the recorded runs compare with the committed results, or why they can't be."""
    try:
        ours = committed_results(profile, cohort)
        with written(Study(profile, cohort, seeds), ours) as theirs:
            return drift_in_words(drift(ours, theirs), _shown(ours))
    except (ValueError, RuntimeError, OSError) as problem:
        return f"This run is not compared with committed results: {problem}."


def _shown(folder: Path) -> Path:
    return folder.relative_to(places.root())
