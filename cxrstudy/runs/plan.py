"""Plan: the runs that a set of arms needs, each listed once, parents before children."""

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from math import isnan
from pathlib import Path
from typing import Any, cast, get_args

from cxrstudy.base import arithmetic, device
from cxrstudy.base.coverage import code_fingerprint, environment
from cxrstudy.data.cohort import Cohort
from cxrstudy.runs import no_result, scoring_record, store
from cxrstudy.runs.record import id_of
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.weight_files import UNKNOWN, planned_input, sha256_of


@dataclass(frozen=True)
class PlannedRun:
    """One run of a plan.

    Attributes
    ----------
    id, identity
        See :mod:`cxrstudy.runs.record`.
    chain
        Chain up to and including the stage of this run.
    arms
        The arms whose chains go through this run.
    scorings
        Name of every other role that is scored, to the id of its scoring record.
    """

    id: str
    identity: dict[str, Any]
    chain: Chain
    arms: tuple[Hashable, ...]
    scorings: Mapping[str, str] = field(default_factory=dict)

    @property
    def parent(self) -> str | None:
        """Id of the previous run, or None for the first stage of a chain."""
        parent: str | None = self.identity["parent"]
        return parent

    def recorded(self, records: Path) -> bool:
        """Whether the run and its scores on other roles are recorded."""
        return store.has(records, self.id) and all(
            scoring_record.has(records, scoring) for scoring in self.scorings.values()
        )


@dataclass(frozen=True)
class Plan:
    """Runs, parents first, and the last run of every arm and seed."""

    runs: tuple[PlannedRun, ...]
    ends: Mapping[tuple[Hashable, int], str]

    def missing(self, records: Path) -> tuple[PlannedRun, ...]:
        """The runs to execute, parents first.

        They include a recorded run whose scores on some other role are missing; its network is not
        trained again. They include a parent that is not recorded only if one of its children must
        be trained. Runs that can't have a result are left out.
        """
        ends, never = set(self.ends.values()), self.without_result(records)
        needed = {
            run.id
            for run in self.runs
            if run.id in ends and run.id not in never and not run.recorded(records)
        }
        for run in reversed(self.runs):
            trained = run.id not in needed or store.has(records, run.id)
            if not trained and run.parent and not store.has(records, run.parent):
                needed.add(run.parent)
        return tuple(run for run in self.runs if run.id in needed)

    def without_result(self, records: Path) -> dict[str, str]:
        """Runs that are not trained, by id, and why: as :mod:`cxrstudy.runs.no_result` finds."""
        noted = {run.id: no_result.why_diverged(records, run.id) for run in self.runs}
        diverged = {run: why for run, why in noted.items() if why}
        return diverged | no_result.not_run(self.runs, records)

    def without_arms(self, records: Path) -> dict[tuple[Hashable, int], str]:
        """Arms and seeds whose last run is not trained, and why."""
        never = self.without_result(records)
        return {end: never[run] for end, run in self.ends.items() if run in never}

    def trained(self, records: Path) -> dict[tuple[Hashable, int], str]:
        """The last run of every arm that lacks none of its seeds, by arm and seed.

        Statistics compare seeds of one arm with the same seeds of another.
        """
        lacking = {arm for arm, _ in self.without_arms(records)}
        return {end: run for end, run in self.ends.items() if end[0] not in lacking}


def planned_kind() -> device.DeviceKind:
    """Kind of processor to plan for: ``CXRSTUDY_DEVICE`` if set, otherwise that of this machine.

    On a login node without a GPU, set ``CXRSTUDY_DEVICE=cuda`` if the workers have one.

    Raises
    ------
    ValueError
        ``CXRSTUDY_DEVICE`` is neither ``cpu`` nor ``cuda``.
    """
    wish = os.environ.get("CXRSTUDY_DEVICE", "")
    if wish and wish not in get_args(device.DeviceKind):
        raise ValueError(f"CXRSTUDY_DEVICE must be cpu or cuda, not {wish!r}")
    return cast(device.DeviceKind, wish) if wish else device.kind()


def make_plan(arms: Mapping[Any, Chain], seeds: int, cohort: Cohort) -> Plan:
    """Plan every arm with every seed.

    Parameters
    ----------
    arms
        Name to chain; every chain has at least one stage.
    seeds
        Repeats of every arm: seeds 0 to ``seeds - 1``, paired across arms.
    cohort
        Cohort with the images of the roles.

    Raises
    ------
    ValueError
        A chain has no stage, or an arm no name.
    CohortError
        A stage names a role that the cohort does not have.
    """
    runs: dict[str, PlannedRun] = {}
    ends: dict[tuple[Hashable, int], str] = {}
    for arm, chain in arms.items():
        if arm is None or (isinstance(arm, float) and isnan(arm)):
            raise ValueError(f"an arm is named {arm!r}; tables would lose it: give it a name")
        if not chain.stages:
            raise ValueError(f"arm {arm!r} has no stage; write pretrained >> stage")
        # Looked up once, so that all stages, on all machines, normalise images alike.
        known = replace(chain.start, expects=planned_input(chain.start))
        chain = replace(chain, start=known)
        for seed in range(seeds):
            parent: str | None = None
            for prefix in chain.with_seed(seed).prefixes():
                planned = _planned(prefix, parent, arm, cohort)
                other = runs.get(planned.id)
                runs[planned.id] = _together(other, planned) if other else planned
                parent = planned.id
            if parent:
                ends[arm, seed] = parent
    return Plan(tuple(runs.values()), ends)


def identity_of(chain: Chain, parent: str | None, data: str) -> dict[str, Any]:
    """Collect what the result of a run depends on; :mod:`cxrstudy.base.coverage` gives reasons.

    Parameters
    ----------
    chain
        Chain up to and including the stage of the run.
    parent
        Id of the previous run; None for the first stage.
    data
        Fingerprint of the training role.
    """
    stage = {name: value for name, value in chain.stages[-1].facts.items() if name != "scored_on"}
    start, kind = chain.start, planned_kind()
    return {
        "stage": stage,
        "start": None if parent else start_facts(start),
        "weights": None if parent else sha256_of(start.weights, start.architecture),
        "parent": parent,
        "data": data,
        "code": code_fingerprint("run"),
        "environment": environment(),
        "arithmetic": arithmetic.facts(kind),
    }


def start_facts(start: Start) -> dict[str, Any]:
    """Plain data of a start, with what its weights expect, or that it is not known here."""
    expects = planned_input(start)
    facts = {
        "architecture": start.architecture,
        "weights": start.weights,
        "options": start.options,
        "expects": expects.facts if expects else UNKNOWN,
    }
    return facts | ({"function": start.function.facts} if start.function else {})


def _planned(chain: Chain, parent: str | None, arm: Hashable, cohort: Cohort) -> PlannedRun:
    stage = chain.stages[-1]
    identity = identity_of(chain, parent, cohort.fingerprint(*stage.roles))
    run = id_of(identity)
    scorings = {
        role: id_of(scoring_record.identity_of(run, cohort.fingerprint(role)))
        for role in stage.scored_on
    }
    return PlannedRun(run, identity, chain, (arm,), scorings)


def _together(known: PlannedRun, planned: PlannedRun) -> PlannedRun:
    """Merge two plans of the same run, made for different arms."""
    arms = tuple(dict.fromkeys((*known.arms, *planned.arms)))
    return replace(known, arms=arms, scorings={**known.scorings, **planned.scorings})
