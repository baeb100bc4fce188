"""Wish: what a user asks for when a set of radiographs is added."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cxrstudy.base import places
from cxrstudy.data.own import cohorts

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class AddError(ValueError):
    """A set can't be added; the message says what to change."""


@dataclass(frozen=True)
class Wish:
    """What a user asks for.

    Attributes
    ----------
    name
        Name of set and cohort.
    columns
        Columns that the user named, by what they mean.
    asks
        Value of the label column that the study is to ask about; empty: found.
    role, beside
        Role of the set, and the cohort whose other roles are taken; see
        :func:`cxrstudy.data.own.cohorts.definition`.
    keeps_names
        Whether names of patients are kept as they are, not hashed.
    renames
        Value of the label column to label here.
    each_is_a_patient
        Whether an image without a patient is a patient of its own.
    licence
        Licence of the images; figures show none of them unless it allows that.
    """

    name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    asks: str = ""
    role: str = "target"
    beside: str = ""
    keeps_names: bool = False
    each_is_a_patient: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)
    licence: str = "your own, not to be published"


def check_wish(wish: Wish) -> None:
    """Refuse a name that is not usable or taken, and a role that is none or needs a cohort.

    Raises
    ------
    AddError
        The message says what to change.
    """
    if not _NAME.fullmatch(wish.name):
        raise AddError(
            f"{wish.name!r} can't be the name of a set: it is of small letters, digits and _, and "
            "begins with a letter; choose another with --name, such as hospital"
        )
    if wish.role not in cohorts.ROLES:
        raise AddError(f"role {wish.role!r}: it is one of {', '.join(cohorts.ROLES)}")
    ours = (places.manifests() / f"{wish.name}.csv", places.manifests() / "cohorts")
    if ours[0].exists() or (ours[1] / f"{wish.name}.yaml").exists():
        raise AddError(f"{wish.name!r} is a set or cohort of the project; choose another name")
    if wish.role != "target" and not wish.beside:
        raise AddError(f"role {wish.role}: say of which cohort, with --beside, such as open")
