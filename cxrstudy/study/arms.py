"""Arms: the chains that an experiment compares on a study."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxrstudy.runs import engine, store
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.plan import Plan, make_plan
from cxrstudy.runs.record import Record
from cxrstudy.runs.scores import arm_of, arm_text, collect
from cxrstudy.statistics.gate import NOT_RUN
from cxrstudy.study.jobs import make_jobs
from cxrstudy.training.chain import Chain
from cxrstudy.training.weight_files import obtain, planned_input

if TYPE_CHECKING:
    from cxrstudy.runs.network import TrainedNetwork  # imports torch
    from cxrstudy.study.study import Study


class ArmsError(ValueError):
    """Arms are not chains by name; the message names the arm and says what to write."""


class NoSuchArm(ArmsError, KeyError):
    """There is no arm of that name; the message lists those that there are."""

    __str__ = Exception.__str__  # a KeyError would show its message in quotation marks


def check_arms(chains: Any) -> None:
    """Refuse what is no dictionary of chains by name.

    Raises
    ------
    ArmsError
        The message says what to write.
    """
    if not isinstance(chains, Mapping) or not chains:
        raise ArmsError(
            f"arms are {_kind(chains)}: write a dictionary of chains by name, as in "
            '{"control": study.pretrained >> study.stage("target")}'
        )
    for name, chain in chains.items():
        if not _is_name(name):
            raise ArmsError(
                f"an arm is named {name!r}: tables keep texts, numbers, and tuples of them; give "
                'it a name such as "control" or ("mixup", 0.2)'
            )
        check_chain(chain, f"arm {name!r}")


def check_chain(chain: Any, what: str) -> None:
    """Refuse what is no chain with a stage.

    Raises
    ------
    ArmsError
        The message says what to write.
    """
    if not isinstance(chain, Chain):
        raise ArmsError(
            f"{what} is {_kind(chain)}, not a chain; a chain begins with weights: write "
            "study.pretrained >> stage"
        )
    if not chain.stages:
        raise ArmsError(f"{what} has no stage; write study.pretrained >> stage")


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an empty dictionary" if not value else "a dictionary"
    words = {"Chain": "a chain", "Stage": "a stage", "NoneType": "None"}
    return words.get(type(value).__name__, f"a {type(value).__name__}")


def _is_name(name: Any) -> bool:
    """Whether a name comes back as it was from a table, where it stands as JSON."""
    try:
        return bool(name != "" and arm_of(arm_text(name)) == name and name is not None)
    except (TypeError, ValueError):
        return False


@dataclass(frozen=True, eq=False)
class Arms(Mapping[Any, Chain]):
    """Chains by name, on a study; made by :meth:`cxrstudy.study.study.Study.arms`.

    Attributes
    ----------
    study
        Study with images, seeds and store.
    chains
        Name of each arm to its chain.

    Examples
    --------
    >>> from cxrstudy.study.study import Study
    >>> study = Study("quick", "phantom", seeds=2)
    >>> start, target = study.pretrained, study.stage("target")
    >>> arms = study.arms({"control": start >> target, "mixed": start >> target.but(mixup=0.2)})
    >>> list(arms), list(arms.only(["mixed"]))
    (['control', 'mixed'], ['mixed'])
    >>> len(arms.plan.ends)  # one run per arm and seed ends an arm's chain
    4
    """

    study: "Study"
    chains: Mapping[Any, Chain]

    def __getitem__(self, arm: Any) -> Chain:
        if arm not in self.chains:
            raise NoSuchArm(
                f"there is no arm {arm!r}; the arms are {', '.join(map(repr, self.chains))}"
            )
        return self.chains[arm]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.chains)

    def __len__(self) -> int:
        return len(self.chains)

    def only(self, names: Iterable[Any]) -> "Arms":
        """Select arms by name, in the given order."""
        return Arms(self.study, {name: self[name] for name in names})

    @cached_property
    def plan(self) -> Plan:
        """The runs that the arms need, each once."""
        return make_plan(self.chains, self.study.seeds, self.study.cohort)

    @cached_property
    def records(self) -> list[Record]:
        """Records of all runs of the arms that can have a result, parents first.

        Raises
        ------
        StoreError
            A run is not recorded, or its record is altered.
        """
        never = self.plan.without_result(self.study.records)
        return [
            store.read(self.study.records, run.id) for run in self.plan.runs if run.id not in never
        ]

    @property
    def not_run(self) -> dict[tuple[Hashable, int], str]:
        """Arms and seeds that are not trained, and why; see :mod:`cxrstudy.runs.no_result`."""
        return self.plan.without_arms(self.study.records)

    @property
    def trained(self) -> dict[tuple[Hashable, int], str]:
        """Last run of every arm and seed, without arms that lack a seed.

        Raises
        ------
        NoResultError
            No arm has a result.
        """
        found = self.plan.trained(self.study.records)
        if not found:
            raise NoResultError("; ".join(dict.fromkeys(self.not_run.values())))
        return found

    def scores(self) -> pd.DataFrame:
        """Train the runs that are not recorded, with a progress bar; return the scores of all arms.

        Returns
        -------
        One row per arm, seed and image; see :mod:`cxrstudy.base.columns`. Arms that are not trained
        in some seed have none: :attr:`not_run` says why.

        Raises
        ------
        RunError
            A run failed.
        NoResultError
            No arm has a result: trainings diverged, or were not run because of others.
        EngineError
            The engine that ``CXRSTUDY_ENGINE`` names is not available.
        UnreadableImage
            An image can't be read; the message names its path.
        """
        if obtain(chain.start for chain in self.chains.values()):
            self.__dict__.pop("plan", None)  # ids cover the weight files that were just downloaded
        engine.compute(
            make_jobs(self.study.cohort, self.plan.missing(self.study.records), self.study.records)
        )
        never = self.not_run
        found = collect(self.plan, self.study.records)
        found.attrs[NOT_RUN] = {arm: f"seed {seed}, {why}" for (arm, seed), why in never.items()}
        return found

    @property
    def failed(self) -> dict[Hashable, str]:
        """Arms with a training that has no result or was not run, and why; see `runs.outcome`.

        Runs that are still to be trained are left out.
        """
        found: dict[Hashable, list[str]] = {}
        never = self.not_run
        for (arm, seed), run in self.plan.ends.items():
            why = self._failures(run, never.get((arm, seed), ""))
            found.setdefault(arm, []).extend(f"seed {seed}, {one}" for one in why)
        return {arm: "; ".join(said) for arm, said in found.items() if said}

    def _failures(self, run: str, never: str) -> list[str]:
        """Why a run has no result, one phrase each; empty if it has one or is to be trained."""
        if never:
            return [never]
        there = store.has(self.study.records, run)
        return store.read(self.study.records, run).outcome.failures if there else []

    @cached_property
    def trainings(self) -> pd.DataFrame:
        """Whether the trainings of the arms have a result, from their records.

        Returns
        -------
        One row per arm and seed: ``arm``, ``seed``, ``run``, ``result`` (``yes``, or why not),
        ``p`` (of the test against a constant), ``expects`` (of an image, and who states it).
        """
        rows, never = [], self.not_run
        for (arm, seed), run in self.plan.ends.items():
            why = never.get((arm, seed), "")
            expects = planned_input(self.chains[arm].start)
            rows.append(
                {
                    "arm": arm, "seed": seed, "run": run,
                    "result": "; ".join(self._failures(run, why)) or "yes",
                    "p": None if why else store.read(self.study.records, run).outcome.p,
                    "expects": str(expects or "not known"),
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def network(self, arm: Hashable, seed: int = 0) -> "TrainedNetwork":
        """Load the network at the end of an arm.

        Raises
        ------
        StoreError
            Its run is not recorded, or one of its files is missing or altered.
        NoSuchArm
            There is no such arm, or it has no such seed.
        NoResultError
            Its training diverged, or was not run because of another one.
        """
        if (self[arm], seed)[1] not in range(self.study.seeds):
            raise NoSuchArm(f"arm {arm!r} has the seeds 0 to {self.study.seeds - 1}, not {seed!r}")
        if why := self.not_run.get((arm, seed)):
            raise NoResultError(f"arm {arm!r}, seed {seed}: {why}")
        from cxrstudy.runs.network import load_network

        return load_network(self.study.records, self.plan.ends[arm, seed])
