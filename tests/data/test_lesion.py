"""Lesions: their size is known on phantoms, and on phantoms only."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy import phantom
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.lesion import SIZES, extent, lesion_areas, size_classes, with_lesions_of
from cxrstudy.data.role import Role
from tests.support.some import some


@pytest.fixture(scope="module")
def target():
    sizes = {"target": 12, "external": 3, "general": 3, "pneumonia": 3}
    patients = sizes | {"natural_small": 70, "natural_large": 70}
    return load_cohort("phantom", patients, 5).role("target")


def test_the_area_is_that_of_the_mask_of_every_test_image_with_the_label(target):
    areas = lesion_areas(target, "covid19")
    table = target.table.set_index("id")
    tested = table[(table["labels"] == "covid19") & (table["split"] == "test")]
    assert set(areas.index) == set(tested.index) != set()
    for name, area in some(areas.items()):
        mask = phantom.render(tested.loc[name, "path"], 256).lesion
        assert area == pytest.approx(mask.mean(), abs=0.02)
    assert areas.between(0, 0.6, inclusive="neither").all()


def test_real_images_have_no_known_lesion(target):
    table = target.table.assign(path=[f"{n}.png" for n in range(len(target.table))])
    real = Role(target.name, target.task, target.labels, table, target.truth)
    assert lesion_areas(real, "covid19").empty


def test_sizes_are_terciles_in_the_order_of_the_area():
    areas = pd.Series(np.linspace(0.01, 0.3, 9), index=list("ihgfedcba"))
    classes = size_classes(areas)
    assert classes.loc[list("ihgfedcba")].tolist() == [size for size in SIZES for _ in range(3)]


def test_ties_are_divided_all_the_same():
    classes = size_classes(pd.Series([0.1] * 6, index=list("abcdef")))
    assert sorted(classes.value_counts()) == [2, 2, 2]


@pytest.mark.parametrize(("area", "pixels", "side"), [(0.25, 64, 32), (1.0, 100, 100), (0, 9, 0)])
def test_the_extent_is_the_side_of_a_square_of_that_area(area, pixels, side):
    assert extent(area, pixels) == side


def test_images_without_the_label_stay_with_those_of_one_size():
    scores = pd.DataFrame({"id": list("abcd"), "truth_covid19": [0, 1, 1, np.nan]})
    assert with_lesions_of(scores, "covid19", ["c"])["id"].tolist() == ["a", "c", "d"]
