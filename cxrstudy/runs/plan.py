"""Plan: the runs that arms need, each once, parents before children."""

import os
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast, get_args

from cxrstudy.base import device
from cxrstudy.base.identity import code_fingerprints, environment
from cxrstudy.data.cohort import Cohort
from cxrstudy.runs import store
from cxrstudy.runs.record import id_of
from cxrstudy.training.chain import Chain


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
    """

    id: str
    identity: dict[str, Any]
    chain: Chain
    arms: tuple[Hashable, ...]

    @property
    def parent(self) -> str | None:
        """Id of the previous run, or None for the first stage of a chain."""
        parent: str | None = self.identity["parent"]
        return parent


@dataclass(frozen=True)
class Plan:
    """Runs, parents first, and the last run of every arm and seed."""

    runs: tuple[PlannedRun, ...]
    ends: Mapping[tuple[Hashable, int], str]

    def missing(self, records: Path) -> tuple[PlannedRun, ...]:
        """The runs to execute, parents first.

        A parent that is not recorded is needed only if a run after it is not recorded either.
        """
        needed: set[str] = {run for run in self.ends.values() if not store.has(records, run)}
        for run in reversed(self.runs):
            if run.id in needed and run.parent and not store.has(records, run.parent):
                needed.add(run.parent)
        return tuple(run for run in self.runs if run.id in needed)


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
        Cohort that gives the roles their images.

    Raises
    ------
    ValueError
        A chain has no stage.
    CohortError
        A stage names a role that the cohort does not have.
    """
    runs: dict[str, PlannedRun] = {}
    ends: dict[tuple[Hashable, int], str] = {}
    fingerprints: dict[tuple[str, ...], str] = {}
    kind = planned_kind()
    for arm, chain in arms.items():
        if not chain.stages:
            raise ValueError(f"arm {arm!r} has no stage; write start >> stage")
        for seed in range(seeds):
            parent: str | None = None
            for prefix in chain.with_seed(seed).prefixes():
                stage = prefix.stages[-1]
                for roles in (stage.roles, *((role,) for role in stage.scored_on)):
                    if roles not in fingerprints:
                        fingerprints[roles] = cohort.role(*roles).fingerprint
                identity = {
                    "stage": asdict(stage),
                    "start": None if parent else asdict(prefix.start),
                    "parent": parent,
                    "data": [fingerprints[stage.roles]]
                    + [fingerprints[(role,)] for role in stage.scored_on],
                    "code": code_fingerprints(),
                    "environment": environment(),
                    "arithmetic": [kind, device.precision(kind)],
                }
                run = id_of(identity)
                known = runs[run].arms if run in runs else ()
                runs[run] = PlannedRun(run, identity, prefix, tuple(dict.fromkeys((*known, arm))))
                parent = run
            if parent:
                ends[arm, seed] = parent
    return Plan(tuple(runs.values()), ends)
