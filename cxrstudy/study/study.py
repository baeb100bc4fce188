"""Study: a profile, a cohort and seeds."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxrstudy.base import arithmetic, places
from cxrstudy.base.own_function import OwnFunction, own_function
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.data.role import Role
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.plan import Plan
from cxrstudy.study import initial_weights
from cxrstudy.study.arms import Arms, check_arms, check_chain
from cxrstudy.study.jobs import squares_of_role
from cxrstudy.study.profile import Levels, Profile, read_profile
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.stage import Stage

if TYPE_CHECKING:
    from cxrstudy.training.dataloaders import RadiographLoaders


class StudyError(ValueError):
    """A study is asked for something that it can't be; the message says what to write."""


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
        sizes = read_profile(profile)
        arithmetic.check(sizes.arithmetic, f"profile {profile}")
        self.cohort: Cohort = load_cohort(cohort, sizes.phantom_patients, sizes.phantom_seed)
        self.profile: Profile = sizes.for_cohort(self.cohort.name, self.cohort.like)
        self.seeds = seeds

    @property
    def label(self) -> str:
        """Label of the target that experiments ask about, such as ``covid19``.

        Examples
        --------
        >>> Study("quick", "phantom", seeds=1).label
        'covid19'
        """
        return self.cohort.label

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
        """The network with weights pretrained on natural images; most arms start from it.

        If there are no such weights for the network, the chain begins with a stage on the profile's
        stand-in role instead.
        """
        backbone = self.profile.networks[self.cohort.name]
        chain = Chain(backbone.start)
        return chain >> self.stage(backbone.stand_in) if backbone.stand_in else chain

    def pretrained_at(self, pixels: int) -> Chain:
        """The same, pretrained on images of another side; downloaded weights stay as they are.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> [stage.pixels for stage in study.pretrained_at(128).stages]
        [128]
        """
        chain = self.pretrained
        return replace(chain, stages=tuple(stage.but(pixels=pixels) for stage in chain.stages))

    @property
    def initial(self) -> dict[str, Chain]:
        """Chains of the initial weights to compare, by the names that claims use.

        Raises
        ------
        ProfileError
            The profile names no initial weights for the cohort.
        """
        return initial_weights.chains(self)

    @property
    def without_radiographs(self) -> list[str]:
        """Names of the initial weights that were not trained on radiographs: random ones too.

        Examples
        --------
        >>> Study("quick", "phantom", seeds=1).without_radiographs[:2]
        ['random', 'out-of-domain, small']
        """
        return initial_weights.without_radiographs(self)

    @property
    def initial_at_equal_passes(self) -> dict[str, Chain]:
        """Chains of the out-of-domain weights, each trained on its images equally often.

        With equal steps, a larger set shows each image less often. With equal passes
        (:attr:`cxrstudy.study.profile.Levels.passes`) it is trained on for more steps. Downloaded
        weights, whose budgets are not ours, are left out.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> steps = [c.stages[0].steps for c in study.initial_at_equal_passes.values()]
        >>> steps == sorted(steps)
        True
        """
        return initial_weights.chains_at_equal_passes(self)

    @property
    def initial_images(self) -> pd.DataFrame:
        """Number and kind of the images that the initial weights were trained on.

        Returns
        -------
        One row per name in :attr:`initial`: ``name``, ``title``, ``domain``, ``images``.
        """
        return initial_weights.images(self)

    def stage(self, *roles: str) -> Stage:
        """Stage on a role, or on several pooled, with the sizes of the profile.

        A stage on the target sees the part of its images that the cohort states. It is also scored
        on the external role, if the cohort has one.

        Raises
        ------
        StudyError
            There is no name of a role, or one stands twice.
        """
        if not roles or not all(isinstance(role, str) for role in roles):
            there = ", ".join(self.cohort.roles)
            raise StudyError(f"stage{roles!r}: write the name of a role; there are {there}")
        if len(set(roles)) < len(roles):
            raise StudyError(
                f"stage{roles!r}: a role stands twice, so its images would count twice"
            )
        stage = self.profile.stage(self.cohort.name, *roles)
        if roles != ("target",):
            return stage
        if self.cohort.visible != "whole":
            stage = stage.but(visible=self.cohort.visible)
        return stage.but(scored_on=("external",)) if "external" in self.cohort.roles else stage

    def start(self, backbone: Any, weights: str = "random", **arguments: Any) -> Chain:
        """Chain that begins with another network than the profile's.

        Parameters
        ----------
        backbone
            Name of a timm model; or a function that makes a network, as ``'FILE:FUNCTION'`` or
            the function itself (:mod:`cxrstudy.training.own_network`).
        weights
            See :class:`cxrstudy.training.chain.Start`; of a function they are random.
        **arguments
            Arguments of the timm model (:data:`cxrstudy.training.chain.OPTIONS`) or of the
            function.

        Raises
        ------
        StartError, OwnFunctionError
            A name or an argument is refused; the message says what is legal.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> start = study.start("resnet18", stem_width=16)
        >>> str(start >> study.stage("target"))
        'random → target'
        """
        if isinstance(backbone, str) and ":" not in backbone:
            options = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in arguments.items()
            }
            return Chain(Start(backbone, weights, tuple(sorted(options.items()))))
        made = own_function(backbone, **arguments)
        return Chain(Start(made.name, weights, function=made))

    def recipe(self, given: Any, **arguments: Any) -> OwnFunction:
        """A recipe with arguments, for a stage: ``stage.but(recipe=study.recipe(...))``.

        Parameters
        ----------
        given
            ``'FILE:FUNCTION'``, for a file in the folder of the notebooks or where Python finds
            modules, or the function itself.
        **arguments
            Arguments of the function, after the parts: numbers, texts, None, tuples of them.

        Raises
        ------
        OwnFunctionError
            The function can't be identified; see :mod:`cxrstudy.base.own_function`.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> print(study.recipe("recipes:focal_loss", gamma=3.0))
        recipes:focal_loss(gamma=3.0)
        """
        return own_function(given, **arguments)

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

    def dataloaders(self, stage: Stage, seed: int = 0) -> "RadiographLoaders":
        """Fastai's ``DataLoaders`` of a stage, as its training uses them.

        Parameters
        ----------
        stage
            From :meth:`stage`.
        seed
            Seed of the order of images and of the fraction.

        Examples
        --------
        >>> study = Study("quick", "phantom", seeds=1)
        >>> dls = study.dataloaders(study.stage("target"))  # doctest: +SKIP
        >>> dls.show_batch()  # doctest: +SKIP
        """
        from cxrstudy.study.learners import dataloaders

        if not isinstance(stage, Stage):
            kind = type(stage).__name__
            raise StudyError(f'a {kind} is no stage; write study.stage("target")')
        return dataloaders(self, stage.but(seed=seed), self.random_init.start)

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
