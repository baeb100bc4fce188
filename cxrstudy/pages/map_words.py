"""Map words: whether the maps of a network point better than a map that knows no network."""

from collections.abc import Hashable

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name, counted
from cxrstudy.statistics import Metric, contrasts, estimates


def pointing_in_words(
    looked: pd.DataFrame, metric: Metric, arm: Hashable, against: Hashable
) -> str:
    """Compare a share of the maps of a network with that of maps that know no network.

    Parameters
    ----------
    looked
        Measures of maps, from :func:`cxrstudy.explain.attention.attention` or recorded; both arms.
    metric
        The mean of a share of the map.
    arm, against
        The network, and the map that it is compared with.

    Returns
    -------
    Two sentences, with intervals; empty if one of the arms is not there, or has no estimate.

    Examples
    --------
    >>> from cxrstudy.notebook import metrics
    >>> pointing_in_words(pd.DataFrame({"arm": []}), metrics.mean("energy_lesion"), "a", "b")
    ''
    """
    if not {arm, against} <= set(looked["arm"]):
        return ""
    two = looked[looked["arm"].isin([arm, against])]
    each = estimates(two, metric).set_index("arm")["estimate"]
    apart = contrasts(two, metric, against=against).set_index("arm").loc[arm]
    if pd.isna(apart["low"]):
        return ""
    # A number and its sign stay on one line.
    shares = [
        numbers.percent(float(each[one])).replace(" ", "\N{NO-BREAK SPACE}")
        for one in (arm, against)
    ]
    estimate, low, high = (float(apart[name]) for name in ("estimate", "low", "high"))
    said = numbers.interval(estimate, low, high, numbers.difference, [0.0])
    return (
        f"Maps of “{arm_name(arm)}” have {shares[0]} of their sum there, “{arm_name(against)}” "
        f"{shares[1]} (difference {said}, {counted(int(apart['patients']), 'patient')}, "
        f"{counted(int(apart['seeds']), 'seed')}). {_so(low, high)}"
    )


def _so(low: float, high: float) -> str:
    """What an interval of the difference says."""
    if high < 0:
        return "So they point there less than a map that knows no network."
    if low > 0:
        return "So they point there more than a map that knows no network."
    return (
        "So it is not shown that they point there more, or less, than a map that knows no network."
    )
