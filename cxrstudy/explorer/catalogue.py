"""Catalogue: arms, classes, methods, layers and images, sent to the front end once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxrstudy.base.words import label_name
from cxrstudy.explorer.answers import Explainer, points_of
from cxrstudy.explorer.case import Case, LowMap, MapKey, opening_layer, thresholds_of
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.operating_points import Points, rule_in_words


def live_catalogue(
    networks: Mapping[str, TrainedNetwork], explain: Explainer, cases: Sequence[Case], title: str
) -> dict[str, Any]:
    """Catalogue of a live explorer; images and maps are sent on demand."""
    arms = [
        {
            "name": name,
            "layers": list(explain.layer_names(network.model)),
            "opens": explain.opening_layer(network.model, network.pixels),
            **_calling(network.labels, points_of(network)),
        }
        for name, network in networks.items()
    ]
    labels = dict.fromkeys(label for network in networks.values() for label in network.labels)
    methods = [
        {"name": name, "title": method.title, "slow": method.slow}
        for name, method in explain.methods.items()
    ]
    return _written(title, arms, methods, list(labels), cases)


def static_catalogue(
    cases: Sequence[Case], methods: Mapping[str, str], title: str
) -> dict[str, Any]:
    """Catalogue of a static explorer, with everything that its cases contain.

    Parameters
    ----------
    cases
        Cases with images and maps.
    methods
        Name of a method to its title for people; other methods keep their name.
    title
        Title of the explorer.
    """
    readings = [(arm, reading) for case in cases for arm, reading in case.readings.items()]
    maps: dict[str, dict[MapKey, LowMap]] = {arm: {} for arm, _ in readings}
    for arm, reading in readings:
        maps[arm] |= reading.maps
    first = dict(reversed(readings))
    keys: list[MapKey] = [key for _, reading in readings for key in reading.maps]
    labels = dict.fromkeys(label for _, reading in readings for label in reading.probabilities)
    offered = [
        {"name": name, "title": methods.get(name, name), "slow": False}
        for name in dict.fromkeys(key.method for key in keys)
    ]
    arms = [
        {
            "name": arm,
            "layers": list(dict.fromkeys(key.layer for key in of_arm)),
            "opens": opening_layer(of_arm),
            **_calling(tuple(first[arm].probabilities), first[arm].points),
        }
        for arm, of_arm in maps.items()
    ]
    # A class without any map is still a bar, but can't be selected.
    mapped = [label for label in labels if any(key.label == label for key in keys)]
    return _written(title, arms, offered, list(labels), cases) | {"mapped": mapped}


def _calling(labels: Sequence[str], points: Points) -> dict[str, Any]:
    """By what an arm's images are called."""
    return {"thresholds": thresholds_of(points), "rule": rule_in_words(labels, points)}


def _written(
    title: str,
    arms: list[dict[str, Any]],
    methods: list[dict[str, Any]],
    labels: list[str],
    cases: Sequence[Case],
) -> dict[str, Any]:
    known = {name for case in cases for name in case.truth}
    return {
        "title": title,
        "arms": arms,
        "methods": methods,
        "labels": labels,
        "mapped": labels,
        "names": {name: label_name(name) for name in {*labels, *known}},
        "cases": [case.written for case in cases],
    }
