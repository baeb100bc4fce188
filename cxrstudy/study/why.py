"""Why: in which inputs a run differs from the nearest recorded run.

A run's identity contains everything that its result depends on, so every difference is found there.
Text, figures, statistics and tests are not part of it: they are never the reason for a new run.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.coverage import code_of
from cxrstudy.base.identity import canonical
from cxrstudy.base.words import arm_name
from cxrstudy.runs import store
from cxrstudy.runs.record import RUN
from cxrstudy.study import experiment
from cxrstudy.study.study import Study

#: Kinds of inputs, in the order in which differences are shown.
KINDS = ("start", "parent", "parameter", "data", "code", "library", "arithmetic", "input")
_TOLD = {"stage", "start", "weights", "parent", "data", "code", "environment", "arithmetic"}

Identity = Mapping[str, Any]


class WhyError(ValueError):
    """There is no such run or arm; the message says what to do."""


@dataclass(frozen=True)
class RunFacts:
    """A run whose identity is known: planned or recorded."""

    id: str
    identity: Identity
    code: Mapping[str, str]
    chain: str
    finished: str = ""


@dataclass(frozen=True)
class Difference:
    """One input that differs: kind, name, and its values in the two runs, as text.

    ``here`` is the run in question, ``there`` the run that it is compared with. The same difference
    in several stages of a chain counts once.
    """

    kind: str
    name: str
    here: str
    there: str

    def __str__(self) -> str:
        if self.kind == "code":
            return f"code: cxrstudy.{self.name} {self.here}"
        if self.kind == "data":
            return f"data: images or labels of {self.name} {self.here}"
        named = f"{self.kind} {self.name}".strip()
        return f"{named}: {self.here} here, {self.there} there"


@dataclass(frozen=True)
class Answer:
    """A run, the nearest recorded run, and the differences with the stages that they are in."""

    run: RunFacts
    recorded: bool
    nearest: RunFacts | None
    differences: Mapping[Difference, tuple[str, ...]]

    def sentences(self) -> list[str]:
        """Write the answer as text, one line per difference."""
        what = f"{self.run.id[:12]} ({self.run.chain}, seed {_seed(self.run)})"
        state = "is recorded and will not run again" if self.recorded else "is not recorded"
        if self.nearest is None:
            return [f"Run {what} {state}.", "No other run is recorded to compare it with."]
        near = f"{self.nearest.id[:12]} ({self.nearest.chain}, seed {_seed(self.nearest)})"
        return [
            f"Run {what} {state}.",
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
    recorded = recorded_runs(records)
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
    recorded = recorded_runs(study.records)
    return [explain(planned[plan.ends[one, seed]], recorded, planned) for one in wanted]


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
        return tuple(_differences(known[here], known[there], between, known))

    candidates = [one for one in recorded.values() if one.id != run.id]
    if not candidates:
        return Answer(run, run.id in recorded, None, {})
    told = {one.id: _told(between(run.id, one.id)) for one in candidates}
    last_first = sorted(candidates, key=lambda one: one.finished, reverse=True)
    nearest = min(last_first, key=lambda one: _distance(told[one.id]))
    return Answer(run, run.id in recorded, nearest, told[nearest.id])


def _differences(
    here: RunFacts, there: RunFacts, between: Any, known: Mapping[str, RunFacts]
) -> Iterator[tuple[Difference, str]]:
    """Yield the differences of two runs, each with its stage, parents first."""
    yield from _before(here, there, between, known)
    stage = _stage(here)
    for found in _own(here, there):
        yield found, stage


def _before(
    here: RunFacts, there: RunFacts, between: Any, known: Mapping[str, RunFacts]
) -> Iterator[tuple[Difference, str]]:
    """Yield differences in what two runs start from: parents or initial weights."""
    parents = here.identity["parent"], there.identity["parent"]
    if parents[0] == parents[1]:
        for name, values in _changed(here.identity["start"], there.identity["start"]):
            yield Difference("start", name, *values), _stage(here)
        files = [_weights(one.identity) for one in (here, there)]
        if files[0] != files[1]:
            yield Difference("start", "weights' SHA-256", *files), _stage(here)
    elif all(parent in known for parent in parents):
        yield from between(*parents)
    else:
        yield (
            Difference("parent", "", *(_origin(one, known) for one in (here, there))),
            _stage(here),
        )


def _weights(identity: Identity) -> str:
    return str(identity.get("weights") or "none")


def _own(one: RunFacts, other: RunFacts) -> Iterator[Difference]:
    """Yield differences of two runs except in what they start from."""
    here, there = one.identity, other.identity
    for name, values in _changed(here["stage"], there["stage"]):
        yield Difference("parameter", name, *values)
    if here["stage"]["roles"] == there["stage"]["roles"]:  # otherwise the data differ anyway
        yield from _data(here, there)
    if here["code"] != there["code"]:
        yield from _code(one.code, other.code)
    for name, values in _changed(here["environment"], there["environment"]):
        yield Difference("library", name, *values)
    ways = [", ".join(map(str, one["arithmetic"])) for one in (here, there)]
    if ways[0] != ways[1]:
        yield Difference("arithmetic", "", *ways)
    for name, values in _changed(
        *({k: one[k] for k in one.keys() - _TOLD} for one in (here, there))
    ):
        yield Difference("input", name, *values)


def _data(here: Identity, there: Identity) -> Iterator[Difference]:
    """Yield a difference if the training images or labels of two runs differ."""
    if here["data"] != there["data"]:
        yield Difference("data", "+".join(here["stage"]["roles"]), "differ", "")


def _code(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Difference]:
    """Yield modules whose code differs, not those that were only moved or renamed."""
    alike = set(here.values()) & set(there.values())
    mine, others = (
        {name for name, does in code.items() if does not in alike} for code in (here, there)
    )
    for name in sorted(mine | others):
        if name in mine and name in others:
            yield Difference("code", name, "has changed since", "")
        else:
            where = "here" if name in mine else "there"
            yield Difference("code", name, f"counts {where} only", "")


def _changed(
    here: Identity | None, there: Identity | None
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names whose values differ, with both values."""
    for name in dict.fromkeys([*(here or {}), *(there or {})]):
        values = _shown(here or {}, name), _shown(there or {}, name)
        if values[0] != values[1]:
            yield name, values


def _shown(values: Identity, name: str) -> str:
    """Write a value as text; anything that is not text as JSON."""
    if name not in values:
        return "not known"
    return values[name] if isinstance(values[name], str) else canonical(values[name])


def _origin(run: RunFacts, known: Mapping[str, RunFacts]) -> str:
    parent = run.identity["parent"]
    if parent is None:
        start = run.identity["start"]
        return f"{start['architecture']} with weights {start['weights']}"
    chain = f"{known[parent].chain}, " if parent in known else ""
    return f"{chain}run {parent[:12]}"


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


def _stage(run: RunFacts) -> str:
    return "+".join(run.identity["stage"]["roles"])


def _seed(run: RunFacts) -> Any:
    return run.identity["stage"]["seed"]
