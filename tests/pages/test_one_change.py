"""One change: both directions of the look-up stand beside their mean, and alone in the figure."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain.counterfactuals import MEASURES
from cxrstudy.pages.one_change import effects_apart, effects_figure
from cxrstudy.phantom.twins import LOOK_UP
from cxrstudy.runs.scores import measure_table, of_arm

HOSPITALS = ("alder", "birch")
IDS = [f"{hospital}-{number}" for hospital in HOSPITALS for number in range(12)]
HOSPITAL = {name: name.split("-")[0] for name in IDS}
NETWORKS = {("random", 0.0): 0.01, ("random", 0.95): 0.3}


@pytest.fixture(scope="module")
def table():
    images = pd.DataFrame({"role": "untied", "id": IDS, "patient": IDS})
    moved = np.array([1 if HOSPITAL[name] == "alder" else -1 for name in IDS])
    looked = [
        of_arm(
            measure_table(images, dict.fromkeys(MEASURES, np.full(len(IDS), 0.0)) | {
                "look_up": size * moved
            }), arm, seed=0,
        )
        for arm, size in NETWORKS.items()
    ]  # fmt: skip
    return effects_apart(pd.concat(looked, ignore_index=True), HOSPITAL)


def test_both_directions_follow_their_mean(table):
    own = table[[arm == ("random", 0.95) for arm in table["arm"]]]
    place = own["change"].tolist().index(LOOK_UP)
    assert own["estimate"].tolist()[place : place + 3] == pytest.approx([0, 0.3, -0.3])
    assert own["size"].tolist()[place : place + 3] == pytest.approx([0.3] * 3)
    assert len(own) == len(MEASURES) + len(HOSPITALS)


def test_figures_of_two_networks_have_one_axis_and_no_mean_of_both_directions(table):
    axes = [effects_figure(table, arm).axes[0] for arm in NETWORKS]
    assert axes[0].get_xlim() == axes[1].get_xlim()
    names = [label.get_text().replace("\n", " ") for label in axes[0].get_yticklabels()]
    assert LOOK_UP not in names
    assert sum(name.startswith(LOOK_UP) for name in names) == len(HOSPITALS)
