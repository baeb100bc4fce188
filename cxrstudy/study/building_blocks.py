"""Building blocks: the weights and stages that chains are made of, as a profile sizes them."""

from dataclasses import replace
from typing import Any

import pandas as pd

from cxrstudy.base import arithmetic
from cxrstudy.base.own_function import OwnFunction, own_function
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.study import initial_weights
from cxrstudy.study.profile import Levels, Profile, read_profile
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.stage import Stage


class StudyError(ValueError):
    """A study is asked for something that it can't be; the message says what to write."""


class BuildingBlocks:
    """Initial weights, stages and recipes, of one cohort and one profile.

    Parameters
    ----------
    profile
        Name of a file in ``profiles/``.
    cohort
        Name of a file in ``data_manifests/cohorts/``.

    Raises
    ------
    ProfileError, CohortError, ManifestError
        The profile, the cohort or one of its manifests can't be read.
    """

    def __init__(self, profile: str, cohort: str) -> None:
        sizes = read_profile(profile)
        arithmetic.check(sizes.arithmetic, f"profile {profile}")
        self.cohort: Cohort = load_cohort(cohort, sizes.phantom_patients, sizes.phantom_seed)
        self.profile: Profile = sizes.for_cohort(self.cohort.name, self.cohort.like)

    @property
    def label(self) -> str:
        """Label of the target that experiments ask about, such as ``covid19``.

        Examples
        --------
        >>> from cxrstudy.study.study import Study
        >>> Study("quick", "phantom", seeds=1).label
        'covid19'
        """
        return self.cohort.label

    @property
    def levels(self) -> Levels:
        """Levels of the factors of experiments."""
        return self.profile.levels

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
        >>> from cxrstudy.study.study import Study
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
        >>> from cxrstudy.study.study import Study
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
        >>> from cxrstudy.study.study import Study
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
        >>> from cxrstudy.study.study import Study
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
        >>> from cxrstudy.study.study import Study
        >>> study = Study("quick", "phantom", seeds=1)
        >>> print(study.recipe("recipes:focal_loss", gamma=3.0))
        recipes:focal_loss(gamma=3.0)
        """
        return own_function(given, **arguments)
