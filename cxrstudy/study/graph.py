"""Graph: the runs of several experiments, planned together, each run once.

Experiments share stages. A run that is recorded for one experiment is not trained again for
another. A missing run that several experiments need is trained once.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.identity import canonical
from cxrstudy.base.notebooks import read_cells, tags_of
from cxrstudy.runs.plan import Plan, PlannedRun
from cxrstudy.runs.run import Job
from cxrstudy.study import experiment, parameters
from cxrstudy.study.arms import Arms
from cxrstudy.study.jobs import make_jobs
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Start
from cxrstudy.training.stage import Stage


class GraphError(ValueError):
    """An experiment is unknown; the message lists the known ones."""


@dataclass(frozen=True)
class Part:
    """An experiment and its arms on a cohort."""

    experiment: str
    arms: Arms

    @property
    def study(self) -> Study:
        """Study on the cohort."""
        return self.arms.study

    @property
    def plan(self) -> Plan:
        """Plan of the arms."""
        return self.arms.plan


@dataclass(frozen=True)
class Node:
    """A stage of a graph, with all of its seeds.

    Attributes
    ----------
    id, parent
        Ids of the run with the first seed, and of its parent.
    cohort, start, stage
        Cohort, start of the chain, and stage with the first seed.
    changes
        Fields in which the stage differs from that of the profile.
    runs
        Ids of the runs, one per seed.
    missing
        Ids of the runs that must be executed. A parent that is not recorded is not executed if all
        its children are recorded.
    users
        Experiment and arm of every chain that contains the stage.
    never
        Runs that are not trained, by id, and why.
    """

    id: str
    parent: str | None
    cohort: str
    start: Start
    stage: Stage
    changes: Mapping[str, Any]
    runs: tuple[str, ...]
    missing: tuple[str, ...]
    users: tuple[tuple[str, Hashable], ...]
    never: Mapping[str, str] = field(default_factory=dict)

    @property
    def experiments(self) -> tuple[str, ...]:
        """Experiments whose chains contain the stage."""
        return tuple(dict.fromkeys(name for name, _ in self.users))


@dataclass(frozen=True)
class Graph:
    """Experiments on their cohorts, planned together."""

    parts: tuple[Part, ...]

    @property
    def records(self) -> Path:
        """Folder of the store."""
        return self.parts[0].study.records

    @cached_property
    def missing(self) -> dict[str, PlannedRun]:
        """Runs to execute, by id, parents first."""
        return {run.id: run for part in self.parts for run in part.plan.missing(self.records)}

    @cached_property
    def never(self) -> dict[str, str]:
        """Runs that are not trained, by id, and why; see :mod:`cxrstudy.runs.no_result`."""
        found: dict[str, str] = {}
        for part in self.parts:
            found |= part.plan.without_result(self.records)
        return found

    def jobs(self) -> dict[str, Job]:
        """Make the jobs of all missing runs, each once.

        Raises
        ------
        UnreadableImage
            An image can't be read; the message names its path.
        """
        jobs: dict[str, Job] = {}
        for part in self.parts:
            missing = part.plan.missing(self.records)
            jobs |= make_jobs(
                part.study.cohort,
                [run for run in missing if run.id not in jobs],
                part.study.records,
            )
        return jobs

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Stages, parents first, each with all of its seeds."""
        groups: dict[tuple[Any, ...], list[tuple[Part, PlannedRun]]] = {}
        keys: dict[str, tuple[Any, ...]] = {}
        for part in self.parts:
            for run in part.plan.runs:
                keys[run.id] = _without_seed(run, keys)
                groups.setdefault(keys[run.id], []).append((part, run))
        return tuple(self._node(members) for members in groups.values())

    def _node(self, members: Sequence[tuple[Part, PlannedRun]]) -> Node:
        part, first = members[0]
        stage = first.chain.stages[-1]
        usual = part.study.stage(*stage.roles)
        users = [(part.experiment, arm) for part, run in members for arm in run.arms]
        runs = tuple(dict.fromkeys(run.id for _, run in members))
        return Node(
            id=first.id,
            parent=first.parent,
            cohort=part.study.cohort.name,
            start=first.chain.start,
            stage=stage,
            changes=_changes(stage, usual),
            runs=runs,
            missing=tuple(run for run in runs if run in self.missing),
            users=tuple(dict.fromkeys(users)),
            never={run: self.never[run] for run in runs if run in self.never},
        )


def make_graph(experiments: Sequence[str], profile: str, cohort: str, seeds: int) -> Graph:
    """Plan experiments together.

    Parameters
    ----------
    experiments
        Names of notebooks, or only their numbers (``06``); empty for all.
    profile, cohort, seeds
        See :class:`cxrstudy.study.study.Study`.

    Raises
    ------
    GraphError
        There is no such experiment.
    ProfileError, CohortError, ManifestError, ExperimentError
        The profile, the cohort, one of its manifests or an experiment's arms can't be read.

    Examples
    --------
    >>> graph = make_graph(["04_mixup", "06"], "quick", "phantom", seeds=1)
    >>> [part.experiment for part in graph.parts]
    ['04_mixup', '06_sequential_schemes']
    >>> graph.nodes[0].experiments  # stages are shared
    ('04_mixup', '06_sequential_schemes')
    """
    studies: dict[str, Study] = {}
    parts = []
    for name in _with_arms(experiments):
        for each in _cohorts(name, cohort):
            if each not in studies:  # sampling the phantom patients takes a second
                studies[each] = Study(profile, each, seeds)
            study = studies[each]
            parts.append(Part(name, experiment.arms_of(name, study)))
    return Graph(tuple(parts))


def _with_arms(asked: Sequence[str]) -> list[str]:
    """Names of experiments; of what was not asked for, only the name is looked at."""
    names = chosen(asked)
    found = experiment.experiment_names(names)
    without = [name for name in names if name not in found]
    if asked and without:
        raise GraphError(
            f"{without[0]} has no arms; give one of {', '.join(experiment.experiment_names())}"
        )
    return found


def chosen(asked: Sequence[str]) -> list[str]:
    """Names of notebooks that were asked for, by default those of the study.

    Another file in the folder of notebooks is taken only by its whole name.

    Raises
    ------
    GraphError
        See :func:`full_names`.
    """
    others = [path.stem for path in experiment.left_out() if path.stem in asked]
    return full_names(asked, [*experiment.notebook_names(), *others])


def full_names(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    """Complete the given beginnings of names; without any, return all known names.

    Raises
    ------
    GraphError
        No name, or more than one, has this beginning.
    """
    found = []
    for name in asked:
        fitting = [name] if name in known else [each for each in known if each.startswith(name)]
        if len(fitting) != 1:
            raise GraphError(
                f"{name!r} fits {len(fitting)} experiments; give one of {', '.join(known)}"
            )
        found += fitting
    return list(dict.fromkeys(found)) or list(known)


def _cohorts(name: str, cohort: str) -> list[str]:
    """Cohorts that the notebook always uses, and the given cohort.

    The notebook always uses a cohort that has a cell ``arms-COHORT`` and is not a legal value of
    the notebook's parameter. It uses only such cohorts if no cell has arms for others.
    """
    path = places.notebooks() / f"{name}.ipynb"
    tags = [tag for cell in read_cells(path) for tag in tags_of(cell)]
    own = [tag.removeprefix("arms-") for tag in tags if tag.startswith("arms-")]
    known = parameters.declared_in(path)
    asked = known["cohort"].legal if "cohort" in known else ""
    always = [each for each in own if each not in asked.replace(",", " ").split()]
    if "arms" not in tags and cohort not in own:
        return always
    return list(dict.fromkeys([*always, cohort]))


def _without_seed(run: PlannedRun, keys: Mapping[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    """Key that is equal for the runs of all seeds of a stage."""
    stage = run.chain.stages[-1].but(seed=0)
    before = keys[run.parent] if run.parent else canonical(run.identity["start"])
    return before, stage, run.identity["data"]


def _changes(stage: Stage, usual: Stage) -> dict[str, Any]:
    names = [name for name in usual.__dataclass_fields__ if name not in ("seed", "scored_on")]
    values = {name: getattr(stage, name) for name in names}
    return {name: value for name, value in values.items() if value != getattr(usual, name)}
