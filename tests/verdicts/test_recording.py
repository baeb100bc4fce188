"""Recording: what is written beside results, said again with other tools."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cxrstudy.base import places
from cxrstudy.runs.scores import measure_table, of_arm
from cxrstudy.verdicts import recording, results
from tests.support.some import some

FOLDER = places.results() / "phantom" / "quick"


@pytest.fixture(scope="module")
def stored():
    return pd.read_csv(FOLDER / recording.ESTIMATES)


def test_the_recorded_estimates_are_those_of_other_tools(stored):
    arms, images = pd.read_csv(FOLDER / "arms.csv"), pd.read_csv(FOLDER / "images.csv")
    scores = pd.read_csv(FOLDER / "scores.csv.gz")
    rows = stored[stored["metric"] == "AUROC of COVID-19 vs rest"]
    assert set(rows["role"]) == {"target", "external"}
    for row in some(rows.groupby("experiment").head(3).itertuples()):
        of_arm = (arms["experiment"] == row.experiment) & (arms["arm"] == row.arm)
        seen = (images["role"] == row.role) & (images["split"] == "test")
        values = [
            roc_auc_score(images.loc[seen, "truth_covid19"], scores.loc[seen, f"{run}:covid19"])
            for run in arms.loc[of_arm, "run"]
        ]
        assert row.estimate == pytest.approx(sum(values) / len(values), rel=1e-5)


def test_every_recorded_arm_with_a_result_has_an_estimate_and_its_interval_holds_it(stored):
    arms = pd.read_csv(FOLDER / "arms.csv", keep_default_na=False)
    there = set(zip(stored["experiment"], stored["arm"], strict=True))
    named = set(zip(arms["experiment"], arms["arm"], strict=True))
    without = arms[arms["scores_sha256"] == ""]
    assert named - there == set(zip(without["experiment"], without["arm"], strict=True))
    assert named & there
    held = stored.dropna(subset=["low"])
    assert (held["low"] <= held["estimate"]).all()
    assert (held["estimate"] <= held["high"]).all()
    assert stored.loc[stored["low"].isna(), "reason"].notna().all()


def test_differences_are_from_the_first_arm_and_are_those_of_the_estimates(stored):
    for _, rows in some(stored.groupby(["experiment", "role", "metric"], sort=False)):
        first, others = rows.iloc[0], rows.iloc[1:]
        assert pd.isna(first["against"])
        assert (others["against"] == first["arm"]).all()
        expected = others["estimate"] - first["estimate"]
        assert others["difference"].to_numpy() == pytest.approx(expected.to_numpy(), abs=2e-6)


def test_every_measure_of_maps_has_its_mean_on_the_images_where_it_is_known(monkeypatch, tmp_path):
    names = [f"image-{n}" for n in range(24)]
    images = pd.DataFrame({"role": "target", "id": names, "patient": names})
    maps = pd.concat(
        of_arm(measure_table(images, {"pointing": hits, "energy": energy}), arm, seed=0)
        for arm, hits, energy in (
            ("control", [0.0, 1.0, 1.0, 1.0] * 6, [0.25, 0.75, np.nan] * 8),
            ("general", [0.0, 1.0] * 12, [0.5, 0.75, np.nan] * 8),
        )
    )
    monkeypatch.setattr(results, "experiments", lambda folder: [])
    monkeypatch.setattr(recording, "read_attention", lambda folder: maps)
    found = recording.estimates_of(tmp_path).set_index(["metric", "arm"])
    assert list(found.index) == [
        ("mean pointing", '"control"'), ("mean pointing", '"general"'),
        ("mean energy", '"control"'), ("mean energy", '"general"'),
    ]  # fmt: skip
    assert found["estimate"].tolist() == [0.75, 0.5, 0.5, 0.625]
    assert found["images"].tolist() == [24, 24, 16, 16]
    assert found["difference"].tolist()[1::2] == [-0.25, 0.125]
    assert (found[["experiment", "role", "better"]] == ["maps", "target", ""]).all(axis=None)
