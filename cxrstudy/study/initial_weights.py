"""Initial weights: the chains that the profile compares, and the images that they were trained on.

A notebook asks the study for them (:attr:`cxrstudy.study.study.Study.initial`).
"""

from typing import TYPE_CHECKING

import pandas as pd

from cxrstudy.study.networks import Comparison
from cxrstudy.study.profile import ProfileError
from cxrstudy.training.chain import Chain
from cxrstudy.training.stage import Stage
from cxrstudy.training.subset import training_rows

if TYPE_CHECKING:
    from cxrstudy.study.building_blocks import BuildingBlocks


def compared(study: "BuildingBlocks") -> Comparison:
    """What the profile says of the initial weights to compare.

    Raises
    ------
    ProfileError
        The profile names no initial weights for the cohort.
    """
    found = study.profile.initial_weights.get(study.cohort.name)
    if found is None:
        name = study.profile.profile
        raise ProfileError(
            f"profiles/{name}.yaml names no initial_weights for cohort {study.cohort.name!r}"
        )
    return found


def chains(study: "BuildingBlocks") -> dict[str, Chain]:
    """Chains of the initial weights, by name."""
    known = compared(study)
    return {
        name: Chain(known.start(name), (stage,) if stage else ())
        for name, stage in _stand_ins(study).items()
    }


def without_radiographs(study: "BuildingBlocks") -> list[str]:
    """Names of the initial weights that were not trained on radiographs."""
    return [name for name, each in compared(study).initial.items() if each.domain != "in"]


def chains_at_equal_passes(study: "BuildingBlocks") -> dict[str, Chain]:
    """Chains of the out-of-domain weights, each trained on its images equally often."""
    known = compared(study)
    return {
        name: Chain(known.start(name), (_with_passes(study, stage),))
        for name, stage in _stand_ins(study).items()
        if stage and known.initial[name].domain == "out"
    }


def images(study: "BuildingBlocks") -> pd.DataFrame:
    """Number and kind of the images of each: ``name``, ``title``, ``domain``, ``images``."""
    stages = _stand_ins(study)
    rows = []
    for name, weights in compared(study).initial.items():
        stage = stages[name]
        used = _seen(study, stage) if stage else 0
        facts = {"name": name, "title": weights.title, "domain": weights.domain}
        rows.append({**facts, "images": used or weights.images})
    return pd.DataFrame(rows)


def _stand_ins(study: "BuildingBlocks") -> dict[str, Stage | None]:
    return {
        name: study.stage(weights.stand_in).but(fraction=weights.fraction)
        if weights.stand_in
        else None
        for name, weights in compared(study).initial.items()
    }


def _with_passes(study: "BuildingBlocks", stage: Stage) -> Stage:
    """A stage with the steps in which its images are seen as often as the profile says."""
    each = study.levels.passes * _seen(study, stage) / stage.batch_size / stage.validations
    return stage.but(steps=max(1, round(each)) * stage.validations)


def _seen(study: "BuildingBlocks", stage: Stage) -> int:
    return len(training_rows(study.cohort.role(*stage.roles), stage))
