"""Examples: single images with the maps of a network, chosen by a rule."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.checks import whole
from cxrstudy.data.licence import publishable
from cxrstudy.data.role import Role
from cxrstudy.explain.attention import maps_of, regions_of
from cxrstudy.explorer import (
    Explainer,
    StaticExplorer,
    build_cases,
    items_of,
    static_explorer,
)
from cxrstudy.explorer.gallery import evenly_spaced
from cxrstudy.pages.figures import Mapped
from cxrstudy.runs.scores import score_column
from cxrstudy.study.arms import Arms


def extremes(arms: Arms, arm: Hashable, each: int, label: str = "") -> list[Mapped]:
    """Images with the highest and with the lowest scores of an arm, among those that show a label.

    Images whose licence does not allow publication are never chosen.

    Parameters
    ----------
    arms, arm
        Study and arms whose runs are recorded; the arm to show, with the first seed.
    each
        Number of images with the highest, and with the lowest scores.
    label
        Label of the images and of the maps; empty: the study's.

    Examples
    --------
    >>> shown = extremes(arms, "control", each=2)  # arms are trained, as in a chapter
    >>> [one.title.split(":")[0] for one in shown]
    ['high score', 'high score', 'low score', 'low score']
    """
    each = whole(each, 1, "each")
    study, network, label = arms.study, arms.network(arm), label or arms.study.label
    role = study.cohort.role("target")
    rows = _shown(role, label)
    if len(rows) == 0:
        return []
    scored = arms.only([arm]).scores().query("seed == 0 and role == 'target' and split == 'test'")
    score = scored.set_index("id")[score_column(label)].reindex(role.table["id"].iloc[rows])
    order = np.argsort(score.to_numpy(), kind="stable")
    chosen = [*order[::-1][:each], *order[:each]]
    picked = rows[chosen]
    squares = study.squares(role, network.pixels)[picked]
    grey, heat = network.seen(squares), maps_of(network, network.tensor(squares), label)
    lesions = regions_of(role, picked, network.pixels).get("lesion")
    return [
        Mapped(
            f"{'high' if place < each else 'low'} score: "
            f"{numbers.level(score.iloc[number])}",
            grey[place], heat[place], None if lesions is None else lesions[place],
        )
        for place, number in enumerate(chosen)
    ]  # fmt: skip


def page_explorer(arms: Arms, shown: Sequence[Hashable], images: int) -> StaticExplorer:
    """Make the explorer of a page: some arms, on images taken evenly from the test split.

    Examples
    --------
    >>> page_explorer(arms, ["control"], images=2)  # arms are trained, as in a chapter
    StaticExplorer(...)
    """
    networks = {str(arm): arms.network(arm) for arm in shown}
    role = arms.study.cohort.role("target")
    allowed = np.flatnonzero(role.table["licence"].map(publishable).to_numpy(bool))
    rows = evenly_spaced(np.intersect1d(role.rows("test"), allowed), images)
    methods = ("gradcam", "gradcam++", "hirescam", "layercam")
    cases = build_cases(networks, items_of(role, rows), Explainer(), methods, layers=3)
    return static_explorer(cases)


def _shown(role: Role, label: str) -> NDArray[np.intp]:
    present = role.truth[:, role.labels.index(label)] == 1
    allowed = role.table["licence"].map(publishable).to_numpy(bool)
    return np.flatnonzero(present & allowed & (role.table["split"] == "test").to_numpy())
