"""Papers: the cohort of the papers' own sets, as soon as a user has built their manifests."""

from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.data.own.cohorts import LIKE, stand_in, write_cohort

#: Versions of COVIDx that may be the target, the first that is built is taken; those with three
#: classes.
_TARGETS = tuple(f"covidx{version}" for version in ("8a", "9a", "7a", "6", "5", "4", "3", "2"))


def write_papers() -> list[Path]:
    """Write the cohort ``papers`` if NIH, RSNA and a COVIDx have been built; nothing otherwise."""
    built = [name for name in _TARGETS if _is_built(name)]
    if not built or not all(map(_is_built, ("nih", "rsna"))):
        return []
    return [write_cohort(_definition(built[0]))]


def _is_built(name: str) -> bool:
    return (places.own() / f"{name}.csv").is_file()


def _definition(target: str) -> dict[str, Any]:
    return {
        "name": "papers",
        "title": f"The papers' own sets: {target}, NIH ChestX-ray14, RSNA",
        "copies": "none: the publishers' files, unchanged",
        "caveat": "Label and source coincide in COVIDx: the source alone gives the label away. "
        "Patients of NIH and RSNA are the same people; each is in one split of all three sets, and "
        "patients who are tested on are in no other role.",
        "world": f"on {target}",
        "like": LIKE,
        "roles": {
            "target": {
                "task": "multiclass",
                "labels": ["normal", "other_pneumonia", "covid19"],
                "sources": [{"manifest": target}],
            },
            "general": {"task": "multilabel", "sources": [{"manifest": "nih"}]},
            "pneumonia": {
                "task": "binary",
                "labels": ["pneumonia"],
                "sources": [{"manifest": "rsna"}],
            },
            "natural_small": stand_in("natural_small", "multiclass"),
            "natural_large": stand_in("natural_large", "multiclass"),
        },
    }
