"""Signs: the arms of the experiment on discovery, in units that a reader can use."""

from collections.abc import Hashable

import pandas as pd

from cxrstudy import phantom
from cxrstudy.base import numbers
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.training.subset import training_rows


def sign_levels(arms: Arms) -> pd.DataFrame:
    """Strength of the sign where each arm is trained, and how many patients carry it.

    Returns
    -------
    One row per arm: ``network``, ``strength`` (soft tissue at the middle of the sign),
    ``patients with COVID-19``, ``with the sign``: of the training patients.

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
        rows.append(
            {
                "network": arm,
                "strength": f"{numbers.plain(sign.strength)} cm" if sign else "no such sign",
                "patients with COVID-19": table["patient"].nunique(),
                "with the sign": carried["patient"].nunique(),
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
        "no sign, shown the sign": ("no sign", "target"),
    }
