"""Study: a profile, a cohort and seeds."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxrstudy.base import places
from cxrstudy.data.role import Role
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.plan import Plan
from cxrstudy.study.arms import Arms, check_arms, check_chain
from cxrstudy.study.building_blocks import BuildingBlocks, StudyError
from cxrstudy.study.jobs import squares_of_role
from cxrstudy.training.chain import Chain
from cxrstudy.training.stage import Stage

if TYPE_CHECKING:
    from cxrstudy.training.dataloaders import RadiographLoaders


class Study(BuildingBlocks):
    """The study on one cohort, with one profile: its building blocks, and what is run of them.

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
    StudyError
        The number of seeds is none.

    Examples
    --------
    >>> study = Study("quick", "phantom", seeds=1)
    >>> str(study.pretrained >> study.stage("general") >> study.stage("target"))
    'random → natural_large → general → target'
    """

    def __init__(self, profile: str, cohort: str, seeds: int) -> None:
        if not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 1:
            raise StudyError(f"seeds = {seeds!r}: write a whole number from 1 on, as in seeds=5")
        super().__init__(profile, cohort)
        self.seeds = seeds

    @property
    def records(self) -> Path:
        """Folder of the store."""
        return places.runs() / "store"

    def arms(self, chains: Mapping[Any, Chain]) -> Arms:
        """Give names to the chains that an experiment compares, to plan and train them together.

        Raises
        ------
        ArmsError
            An arm is not a chain with a stage; the message says what to write.
        """
        check_arms(chains)
        return Arms(self, chains)

    def plan(self, chains: Mapping[Any, Chain]) -> Plan:
        """Plan the runs that chains need, each once: the same as ``study.arms(chains).plan``."""
        return self.arms(chains).plan

    def run(self, chains: Mapping[Any, Chain]) -> pd.DataFrame:
        """Train missing runs and return all scores: the same as ``study.arms(chains).scores()``.

        See :meth:`cxrstudy.study.arms.Arms.scores`.
        """
        return self.arms(chains).scores()

    def dataloaders(self, of: Chain | Stage, seed: int = 0) -> "RadiographLoaders":
        """Fastai's ``DataLoaders`` of the last stage of a chain, as its training uses them.

        Parameters
        ----------
        of
            A chain; images are normalised as its initial weights expect them. Or a stage alone,
            to look at its images, or to train a network with random weights.
        seed
            Seed of the order of images and of the fraction.

        Raises
        ------
        ArmsError
            It is a chain without a stage.
        StudyError
            It is neither.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> dls = study.dataloaders(study.pretrained >> study.stage("target"))  # doctest: +SKIP
        >>> dls.show_batch()  # doctest: +SKIP
        """
        from cxrstudy.study.learners import dataloaders

        if isinstance(of, Stage):
            return dataloaders(self, of.but(seed=seed), self.random_init.start)
        if not isinstance(of, Chain):
            raise StudyError(
                f"a {type(of).__name__} has no loaders; write "
                'study.dataloaders(study.pretrained >> study.stage("target"))'
            )
        check_chain(of, "what the loaders are for")
        return dataloaders(self, of.stages[-1].but(seed=seed), of.start)

    def learner(self, chain: Chain, seed: int = 0) -> Any:
        """Fastai's ``Learner`` of the last stage of a chain; earlier stages are trained if missing.

        It has the weights of the earlier stages, and the loaders, loss, metric, optimiser and
        callbacks of the last one. ``learn.fit_one_cycle(stage.validations, stage.learning_rate)``
        then gives the same bits as the recorded run, whatever was looked at before.

        Parameters
        ----------
        chain
            Initial weights and at least one stage.
        seed
            Seed of all stages.

        Raises
        ------
        ArmsError
            It is no chain with a stage.
        RunError
            An earlier stage failed.
        FailedParentError
            An earlier stage has no result, so nothing starts from it.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> learn = study.learner(study.pretrained >> study.stage("target"))  # doctest: +SKIP
        >>> learn.lr_find()  # doctest: +SKIP
        """
        from cxrstudy.study.learners import learner

        check_chain(chain, "what the learner is for")
        return learner(self, chain, seed)

    def squares(self, role: Role, pixels: int) -> RolePixels:
        """Grey images of a role at a resolution; decodes or renders them if they are missing.

        Raises
        ------
        UnreadableImage
            An image can't be read; the message names its path.
        """
        return RolePixels(role.table, squares_of_role(self.cohort, role, pixels))
