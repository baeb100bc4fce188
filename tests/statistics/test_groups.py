"""Subgroups: each alone, none left out silently, and no number where there are too few."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics import ScoreError, estimates, groups_of, macro_auroc, subgroups
from cxrstudy.statistics.groups import TOO_FEW
from tests.support.score_tables import COVID, drawn, table


@pytest.fixture
def made():
    truth, patients, scores = drawn(0, patients=60, images=2)
    return table({"a": [scores, -scores], ("b", 1): [scores, scores]}, truth, patients)


@pytest.fixture
def sex(made):
    ids = made["id"].unique()
    return pd.Series(["F"] * 80 + ["M"] * 30 + [None] * 10, index=ids, name="sex")


def test_a_group_is_estimated_as_if_it_were_alone(made, sex):
    found = subgroups(made, COVID, sex)
    women = found[found["group"] == "F"].reset_index(drop=True)
    alone = estimates(made[made["id"].isin(sex.index[sex == "F"])], COVID)
    pd.testing.assert_frame_equal(women[list(alone)], alone)
    assert women[["positive", "negative", "patients"]].to_numpy().tolist() == [[20, 20, 40]] * 2
    assert women["arm"].tolist() == ["a", ("b", 1)]


def test_groups_that_are_too_small_have_a_note_and_no_number(made, sex):
    found = subgroups(made, COVID, sex).set_index("group")
    assert found["note"].to_dict() == {"F": "", "M": TOO_FEW, "unknown": TOO_FEW}
    small = found.loc[["M", "unknown"]]
    assert small[["estimate", "low", "high"]].isna().all(axis=None)
    assert small["images"].tolist() == [30, 30, 10, 10]
    assert small["positive"].tolist() == [7, 7, 3, 3]
    assert (small["reason"].str.endswith("at least 10 are needed")).all()
    larger = subgroups(made, COVID, sex, minimum=21).set_index("group").loc["F"]
    assert larger[["estimate", "low", "high"]].isna().all(axis=None)
    assert (larger["reason"] == "fewer than 21 patients a class").all()


def test_images_of_unknown_truth_are_counted_in_their_group(made, sex):
    made.loc[made["id"] == "image-0", "truth_covid19"] = np.nan
    found = subgroups(made, COVID, sex)
    assert found["unknown"].tolist() == [1, 1, 0, 0, 0, 0]
    assert found["images"].tolist() == [79, 79, 30, 30, 10, 10]


def test_a_group_of_one_class_is_too_small_and_no_error(made):
    truth = made.drop_duplicates("id").set_index("id")["truth_covid19"]
    found = subgroups(made, COVID, truth.rename("truth"))
    assert found["note"].tolist() == [TOO_FEW] * 4
    assert found["group"].tolist() == [0, 0, 1, 1]


def test_several_groupings_stand_below_each_other(made, sex):
    groups = pd.DataFrame({"sex": sex, "site": "X"})
    found = subgroups(made, COVID, groups)
    assert found["grouping"].unique().tolist() == ["sex", "site"]
    whole = found[found["grouping"] == "site"].reset_index(drop=True)
    pd.testing.assert_frame_equal(whole[["arm", "estimate", "low"]], estimates(made, COVID)[
        ["arm", "estimate", "low"]
    ])  # fmt: skip


def test_bands_keep_their_order(made):
    ids = made["id"].unique()
    size = pd.cut(pd.Series(np.arange(120), index=ids), [-1, 9, 99, 200])
    found = subgroups(made, COVID, size.rename("lesion"))
    assert found["group"].tolist() == [band for band in size.cat.categories for _ in range(2)]


def test_of_several_labels_the_rarest_decides(made, sex):
    made = made.assign(score_normal=0.5, truth_normal=0.0)
    made.loc[made["id"].isin(sex.index[:4]), "truth_normal"] = 1.0
    found = subgroups(made, macro_auroc(["covid19", "normal"]), sex)
    assert found[found["group"] == "F"]["positive"].tolist() == [2, 2]
    assert (found["note"] == TOO_FEW).all()


def test_a_test_image_without_a_group_is_named(made, sex):
    with pytest.raises(ScoreError, match="test image 'image-0' is in no group of 'sex'"):
        subgroups(made, COVID, sex[1:])
    with pytest.raises(ScoreError, match="image 'image-0' has several rows in the grouping 'sex'"):
        subgroups(made, COVID, pd.concat([sex, sex[:1]]))


def test_a_minimum_below_ten_patients_is_refused(made, sex):
    with pytest.raises(ValueError, match="at least 10 patients"):
        subgroups(made, COVID, sex, minimum=9)


def test_groups_come_from_the_columns_of_the_manifest():
    manifest = pd.DataFrame({
        "id": list("abcdef"), "sex": ["F", "M", "unknown", "F", "F", "F"],
        "age": [0, 17.9, 18, 40, 65, np.nan], "view": "PA", "source": ["s"] * 5 + ["t"],
        "width": 3,
    })  # fmt: skip
    found = groups_of(manifest)
    assert list(found) == ["sex", "age", "view", "source"]
    assert found.index.tolist() == list("abcdef")
    assert found["age"].tolist() == [
        "below 18", "below 18", "18 to 39", "40 to 64", "65 or more", "unknown",
    ]  # fmt: skip
    assert found["age"].cat.categories[0] == "below 18"
