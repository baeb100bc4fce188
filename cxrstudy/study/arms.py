"""Arms: the chains that an experiment compares, by name, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxrstudy.runs import engine, store
from cxrstudy.runs.plan import Plan, make_plan
from cxrstudy.runs.record import Record
from cxrstudy.runs.scores import collect
from cxrstudy.training.chain import Chain
from cxrstudy.training.weight_files import obtain

if TYPE_CHECKING:
    from cxrstudy.runs.network import TrainedNetwork  # takes torch
    from cxrstudy.study.study import Study


@dataclass(frozen=True, eq=False)
class Arms(Mapping[Any, Chain]):
    """Chains by name, on a study; made by :meth:`cxrstudy.study.study.Study.arms`.

    Attributes
    ----------
    study
        Gives images, seeds and store.
    chains
        Name to chain.

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

    study: Study
    chains: Mapping[Any, Chain]

    def __getitem__(self, arm: Any) -> Chain:
        return self.chains[arm]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.chains)

    def __len__(self) -> int:
        return len(self.chains)

    def only(self, names: Iterable[Any]) -> Arms:
        """Keep these arms, in this order."""
        return Arms(self.study, {name: self.chains[name] for name in names})

    @cached_property
    def plan(self) -> Plan:
        """The runs that the arms need, each once."""
        return make_plan(self.chains, self.study.seeds, self.study.cohort)

    @cached_property
    def records(self) -> list[Record]:
        """Records of all the runs that the arms went through, parents first.

        Raises
        ------
        StoreError
            A run is not recorded, or its record is altered.
        """
        return [store.read(self.study.records, run.id) for run in self.plan.runs]

    def scores(self) -> pd.DataFrame:
        """Train what is not recorded, with progress, and return the scores of all arms.

        Returns
        -------
        One row per arm, seed and image; see :mod:`cxrstudy.base.columns`.

        Raises
        ------
        RunError
            A run failed.
        EngineError
            The engine that the environment names can't be had.
        UnreadableImage
            An image can't be read; the message names its path.
        """
        if obtain(chain.start for chain in self.chains.values()):
            self.__dict__.pop("plan", None)  # an id covers the bytes of weights, which are here now
        engine.compute(self.study.jobs(self.plan.missing(self.study.records)))
        return collect(self.plan, self.study.records)

    def network(self, arm: Hashable, seed: int = 0) -> TrainedNetwork:
        """Load the network at the end of an arm.

        Raises
        ------
        StoreError
            Its run is not recorded, or one of its files is missing or altered.
        """
        from cxrstudy.runs.network import load_network

        return load_network(self.study.records, self.plan.ends[arm, seed])
