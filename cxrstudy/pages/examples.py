"""Examples: single images with the maps of a network, chosen by a rule."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrstudy.data.licence import publishable
from cxrstudy.data.role import Role
from cxrstudy.explain.attention import images_of, maps_of, regions_of
from cxrstudy.explorer import (
    StaticExplorer,
    build_cases,
    explainer,
    items_of,
    network_of,
    static_explorer,
)
from cxrstudy.explorer.gallery import spread
from cxrstudy.pages.figures import Mapped
from cxrstudy.runs.network import load_network
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain


def extremes(
    study: Study, arms: Mapping[Hashable, Chain], arm: Hashable, each: int, label: str = "covid19"
) -> list[Mapped]:
    """Images with the highest and with the lowest scores of an arm, among those that show a label.

    Images whose licence does not allow publication are never chosen.

    Parameters
    ----------
    study, arms, arm
        Study and arms whose runs are recorded; the arm to show, with the first seed.
    each
        Number of images with the highest, and with the lowest scores.
    label
        Label of the images and of the maps.
    """
    network = load_network(study.records, study.plan(arms).ends[arm, 0])
    role = study.cohort.role("target")
    rows = _shown(role, label)
    if len(rows) == 0:
        return []
    scored = study.run({arm: arms[arm]}).query("seed == 0 and role == 'target' and split == 'test'")
    score = scored.set_index("id")[f"score_{label}"].reindex(role.table["id"].iloc[rows])
    order = np.argsort(score.to_numpy(), kind="stable")
    chosen = [*order[::-1][:each], *order[:each]]
    picked = rows[chosen]
    images = images_of(study, network, role, picked)
    mean, deviation = network.normalisation
    grey = np.clip((images.numpy()[:, 0] * deviation + mean) * 255, 0, 255).astype(np.uint8)
    heat = maps_of(network, images, label)
    lesions = regions_of(role, picked, network.pixels).get("lesion")
    return [
        Mapped(
            f"{'high' if place < each else 'low'} score: {score.iloc[number]:.2f}",
            grey[place], heat[place], None if lesions is None else lesions[place],
        )
        for place, number in enumerate(chosen)
    ]  # fmt: skip


def page_explorer(
    study: Study, arms: Mapping[Hashable, Chain], shown: Sequence[Hashable], images: int
) -> StaticExplorer:
    """Make the explorer of a page: some arms, on images taken evenly from the test split."""
    ends = study.plan(arms).ends
    networks = {str(arm): network_of(load_network(study.records, ends[arm, 0])) for arm in shown}
    role = study.cohort.role("target")
    allowed = np.flatnonzero(role.table["licence"].map(publishable).to_numpy(bool))
    rows = spread(np.intersect1d(role.rows("test"), allowed), images)
    methods = ("gradcam", "gradcam++", "hirescam", "layercam")
    cases = build_cases(networks, items_of(role, rows), explainer(), methods, layers=3)
    return static_explorer(cases)


def _shown(role: Role, label: str) -> NDArray[np.intp]:
    present = role.truth[:, role.labels.index(label)] == 1
    allowed = role.table["licence"].map(publishable).to_numpy(bool)
    return np.flatnonzero(present & allowed & (role.table["split"] == "test").to_numpy())
