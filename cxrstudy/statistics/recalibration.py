"""Recalibration: slope and intercept of the logit that turn scores into probabilities."""

import numpy as np
from scipy.special import expit, logit

from cxrstudy.statistics.weighting import Flags, Floats, Weights, chunks

#: Minimum distance of scores from 0 and 1, where the logit is infinite: the resolution of float32.
NEAREST = 1e-7

#: Maximum number of Newton steps, of which six to ten are common, and of halvings of a step.
STEPS, HALVINGS = 60, 30

#: Longest step, in units of the logit: longer ones lead to where all chances are 0 or 1.
LONGEST = 5.0


def weighted_calibration_slope(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Slope of the logistic regression of the truth on the logit of the score.

    Cox (1958), Two further applications of a model for binary regression; Steyerberg (2019),
    Clinical Prediction Models, chapter 15. One is perfect; below one, scores are too extreme.

    Parameters
    ----------
    scores
        (n,) probabilities; 0 and 1 are taken as ``1e-7`` and ``1 - 1e-7``.
    truth
        (n,).
    weights
        (r, n), not negative.

    Returns
    -------
    (r,); plus infinity if no negative image scores above a positive one (the likelihood then has no
    maximum), minus infinity if no positive scores above a negative, NaN if a weighting leaves only
    one class or only one score.
    """
    logits = _logits(scores)
    design = np.stack([np.ones_like(logits), logits], axis=1)
    slopes = []
    for rows in chunks(weights):
        slope = _separated(logits, truth, rows)
        open_ = slope == 0
        slope[open_] = _maximum_likelihood(design, np.zeros_like(logits), truth, rows[open_])[:, 1]
        slopes.append(slope)
    return np.concatenate(slopes)


def weighted_calibration_intercept(scores: Floats, truth: Flags, weights: Weights) -> Floats:
    """Shift of the logit that makes the scores right on average: calibration in the large.

    The intercept of the logistic regression with the logit of the score as an offset, its slope
    fixed at one (Cox 1958; Van Calster et al. 2016). Zero is perfect; below zero, scores are too
    high. It is not the intercept of a model with a free slope.

    Parameters
    ----------
    scores
        (n,) probabilities; 0 and 1 are taken as ``1e-7`` and ``1 - 1e-7``.
    truth
        (n,).
    weights
        (r, n), not negative.

    Returns
    -------
    (r,); NaN if a weighting leaves only one class.
    """
    logits = _logits(scores)
    design = np.ones((len(logits), 1))
    shifts = []
    for rows in chunks(weights):
        shift = np.full(len(rows), np.nan)
        both = (rows @ truth > 0) & (rows @ ~truth > 0)
        shift[both] = _maximum_likelihood(design, logits, truth, rows[both])[:, 0]
        shifts.append(shift)
    return np.concatenate(shifts)


def _logits(scores: Floats) -> Floats:
    return np.asarray(logit(np.clip(scores, NEAREST, 1 - NEAREST)))


def _separated(logits: Floats, truth: Flags, weights: Floats) -> Floats:
    """Slopes that are known without fitting: infinite or NaN; 0 if there is a maximum."""
    positive, negative = (weights > 0) & truth, (weights > 0) & ~truth
    lowest = [np.where(drawn, logits, np.inf).min(axis=1) for drawn in (positive, negative)]
    highest = [np.where(drawn, logits, -np.inf).max(axis=1) for drawn in (positive, negative)]
    slopes = np.zeros(len(weights))
    slopes[lowest[0] >= highest[1]] = np.inf
    slopes[highest[0] <= lowest[1]] = -np.inf
    one_score = np.minimum(*lowest) == np.maximum(*highest)
    one_class = np.isinf(lowest[0]) | np.isinf(lowest[1])
    slopes[one_score | one_class] = np.nan
    return slopes


def _maximum_likelihood(design: Floats, offset: Floats, truth: Flags, weights: Floats) -> Floats:
    """Fit one logistic regression per row of weights by damped Newton steps: (r, d)."""
    products = (design[:, :, None] * design[:, None]).reshape(len(design), -1)
    found = np.zeros((len(weights), design.shape[1]))
    for _ in range(STEPS):
        chance = expit(offset + found @ design.T)
        gradient = (weights * (truth - chance)) @ design
        curvature = (weights * chance * (1 - chance)) @ products
        shape = (*found.shape, design.shape[1])
        step = _newton_step(curvature.reshape(shape), gradient)
        found = _ascended(found, step, design, offset, truth, weights)
        if np.abs(step).max(initial=0) < 1e-9:
            break
    return found


def _newton_step(curvature: Floats, gradient: Floats) -> Floats:
    """The step to the maximum of a parabola, at most `LONGEST` long: (r, d).

    Where chances are so near 0 and 1 that the curvature has no inverse, its pseudo-inverse is
    taken: the likelihood still rises along the step.
    """
    try:
        step = np.linalg.solve(curvature, gradient[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        step = (np.linalg.pinv(curvature, hermitian=True) @ gradient[:, :, None])[:, :, 0]
    size = np.abs(step).max(axis=1, keepdims=True)
    return np.asarray(step * np.minimum(1, LONGEST / np.maximum(size, LONGEST)))


def _ascended(
    found: Floats, step: Floats, design: Floats, offset: Floats, truth: Flags, weights: Floats
) -> Floats:
    """Take a step, halved in each row until the likelihood does not fall."""
    before = _likelihood(found, design, offset, truth, weights)
    # At the maximum, where steps are tiny, rounding may lower the likelihood in its last bits.
    tolerance = 1e-12 * np.abs(before)
    for _ in range(HALVINGS):
        worse = _likelihood(found + step, design, offset, truth, weights) < before - tolerance
        if not worse.any():
            break
        step = np.where(worse[:, None], step / 2, step)
    return found + step


def _likelihood(
    found: Floats, design: Floats, offset: Floats, truth: Flags, weights: Floats
) -> Floats:
    """Logarithm of the likelihood, for each row of weights."""
    odds = offset + found @ design.T
    return np.asarray((weights * (truth * odds - np.logaddexp(0, odds))).sum(axis=1))
