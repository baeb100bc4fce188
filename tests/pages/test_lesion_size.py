"""Lesion size: lesions in pixels, and metrics and maps of each size."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.data.lesion import SIZES
from cxrstudy.explain.attention import attention
from cxrstudy.pages import lesion_size
from cxrstudy.pages.lesion_size import attention_by_size, by_lesion_size, lesion_extents
from cxrstudy.statistics import auroc
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from tests.support.score_tables import scored


@pytest.fixture(scope="module")
def study():
    return Study("quick", "phantom", 2)


def test_lesions_of_a_size_are_larger_where_the_image_has_more_pixels(study):
    table = lesion_extents(arms_of("03_resolution", study)).set_index("size")
    assert table.index.tolist() == ["small", "middle", "large"]
    sides = [float(text.removesuffix(" px")) for text in table.loc["middle"].drop("images")]
    assert sides == sorted(sides)
    assert sides[-1] / sides[0] == pytest.approx(4, rel=0.05)
    assert table["images"].max() - table["images"].min() <= 1


def test_each_size_of_lesion_is_told_from_all_without(study, monkeypatch):
    role = study.cohort.role("target")
    covid = role.truth[:, role.labels.index("covid19")] == 1
    ids = role.table["id"][covid & (role.table["split"] == "test")]
    areas = pd.Series(np.arange(len(ids), dtype=float), index=ids.to_list())
    monkeypatch.setattr(lesion_size, "lesion_areas", lambda role, label: areas)
    arms = [(1, "same steps"), (2, "same steps"), (2, "same computation")]
    scores = scored(study, arms, lambda arm: 1.0)
    large = areas.index[areas >= areas.quantile(2 / 3)]
    scores.loc[scores["id"].isin(large), "score_covid19"] += 20
    table = by_lesion_size(study, scores, auroc("covid19")).set_index("arm")
    assert set(table.index) == {(f, f"{s} lesions") for f in (1, 2) for s in SIZES}
    assert table["estimate"].loc[[(1, "large lesions")]].item() > 0.99
    assert table["estimate"].loc[[(1, "small lesions")]].item() < 0.9


def test_where_lesions_are_not_known_nothing_is_said(study, monkeypatch):
    monkeypatch.setattr(lesion_size, "lesion_areas", lambda role, label: pd.Series(dtype=float))
    assert lesion_extents(arms_of("03_resolution", study)).empty
    assert by_lesion_size(study, pd.DataFrame(), auroc("covid19")).empty


def test_sizes_of_lesions_divide_the_maps(small, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 2)  # the small study has few
    everything = attention(small.arms.only(["control"]))
    table = attention_by_size(small.study, everything, "energy_lesion")
    uniform = table[table["arm"].str.startswith("uniform")]["estimate"]
    assert uniform.is_monotonic_increasing
    assert table["arm"].iloc[0] == "control, small lesions"
