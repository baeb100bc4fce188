"""Signs: the arms of the experiment on discovery, in units that a reader can use."""

from collections.abc import Hashable

import pandas as pd

from cxrstudy import phantom
from cxrstudy.base import numbers
from cxrstudy.base.rounding import decimals_apart
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.training.subset import training_rows

#: How the names of networks begin that can't know the sign; the one that is shown it all the same.
NO_SIGN, UNKNOWING = "no sign", "no sign, shown the sign"


def sign_levels(arms: Arms) -> pd.DataFrame:
    """Strength of the sign where each arm is trained, and how many patients carry it.

    Returns
    -------
    One row per arm: ``network``, ``strength`` (soft tissue at the middle of the sign),
    ``patients with COVID-19``, ``with the sign``: of the training patients. With strength zero
    nobody carries it.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of
    >>> arms = arms_of("14_discovery", Study("quick", "sign", seeds=1))
    >>> sign_levels(arms)["strength"].tolist()
    ['3 cm', '0 cm', '0 cm']
    """
    rows = []
    for arm, chain in arms.items():
        stage = chain.stages[-1]
        role = arms.study.cohort.role(*stage.roles)
        used = training_rows(role, stage)
        table = role.table.iloc[used][role.truth[used][:, role.labels.index("covid19")] == 1]
        carried = table[[phantom.population.carries_sign(path) for path in table["path"]]]
        sign = phantom.population.parse(table["path"].iloc[0]).sign
        there = sign is not None and sign.strength > 0
        rows.append(
            {
                "network": arm,
                "strength": f"{numbers.plain(sign.strength)} cm" if sign else "no such sign",
                "patients with COVID-19": table["patient"].nunique(),
                "with the sign": carried["patient"].nunique() if there else 0,
            }
        )
    return pd.DataFrame(rows)


def shown_signs(study: Study) -> dict[str, tuple[Hashable, str]]:
    """Which network of the experiment on discovery looks at the images of which role.

    Every network looks at its own world; one that can't know the sign also at the strongest.

    Examples
    --------
    >>> from cxrstudy.notebook import Study
    >>> list(shown_signs(Study("quick", "sign", seeds=1)))
    ['sign', 'no sign', 'no sign, again', 'no sign, shown the sign']
    """
    own: dict[str, tuple[Hashable, str]] = {
        name: (name, role) for name, role in study.levels.signs.items()
    }
    return own | {
        "no sign, again": ("no sign, again", "unsigned"),
        UNKNOWING: (NO_SIGN, "target"),
    }


def learnt(effects: pd.DataFrame, seeds: int) -> str:
    """Say whether networks that were trained with the sign use it more than one that can't know it.

    Parameters
    ----------
    effects
        Estimates of the effect of the sign on the score, of the names of :func:`shown_signs`.
    seeds
        Trainings of each network.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"sign": 0.001, "no sign": 0.0, "no sign, shown the sign": 0.002}
    >>> effects = pd.DataFrame({"arm": rows.keys(), "estimate": rows.values()})
    >>> learnt(effects, seeds=1).split(": ")[-1]
    'the sign was not learnt, so nothing on this page shows that a method discovers it.'
    """
    by_arm = effects.set_index("arm")["estimate"]
    unknowing = float(by_arm[UNKNOWING])
    trained = by_arm[[name for name in by_arm.index if not str(name).startswith(NO_SIGN)]]
    best = float(trained.max())
    least = decimals_apart(effects["estimate"])
    told = [numbers.difference(value, least=least) for value in (best, unknowing)]
    said = (
        f"The sign changes the score by {told[0]} in a network that was trained with it, and by "
        f"{told[1]} in one that can't know it"
    )
    if best <= unknowing:
        return (
            f"{said}: the sign was not learnt, so nothing on this page shows that a method "
            "discovers it."
        )
    if seeds < fewest_seeds():
        return f"{said}. So few trainings do not say whether that is more than chance."
    return f"{said}. Whether that is more than chance is in the table of differences below."
