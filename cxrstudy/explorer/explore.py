"""Explore: from runs and a cohort to a live explorer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cxrstudy.base import places
from cxrstudy.data.cohort import Cohort, load_cohort
from cxrstudy.explorer.answers import Explainer
from cxrstudy.explorer.gallery import Item, evenly_spaced, items_of
from cxrstudy.runs import store
from cxrstudy.runs.network import TrainedNetwork, load_network
from cxrstudy.study.profile import read_profile

if TYPE_CHECKING:
    from cxrstudy.explorer.live import Explorer

Arm = str | TrainedNetwork


class ExplorerError(ValueError):
    """There is nothing to explore, or a package is missing; the message says what to do."""


def explore(
    arms: Arm | Mapping[Hashable, Arm],
    cohort: Cohort | str,
    *,
    role: str = "target",
    split: str = "test",
    limit: int = 200,
    profile: str = "quick",
    explain: Explainer | None = None,
    choice: Mapping[str, Any] | None = None,
) -> Explorer:
    """Show maps of trained networks interactively in a notebook: JupyterLab or Voilà.

    Parameters
    ----------
    arms
        A run's id (or its first characters), a loaded run, or a network of one's own; or several by
        name, of which two at a time can be compared. Names may be numbers; they are shown as text.
    cohort
        Source of the radiographs: a loaded cohort, or its name.
    role, split
        Role and split whose images are offered.
    limit
        Maximum number of images, taken evenly from the split.
    profile
        Gives the number of phantoms of a cohort that is given by name.
    explain
        Computes the maps; None: :mod:`cxrstudy.explain`.
    choice
        What to show first: what the attribute `choice` of an explorer says, which is what somebody
        has chosen there last.

    Raises
    ------
    ExplorerError
        anywidget is not installed, no arm is given, or the split has no image.
    StoreError
        A run is not recorded.
    CohortError
        There is no such cohort or role.

    Notes
    -----
    The images are scored while the widget is shown, which says how far it is, and the path of an
    image that can't be read. ``explorer.wait()`` waits for them.
    """
    try:
        from cxrstudy.explorer.live import Explorer
    except ModuleNotFoundError as error:
        raise ExplorerError(f"{error.name} is missing: pip install cxrstudy[explorer]") from None
    networks = networks_of(arms)
    chosen = _cohort(cohort, profile)
    items = gallery_of(chosen, role, split, limit)
    title = f"Grad-CAM explorer: {chosen.title}"
    return Explorer(networks, items, explain or Explainer(), title, choice)


def networks_of(arms: Arm | Mapping[Hashable, Arm]) -> dict[str, TrainedNetwork]:
    """Networks by arm.

    Raises
    ------
    ExplorerError
        No arm is given, or two have the same name as text, such as 1 and "1".
    StoreError
        A run is not recorded.
    """
    named = arms if isinstance(arms, Mapping) else {_name(arms): arms}
    if not named:
        raise ExplorerError("no arm to explore: give a run's id, or a mapping of name to run")
    doubles = [name for name, count in Counter(map(str, named)).items() if count > 1]
    if doubles:
        raise ExplorerError(f"two arms are named {doubles[0]!r}; names are compared as text")
    return {str(name): _network(arm) for name, arm in named.items()}


def gallery_of(cohort: Cohort, role: str, split: str, limit: int) -> list[Item]:
    """Images of a split of a role, at most ``limit``, taken evenly.

    Raises
    ------
    ExplorerError
        The split has no image.
    CohortError
        The cohort has no such role.
    """
    chosen = cohort.role(role)
    rows = chosen.rows(split)
    if not len(rows):
        splits = ", ".join(sorted(set(chosen.table["split"])))
        raise ExplorerError(f"role {role!r} has no image in the split {split!r}; it has {splits}")
    return items_of(chosen, evenly_spaced(np.asarray(rows), limit))


def _cohort(cohort: Cohort | str, profile: str) -> Cohort:
    if isinstance(cohort, Cohort):
        return cohort
    sizes = read_profile(profile)
    return load_cohort(cohort, sizes.phantom_patients, sizes.phantom_seed)


def _network(arm: Arm) -> TrainedNetwork:
    if isinstance(arm, TrainedNetwork):
        return arm
    records = places.runs() / "store"
    return load_network(records, store.find(records, arm))


def _name(arm: Arm) -> str:
    run = arm if isinstance(arm, str) else arm.run
    return f"run {run[:8]}" if run else "network"
