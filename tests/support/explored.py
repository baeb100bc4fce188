"""Made cases, networks and images: what the explorer is tested on. Also imported by a notebook."""

from __future__ import annotations

import time

import numpy as np
import torch
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.data.cohort import Cohort
from cxrstudy.data.manifest import truth
from cxrstudy.data.role import Role
from cxrstudy.explain import METHODS, Method, heatmaps, layer_names
from cxrstudy.explorer import Case, Explainer, Facts, LowMap, MapKey, Reading
from cxrstudy.explorer.encode import encode_image, outline
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.operating_points import OperatingPoint
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import create

LABELS = ("normal", "other_pneumonia", "covid19")
ARMS = ("control", "general first")
KEYS = tuple(
    MapKey(method, layer, label)
    for method in ("gradcam", "hirescam")
    for layer in ("layer3", "layer4")
    for label in LABELS
)


#: As of a run on classes: only the one that is asked about has a threshold.
POINTS = {"covid19": OperatingPoint(0.5, "made", 80, 0.9, 0.8)}

EXPECTS = ExpectedInput((0.5,), (0.25,), "grey")


def made_facts(licence: str = "CC0-1.0", source: str = "alder", age: float | None = 51.0) -> Facts:
    return Facts("patient-7", source, "PA", "F", age, licence)


def made_case(number: int, licence: str = "CC0-1.0") -> Case:
    """Make a case with an image, a lesion and a map of every key for every arm, all different."""
    random = np.random.default_rng(number)
    rows, columns = np.mgrid[:96, :80]
    grey = (90 + 60 * np.sin(rows / (7 + number)) + 40 * np.cos(columns / 9)).astype(np.uint8)
    lesion = np.hypot(rows - 40, columns - 20 - 3 * number) < 12
    truth = {label: place == number % 3 for place, label in enumerate(LABELS)}
    readings = {}
    for place, arm in enumerate(ARMS):
        said = LABELS[(number + place) % 3]
        probabilities = {label: 0.7 if label == said else 0.15 for label in LABELS}
        positive = {label: label == said for label in LABELS}
        maps = {key: LowMap(random.integers(0, 256, (8, 8), np.uint8), 0.5, (4, 4)) for key in KEYS}
        readings[arm] = Reading(probabilities, positive, truth[said], maps, POINTS)
    facts = made_facts(licence, "alder" if number % 2 else "birch")
    return Case(f"image-{number}", encode_image(grey), facts, truth, outline(lesion), readings)


def made_network(seed: int = 0) -> TrainedNetwork:
    """Make the smallest of timm's networks, with random weights."""
    torch.manual_seed(seed)
    model = create(Start("resnet10t", "random", (("channels", (8, 8, 8, 8)),)), len(LABELS)).eval()
    return TrainedNetwork(model, "multiclass", LABELS, 64, EXPECTS)


def made_cohort(patients: int = 9) -> Cohort:
    """Make a cohort of phantoms, all of them to be tested on."""
    table = phantom.population.draw("target", patients, 5).assign(split="test")
    matrix = np.nan_to_num(truth(table["labels"], LABELS, phantom.LABELS["target"]))
    role = Role("target", "multiclass", LABELS, table, matrix)
    return Cohort("made", "Made phantoms", "made", "They say nothing.", {"target": role}, {})


def made_map(weights: float, label: int, method: str, layer: str) -> NDArray[np.float32]:
    """A map that is like no other: what real methods make of a random network may be empty."""
    seed = [label, *method.encode(), *layer.encode(), int(abs(weights) * 1e6)]
    random = np.random.default_rng(seed)
    return random.random((4, 4), np.float32)


def made_explainer() -> Explainer:
    """Grad-CAM itself, made maps, and a method that takes half a minute unless it is cancelled."""
    methods = {name: METHODS[name] for name in ("gradcam", "hirescam")}

    def explain(model, images, label, method="gradcam", layer=None, report=None):
        if method == "gradcam":
            return heatmaps(model, images, label, method, layer, report)
        for step in range(600 if method == "endless" else 0):
            report(step / 600)
            time.sleep(0.05)
        weights = float(next(model.parameters()).detach().sum())
        return np.stack([made_map(weights, label, method, layer)] * len(images))

    endless = Method("Endless-CAM", True, "nowhere")
    return Explainer(
        methods | {"endless": endless}, lambda model: layer_names(model)[-2:],
        lambda model, _: layer_names(model)[-1], explain,
    )  # fmt: skip
