"""Attention: maps of every arm, measured against the truth, as tables that statistics take."""

import numpy as np
import pandas as pd
import pytest
import torch

from cxrstudy import phantom
from cxrstudy.data.role import Role
from cxrstudy.explain import LESIONS, LUNGS, as_map, energy
from cxrstudy.explain.attention import attention, maps_of, shown_rows
from cxrstudy.statistics import contrast, estimates, mean


@pytest.fixture(scope="module")
def looked(small):
    return attention(small.arms, most=6)


def images_of(study, network, role, rows):
    return network.tensor(study.squares(role, network.pixels)[rows])


@pytest.fixture(scope="module")
def network(small):
    return small.arms.network("control")


def test_every_arm_seed_and_image_has_a_row_and_baselines_beside_them(small, looked):
    arms = [*small.arms, "uniform", "centre blob", LUNGS, LESIONS]
    counts = looked.groupby(["arm", "seed"], sort=False).size()
    assert list(dict.fromkeys(looked["arm"])) == arms
    assert (counts == 6).all()
    assert len(counts) == 2 * len(arms)
    energies = looked.filter(like="score_energy_")
    assert energies.to_numpy().min() >= 0
    assert energies.to_numpy().max() <= 1


def test_only_test_images_that_show_the_label_are_looked_at(small):
    role = small.study.cohort.role("target")
    rows = shown_rows(role, "covid19", 1000)
    table = role.table.iloc[rows]
    assert set(table["labels"]) == {"covid19"}
    assert set(table["split"]) == {"test"}
    assert shown_rows(role, "covid19", 3).tolist() == rows[:3].tolist()


def test_the_uniform_map_has_the_lesion_s_area_inside_it(small, looked):
    role = small.study.cohort.role("target")
    rows = shown_rows(role, "covid19", 6)
    areas = [phantom.render(path, 64).lesion.mean() for path in role.table["path"].iloc[rows]]
    uniform = looked[(looked["arm"] == "uniform") & (looked["seed"] == 0)]
    assert uniform["score_energy_lesion"].to_numpy() == pytest.approx(areas, abs=1e-6)


def test_a_row_is_the_energy_of_that_network_s_map(small, looked, network):
    role = small.study.cohort.role("target")
    rows = shown_rows(role, "covid19", 6)
    images = images_of(small.study, network, role, rows)
    maps = maps_of(network, images, "covid19")
    lesions = np.stack([phantom.render(p, 64).lesion for p in role.table["path"].iloc[rows]])
    row = looked[(looked["arm"] == "control") & (looked["seed"] == 0)]
    assert row["score_energy_lesion"].to_numpy() == pytest.approx(energy(maps, lesions), abs=1e-4)


def test_a_perfect_map_reaches_all_that_its_cells_allow_and_others_their_share_of_it(small, looked):
    role = small.study.cohort.role("target")
    rows = shown_rows(role, "covid19", 6)
    lesions = np.stack([phantom.render(p, 64).lesion for p in role.table["path"].iloc[rows]])
    reached = energy(as_map(lesions, (8, 8)), lesions)
    assert (reached < 0.9).all()  # not even a perfect map of 64 cells has all in the lesion
    by_arm = {arm: table[table["seed"] == 0] for arm, table in looked.groupby("arm", sort=False)}
    assert by_arm[LESIONS]["score_energy_lesion"].to_numpy() == pytest.approx(reached, abs=1e-6)
    assert by_arm[LESIONS]["score_of_perfect"].to_numpy() == pytest.approx(1, abs=1e-6)
    for arm in ("control", LUNGS):
        found, share = (by_arm[arm][f"score_{name}"] for name in ("energy_lesion", "of_perfect"))
        assert share.to_numpy() == pytest.approx(found / reached, abs=1e-6)


def test_a_table_says_whether_each_training_was_at_a_plateau(small, looked):
    said = {record.id: record.at_plateau for record in small.arms.records}
    trained = looked[looked["run"] != ""]
    assert trained["plateau"].tolist() == [said[run] for run in trained["run"]]
    assert set(looked[looked["run"] == ""]["plateau"]) == {""}


def test_maps_are_recorded_and_read_again(small, looked, monkeypatch):
    monkeypatch.setattr("cxrstudy.explain.many_maps.heatmaps", None)
    pd.testing.assert_frame_equal(attention(small.arms, most=6), looked)


def test_images_are_those_that_the_network_was_scored_on(small, network):
    role = small.study.cohort.role("target")
    rows = role.rows("test")[:5]
    images = images_of(small.study, network, role, rows)
    with torch.inference_mode():
        scores = network.model(images).softmax(1).numpy()
    said = small.arms.only(["control"]).scores().query("seed == 0").set_index("id")
    columns = [f"score_{label}" for label in network.labels]
    recorded = said.loc[role.table["id"].iloc[rows], columns]
    np.testing.assert_allclose(scores, recorded.to_numpy(), atol=1e-5)


def test_statistics_take_the_table_as_scores(looked, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)  # the small study has few
    table = estimates(looked, mean("energy_lesion"), replicates=100).set_index("arm")
    expected = looked[looked["arm"] == "control"]["score_energy_lesion"].mean()
    assert table.loc["control", "estimate"] == pytest.approx(expected)
    row = contrast(looked, mean("energy_lesion"), "control", LUNGS, replicates=100).iloc[0]
    other = looked[looked["arm"] == LUNGS]["score_energy_lesion"].mean()
    assert row["estimate"] == pytest.approx(expected - other)


def test_real_images_are_measured_by_shape_alone(small, monkeypatch):
    role = small.study.cohort.role("target")
    table = role.table.assign(path="a.png")
    real = Role(role.name, role.task, role.labels, table, role.truth)
    from cxrstudy.explain.attention import regions_of

    regions = regions_of(real, role.rows("test")[:3], 64)
    assert "lesion" not in regions
    assert regions["outside"].shape == (3, 64, 64)


def test_a_role_may_draw_on_several_manifests(small, network):
    both = small.study.cohort.role("target", "external")
    images = images_of(small.study, network, both, np.array([0]))
    alone = images_of(small.study, network, small.study.cohort.role("target"), np.array([0]))
    assert torch.equal(images, alone)
