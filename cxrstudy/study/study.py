"""Study: a profile, a cohort and a number of seeds; the object that notebooks work with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base import extras, places
from cxrstudy.base.coverage import code_of
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.role import Role
from cxrstudy.pixels import memory_map
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs import engine
from cxrstudy.runs.plan import Plan, PlannedRun
from cxrstudy.runs.run import Job
from cxrstudy.study.arms import Arms
from cxrstudy.study.profile import Comparison, Levels, Profile, ProfileError, read_profile
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.stage import Stage
from cxrstudy.training.subset import training_rows


class Study:
    """The study on one cohort, with one profile.

    Parameters
    ----------
    profile
        Name of a file in ``profiles/``.
    cohort
        Name of a file in ``data_manifests/cohorts/``.
    seeds
        Repeats of every arm, paired across arms.

    Raises
    ------
    ProfileError, CohortError, ManifestError
        The profile, the cohort or one of its manifests can't be read.

    Examples
    --------
    >>> study = Study("quick", "phantom", seeds=1)
    >>> str(study.pretrained >> study.stage("general") >> study.stage("target"))
    'random → natural_large → general → target'
    """

    def __init__(self, profile: str, cohort: str, seeds: int) -> None:
        self.profile: Profile = read_profile(profile)
        self.cohort: Cohort = load_cohort(
            cohort, self.profile.phantom_patients, self.profile.phantom_seed
        )
        self.seeds = seeds

    @property
    def levels(self) -> Levels:
        """Levels of the factors of experiments."""
        return self.profile.levels

    @property
    def records(self) -> Path:
        """Folder of the store."""
        return places.runs() / "store"

    @property
    def random_init(self) -> Chain:
        """The network with random weights."""
        start = self.profile.networks[self.cohort.name].start
        return Chain(Start(start.architecture, "random", start.options))

    @property
    def pretrained(self) -> Chain:
        """The network with weights pretrained on natural images, from which most arms start.

        If there are no such weights for the network, a stage on the profile's stand-in replaces
        them.
        """
        backbone = self.profile.networks[self.cohort.name]
        chain = Chain(backbone.start)
        return chain >> self.stage(backbone.stand_in) if backbone.stand_in else chain

    @property
    def initial(self) -> dict[str, Chain]:
        """Chains of the initial weights to compare, by the names that claims use.

        Raises
        ------
        ProfileError
            The profile names no initial weights for the cohort.
        """
        compared = self._compared
        return {
            name: Chain(compared.start(name), (stage,) if stage else ())
            for name, stage in self._stand_ins.items()
        }

    @property
    def initial_images(self) -> pd.DataFrame:
        """Number and kind of the images that the initial weights were trained on.

        Returns
        -------
        One row per name in :attr:`initial`: ``name``, ``title``, ``domain``, ``images``.
        """
        stages = self._stand_ins
        rows = []
        for name, weights in self._compared.initial.items():
            stage = stages[name]
            used = len(training_rows(self.cohort.role(*stage.roles), stage)) if stage else 0
            facts = {"name": name, "title": weights.title, "domain": weights.domain}
            rows.append({**facts, "images": used or weights.images})
        return pd.DataFrame(rows)

    @property
    def _compared(self) -> Comparison:
        compared = self.profile.initial_weights.get(self.cohort.name)
        if compared is None:
            name = self.profile.profile
            raise ProfileError(
                f"profiles/{name}.yaml names no initial_weights for cohort {self.cohort.name!r}"
            )
        return compared

    @property
    def _stand_ins(self) -> dict[str, Stage | None]:
        return {
            name: self.stage(weights.stand_in).but(fraction=weights.fraction)
            if weights.stand_in
            else None
            for name, weights in self._compared.initial.items()
        }

    def stage(self, *roles: str) -> Stage:
        """Stage on a role, or on several pooled, with the sizes of the profile.

        A stage on the target is also scored on the external role, if the cohort has one.
        """
        stage = self.profile.stage(self.cohort.name, *roles)
        with_external = roles == ("target",) and "external" in self.cohort.roles
        return stage.but(scored_on=("external",)) if with_external else stage

    def arms(self, chains: Mapping[Any, Chain]) -> Arms:
        """Name the chains that an experiment compares, to plan, train and look at them together."""
        return Arms(self, chains)

    def plan(self, chains: Mapping[Any, Chain]) -> Plan:
        """Plan the runs that chains need, each once: short for ``study.arms(chains).plan``."""
        return self.arms(chains).plan

    def run(self, chains: Mapping[Any, Chain]) -> pd.DataFrame:
        """Train what is missing and return all scores: short for ``study.arms(chains).scores()``.

        See :meth:`cxrstudy.study.arms.Arms.scores`.
        """
        return self.arms(chains).scores()

    def squares(self, role: Role, pixels: int) -> RolePixels:
        """Grey images of a role at a resolution, decoded or rendered where that was not done yet.

        Raises
        ------
        UnreadableImage
            An image can't be read; the message names its path.
        """
        names = sorted({str(name) for name in role.table["manifest"]})
        return RolePixels(role.table, {name: self._squares_of(name, pixels) for name in names})

    def jobs(self, runs: Sequence[PlannedRun]) -> dict[str, Job]:
        """Decode the images that runs need, and make a job per run, by run id.

        Raises
        ------
        MissingExtra
            There is something to train, and what training needs is not installed.
        UnreadableImage
            An image can't be read; the message names its path.
        """
        if runs:
            extras.need("train")
        maps = self._build_pixels(runs)
        return {run.id: self._job(run, maps) for run in runs}

    def _job(self, run: PlannedRun, maps: Mapping[tuple[str, int], Path]) -> Job:
        stage = run.chain.stages[-1]
        return Job(
            id=run.id,
            identity=run.identity,
            chain=run.chain,
            role=self.cohort.role(*stage.roles),
            scored_on=tuple(self.cohort.role(name) for name in run.scorings),
            cohort=self.cohort.name,
            copies=self.cohort.copies,
            maps={name: path for (name, side), path in maps.items() if side == stage.pixels},
            records=self.records,
            code=code_of("run"),
        )

    def _build_pixels(self, runs: Sequence[PlannedRun]) -> dict[tuple[str, int], Path]:
        """Decode or render, once, all manifests that the runs use."""
        needed = {
            (str(name), stage.pixels)
            for stage, scored_on in ((run.chain.stages[-1], run.scorings) for run in runs)
            for role in (*stage.roles, *scored_on)
            for name in self.cohort.role(role).table["manifest"].unique()
        }
        return {(name, side): self._squares_of(name, side) for name, side in sorted(needed)}

    def _squares_of(self, manifest: str, pixels: int) -> Path:
        """File of a manifest's images at a resolution; made where it is missing."""
        return memory_map.build(
            self.cohort.manifests[manifest], pixels, places.runs() / "pixels", places.data(),
            engine.workers(),
        )  # fmt: skip
