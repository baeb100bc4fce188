"""Simulation: worlds in which the true AUROC is known, to see how often intervals are right.

A world has two arms, ``a`` and ``b``. An image's score is the skill of the network if the image is
positive, plus a part that all networks see in the patient (variance 1), plus noise of one network
(variance 1; half of it is the patient's if a patient has several images). The skill differs from
seed to seed with the standard deviation `spread`, so the AUROC of an arm, over all seeds and
patients there could be, is ``Phi(skill / sqrt(4 + spread^2))``.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.statistics.bootstrap import Bootstrap, resample
from cxrstudy.statistics.distributions import normal_below, normal_quantile
from cxrstudy.statistics.metrics import auroc
from cxrstudy.statistics.sample import Sample, Scored, draw
from cxrstudy.statistics.weighting import Flags, Floats

#: Variance of the difference of two scores, of different patients, with equal skill.
NOISE = 4.0


@dataclass(frozen=True)
class World:
    """How studies are drawn.

    Attributes
    ----------
    patients
        Of the test set.
    seeds
        Of each arm.
    spread
        Standard deviation of the skill between seeds.
    images
        Most images of a patient; from one to this many are equally likely.
    gain
        Skill of arm ``b`` beyond that of ``a``.
    skill
        Mean skill of arm ``a``.
    prevalence
        Share of patients who are positive.
    """

    patients: int
    seeds: int
    spread: float
    images: int = 1
    gain: float = 0.0
    skill: float = 1.0
    prevalence: float = 0.5

    def truth(self, arm: str) -> float:
        """AUROC of an arm over all patients and seeds."""
        skill = self.skill + self.gain * (arm == "b")
        return float(normal_below(skill / np.sqrt(NOISE + self.spread**2)))

    def with_difference(self, difference: float) -> "World":
        """Make the same world, with a true difference of arm ``b`` from ``a``."""
        wanted = normal_quantile(self.truth("a") + difference) * np.sqrt(NOISE + self.spread**2)
        return replace(self, gain=float(wanted) - self.skill)

    def study(self, generator: np.random.Generator, replicates: int) -> Sample:
        """Draw a study."""
        count = generator.integers(1, self.images, size=self.patients, endpoint=True)
        patient = np.repeat(np.arange(self.patients), count)
        positive = np.arange(self.patients) < round(self.prevalence * self.patients)
        truth = positive[patient]
        common = generator.normal(size=self.patients)[patient]
        arms: dict[Hashable, list[Scored]] = {
            arm: [
                Scored(self._scores(generator, arm, patient, truth, common), truth[:, None])
                for _ in range(self.seeds)
            ]
            for arm in ("a", "b")
        }
        fewest = int(min(positive.sum(), (~positive).sum()))
        weights = draw(generator, self.patients, replicates)[patient]
        ids = [str(number) for number in range(len(patient))]
        seeds = list(range(self.seeds))
        names = tuple(str(number) for number in range(self.patients))
        return Sample(("x",), ids, seeds, arms, patient, names, fewest, 0, weights.T, "")

    def _scores(
        self,
        generator: np.random.Generator,
        arm: str,
        patient: NDArray[np.intp],
        truth: Flags,
        common: Floats,
    ) -> Floats:
        share = 1.0 if self.images == 1 else 0.5
        own = np.sqrt(share) * generator.normal(size=self.patients)[patient]
        own += np.sqrt(1 - share) * generator.normal(size=len(patient))
        skill = self.skill + self.gain * (arm == "b") + self.spread * generator.normal()
        return np.asarray(skill * truth + common + own)[:, None]


Resampler = Callable[[Sample], Bootstrap]


def exact(drawn: Sample) -> Bootstrap:
    """Compute the AUROC in every draw, as the study does."""
    return resample(drawn, auroc("x"))


def first_order(drawn: Sample) -> Bootstrap:
    """Compute the AUROC in every draw to the first order in the weights, which is fast.

    On the images as they are it is exact; in a draw it differs by about one part in the number of
    patients. Scores must differ.
    """
    truth = drawn.arms["a"][0].truth[:, 0]
    scores = np.hstack([table.scores for arm in ("a", "b") for table in drawn.arms[arm]])
    positive, negative = int(truth.sum()), int((~truth).sum())
    order = np.argsort(scores, axis=0)
    below = np.cumsum(~truth[order], axis=0)  # negatives at or below, in order of the scores
    above = positive - np.cumsum(truth[order], axis=0)
    shares = np.empty(scores.shape)
    won = np.where(truth[order], below / negative, above / positive)
    np.put_along_axis(shares, order, won, axis=0)
    areas = shares[truth].mean(axis=0)
    pull = (shares - areas) / np.where(truth, positive, negative)[:, None]
    draws = areas + drawn.weights.astype(np.float32) @ pull - pull.sum(axis=0)
    first, second = slice(0, len(drawn.seeds)), slice(len(drawn.seeds), None)
    by_seed: dict[Hashable, Floats] = {"a": areas[first], "b": areas[second]}
    by_draw: dict[Hashable, Floats] = {"a": draws[:, first], "b": draws[:, second]}
    trials: dict[Hashable, int] = dict.fromkeys(drawn.arms, drawn.fewest)
    return Bootstrap(drawn, auroc("x"), by_seed, by_draw, trials)


def simulate(
    world: World, studies: int, replicates: int, seed: int, resampler: Resampler = exact
) -> pd.DataFrame:
    """Draw studies, and make their inference.

    Parameters
    ----------
    world
        Where they are drawn.
    studies
        Number of studies.
    replicates
        Number of bootstrap replicates of each.
    seed
        Of the draws.
    resampler
        :func:`exact` or :func:`first_order`.

    Returns
    -------
    One row per study: ``p`` of no difference between the arms; ``covered`` (whether the 95 %
    interval of the difference holds the true one), ``arm_covered`` (the same for arm ``a``),
    ``equivalent`` (whether the 90 % interval of the difference lies within plus and minus the true
    one); estimates of the variance components ``seed`` (without bias, so it may be negative),
    ``patient`` and ``residual`` (NaN with one seed).

    Examples
    --------
    >>> found = simulate(World(patients=80, seeds=3, spread=0.3), studies=3, replicates=100, seed=0)
    >>> found["covered"].tolist()
    [True, True, True]
    """
    streams = np.random.default_rng(seed).spawn(studies)
    one = partial(_study, world, replicates=replicates, resampler=resampler)
    return pd.DataFrame([one(generator) for generator in streams])


def _study(
    world: World, generator: np.random.Generator, replicates: int, resampler: Resampler
) -> dict[str, float | bool]:
    bootstrap = resampler(world.study(generator, replicates))
    found, truth = bootstrap.difference("b", "a"), world.truth("b") - world.truth("a")
    low, high = found.interval(0.95)
    arm = bootstrap.row("a", 0.95)
    narrow = found.interval(0.90)
    parts = dict.fromkeys(["seed", "patient", "residual"], np.nan)
    if world.seeds > 1:
        # Not cut off at 0, so that the mean over studies has no bias.
        parts["seed"] = found.between * found.seeds - found.residual
        parts["patient"], parts["residual"] = (
            part * found.patients for part in (found.shared, found.residual)
        )
    return {
        "p": found.p(),
        "covered": low <= truth <= high,
        "arm_covered": bool(arm["low"] <= world.truth("a") <= arm["high"]),
        "equivalent": -abs(truth) < narrow[0] and narrow[1] < abs(truth),
        **parts,
    }
