"""Why: in which inputs a run differs from the nearest recorded run.

The inputs are compared by :mod:`cxrstudy.study.run_differences`. Text, figures, statistics and
tests are not among them: they are never the reason for a new run.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.coverage import code_of
from cxrstudy.base.identity import canonical
from cxrstudy.base.words import arm_name
from cxrstudy.runs import store
from cxrstudy.runs.catalogue import catalogue
from cxrstudy.runs.record import RUN
from cxrstudy.study import experiment
from cxrstudy.study.run_differences import KINDS, Difference, RunFacts, differences
from cxrstudy.study.study import Study


class WhyError(ValueError):
    """There is no such run or arm; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    """A run, the nearest recorded run, and the differences with the stages that they are in.

    ``never`` says why the run is not trained; empty if it is, or may be.
    """

    run: RunFacts
    recorded: bool
    nearest: RunFacts | None
    differences: Mapping[Difference, tuple[str, ...]]
    never: str = ""

    def sentences(self) -> list[str]:
        """Write the answer as text, one line per difference."""
        what = f"{self.run.id[:12]} ({self.run.chain}, seed {_seed(self.run)})"
        state = "is recorded and will not run again" if self.recorded else "is not recorded"
        said = [f"Run {what} {state}.", *([f"It is {self.never}."] if self.never else [])]
        if self.nearest is None:
            return [*said, "No other run is recorded to compare it with."]
        near = f"{self.nearest.id[:12]} ({self.nearest.chain}, seed {_seed(self.nearest)})"
        return [
            *said,
            f"The nearest recorded run is {near}, finished {self.nearest.finished}.",
            "It differs in:",
            *(f"- {said}{_where(stages)}" for said, stages in self.differences.items()),
        ]


def of_recorded(beginning: str) -> Answer:
    """Explain a recorded run.

    Raises
    ------
    StoreError
        No run, or more than one, begins with these characters; or its record is altered.
    """
    records = places.runs() / "store"
    run = store.find(records, beginning)
    store.read(records, run)  # raises an error if the record is altered
    recorded = _known_runs(records)
    return explain(recorded[run], recorded)


def of_experiment(name: str, arm: str, seed: int, profile: str, cohort: str) -> list[Answer]:
    """Explain the last run of an arm of an experiment, or of each of its arms.

    Raises
    ------
    WhyError
        The experiment has no such arm.
    """
    study = Study(profile, cohort, seed + 1)
    arms = experiment.arms_of(name, study)
    wanted = [one for one in arms if arm in ("", arm_name(one))]
    if not wanted:
        there = "; ".join(map(arm_name, arms))
        raise WhyError(f"{name} has no arm {arm!r}; it has: {there}")
    plan = arms.only(wanted).plan
    planned = {
        # Converted to JSON and back, as in a record, where tuples are lists.
        run.id: RunFacts(
            run.id, json.loads(canonical(run.identity)), code_of("run"), str(run.chain)
        )
        for run in plan.runs
    }
    recorded = _known_runs(study.records)
    never = plan.without_result(study.records)
    ends = [plan.ends[one, seed] for one in wanted]
    return [
        replace(explain(planned[end], recorded, planned), never=never.get(end, "")) for end in ends
    ]


def recorded_runs(records: Path) -> dict[str, RunFacts]:
    """Read the identity of every run of a store; unreadable records are left out."""
    found = {}
    for path in sorted(records.glob(f"*/{RUN}")):
        try:
            record = store.read(records, path.parent.name)
        except store.StoreError:
            continue  # the commands status and store check report it
        found[record.id] = RunFacts(
            record.id, record.identity, record.code, record.chain, record.finished
        )
    return found


def _known_runs(records: Path) -> dict[str, RunFacts]:
    """The same, of what is known of the store; see :mod:`cxrstudy.runs.catalogue`."""
    return {
        run: RunFacts(run, facts.identity, facts.code, facts.chain, facts.finished)
        for run, facts in catalogue(records).items()
    }


def explain(
    run: RunFacts, recorded: Mapping[str, RunFacts], others: Mapping[str, RunFacts] | None = None
) -> Answer:
    """Find the recorded run that is nearest to a run, and the differences.

    The nearest run is the one with the fewest differences; of several, the one that finished last.
    Runs whose chains can't be compared stage by stage are farther away than all others.

    Parameters
    ----------
    run
        Planned or recorded run.
    recorded
        Recorded runs by id; the run itself is ignored.
    others
        Further runs by id, such as planned parents.
    """
    known = {**(others or {}), **recorded, run.id: run}

    @cache
    def between(here: str, there: str) -> tuple[tuple[Difference, str], ...]:
        return tuple(differences(known[here], known[there], between, known))

    candidates = [one for one in recorded.values() if one.id != run.id]
    if not candidates:
        return Answer(run, run.id in recorded, None, {})
    told = {one.id: _told(between(run.id, one.id)) for one in candidates}
    last_first = sorted(candidates, key=lambda one: one.finished, reverse=True)
    nearest = min(last_first, key=lambda one: _distance(told[one.id]))
    return Answer(run, run.id in recorded, nearest, told[nearest.id])


def _told(found: tuple[tuple[Difference, str], ...]) -> dict[Difference, tuple[str, ...]]:
    """Merge equal differences of several stages, in the order of kinds."""
    stages: dict[Difference, dict[str, None]] = {}
    for difference, stage in found:
        stages.setdefault(difference, {})[stage] = None
    ordered = sorted(stages, key=lambda difference: KINDS.index(difference.kind))
    return {difference: tuple(stages[difference]) for difference in ordered}


def _distance(told: Mapping[Difference, tuple[str, ...]]) -> tuple[bool, bool, int]:
    """Rank runs: farthest if the parents differ, next if the roles and so the images differ."""
    kinds = {difference.kind for difference in told}
    names = {difference.name for difference in told if difference.kind == "parameter"}
    return "parent" in kinds, "roles" in names, len(told)


def _where(stages: tuple[str, ...]) -> str:
    return f" (stage {', '.join(stages)})"


def _seed(run: RunFacts) -> Any:
    return run.identity["stage"]["seed"]
