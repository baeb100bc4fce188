"""Distributions: tails and quantiles of the normal, t and beta distributions.

``scipy.stats`` calls the same functions of ``scipy.special`` and gives the same bits, but every
command and every chapter would wait half a second for its import. One number comes out, or as many
as came in.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainccinv, betaincinv, ndtr, ndtri, stdtr, stdtrit


def normal_below(value: ArrayLike) -> Any:
    """Chance that a standard normal variable is below a value.

    Examples
    --------
    >>> float(normal_below(0.0))
    0.5
    """
    return ndtr(value)


def normal_quantile(chance: ArrayLike) -> Any:
    """Value that a standard normal variable is below with a chance.

    Examples
    --------
    >>> round(float(normal_quantile(0.975)), 2)
    1.96
    """
    return ndtri(chance)


def t_above(value: ArrayLike, freedom: ArrayLike) -> Any:
    """Chance that Student's t with some degrees of freedom is above a value.

    Examples
    --------
    >>> round(float(t_above(2.776, 4)), 3)
    0.025
    """
    return stdtr(freedom, np.negative(value))


def t_quantile(chance: ArrayLike, freedom: ArrayLike) -> Any:
    """Value that Student's t with some degrees of freedom is below with a chance above 0.

    Examples
    --------
    >>> round(float(t_quantile(0.975, 4)), 3)
    2.776
    """
    return stdtrit(freedom, chance)


def beta_quantile(chance: ArrayLike, first: ArrayLike, second: ArrayLike) -> Any:
    """Value that a variable with the beta distribution is below with a chance.

    Examples
    --------
    >>> float(beta_quantile(0.25, 1, 1))
    0.25
    """
    return betaincinv(first, second, chance)


def beta_upper_quantile(chance: ArrayLike, first: ArrayLike, second: ArrayLike) -> Any:
    """Value that a variable with the beta distribution is above with a chance.

    Examples
    --------
    >>> float(beta_upper_quantile(0.25, 1, 1))
    0.75
    """
    return betainccinv(first, second, chance)
