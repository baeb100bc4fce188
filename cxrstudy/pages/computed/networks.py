"""Networks: which network and which first weights each cohort has, by profile, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.words import label_name
from cxrstudy.data.cohort_file import cohort_names, read_definition
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import table
from cxrstudy.study.profile import Profile, profile_names, read_profile

#: Cohorts that a user makes, which profiles have networks for, by what they are.
MADE_BY_USERS = {"own": "radiographs of your own", "papers": "the data sets of the papers"}


def networks() -> HTML:
    """Show the network and its first weights, by profile and cohort, folded."""
    rows = [
        row for profile in map(read_profile, profile_names()) for name in cohorts_of(profile)
        for row in _rows(for_cohort(profile, name), name)
    ]  # fmt: skip
    joined = alike(alike(pd.DataFrame(rows), ["cohort"]), ["profile"])
    shown = table(joined[[*joined.columns.drop(["profile", "cohort"]), "profile", "cohort"]])
    return HTML(fold("Every network, by profile and cohort", shown.data))


def cohorts_of(profile: Profile) -> list[str]:
    """Cohorts that a profile has a network for: those of the project, and those that users make."""
    return list(dict.fromkeys([*cohort_names(), *profile.networks]))


def for_cohort(profile: Profile, cohort: str) -> Profile:
    """A profile as it is on a cohort, which may be like another one."""
    path = places.cohort(cohort)
    like = (read_definition(path).like if path.exists() else "") or cohort
    return profile.for_cohort(cohort, like)


def alike(frame: pd.DataFrame, joined: Sequence[str]) -> pd.DataFrame:
    """One row for rows that differ in some columns only, whose texts are joined."""
    values = [name for name in frame if name not in joined]
    groups = frame.groupby(values, sort=False, dropna=False)
    return groups.agg(dict.fromkeys(joined, "; ".join)).reset_index()[list(frame)]


def weights_in_words(weights: str) -> str:
    """Initial weights for people.

    Examples
    --------
    >>> weights_in_words("imagenet"), weights_in_words("timm:densenet121.tv_in1k")
    ('trained on ImageNet-1k', "timm's densenet121.tv_in1k")
    """
    scheme, _, name = weights.partition(":")
    if weights == "imagenet":
        return "trained on ImageNet-1k"
    return f"timm's {name}" if scheme == "timm" else weights


def _rows(profile: Profile, cohort: str) -> list[dict[str, str]]:
    """The network of a cohort, and the one on which a chapter compares initial weights."""
    network, compared = profile.networks[cohort], profile.initial_weights.get(cohort)
    named = {"profile": profile.profile, "cohort": MADE_BY_USERS.get(cohort, cohort_title(cohort))}
    row = {
        **named,
        "network": network.architecture,
        "options": _options(network.options),
        "weights at the start": weights_in_words(network.weights),
        "trained first on": label_name(network.stand_in or ""),
    }
    if compared is None:
        return [row]
    return [row, {
        **named,
        "network": compared.architecture,
        "options": _options(compared.options),
        "weights at the start": f"compared: {'; '.join(compared.initial)}",
        "trained first on": "",
    }]  # fmt: skip


def _options(options: Mapping[str, Any]) -> str:
    return "; ".join(f"{label_name(name)}: {_listed(value)}" for name, value in options.items())


def _listed(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
