"""Failures: every test image has its causes, its class and its slice."""

from types import SimpleNamespace

import numpy as np
import pytest

from cxrstudy.data.lesion import SIZES
from cxrstudy.pages import failures
from cxrstudy.statistics import auroc
from tests.support.some import some


@pytest.fixture(scope="module")
def scores(small):
    return small.arms.scores()


def test_lesions_have_a_size_where_there_is_the_disease(small):
    study = small.arms.study
    role = study.cohort.role("target")
    table = failures.causes(study)
    tested = role.table["split"] == "test"
    sick = role.truth[:, role.labels.index(study.label)] == 1
    known = table["lesion"] != failures.NONE
    assert known.to_numpy().tolist() == (tested.to_numpy() & sick).tolist()
    assert known.any()


def test_one_row_per_arm_and_class_whose_shares_add_up(small, scores):
    table = failures.highest_class(small.arms, scores)
    labels = ["normal", "other pneumonia", "COVID-19"]
    assert table["truth"].tolist()[:3] == labels
    assert len(table) == len(labels) * scores["arm"].nunique()
    for _, row in some(list(table.iterrows())):
        assert row[labels].sum() == pytest.approx(1)


def test_a_label_and_its_absence_are_two_classes(small, scores):
    label = small.arms.study.label
    role = SimpleNamespace(task="binary", labels=[label])
    study = SimpleNamespace(cohort=SimpleNamespace(role=lambda _: role), label=label)
    columns = [name for name in scores if name.startswith(("truth_", "score_"))]
    own = scores.drop(columns=[name for name in columns if not name.endswith(label)])
    unknown = own.index == own.index[(own["role"] == "target") & (own["split"] == "test")][0]
    own.loc[unknown, f"truth_{label}"] = np.nan
    table = failures.highest_class(SimpleNamespace(study=study), own)
    assert table["truth"].tolist()[:2] == ["no covid19", "COVID-19"]
    tested = own[(own["arm"] == table["arm"][0]) & (own["role"] == "target")]
    tested = tested[(tested["split"] == "test") & (tested[f"truth_{label}"] == 1)]
    share = (tested[f"score_{label}"] >= 0.5).groupby(tested["seed"]).mean().mean()
    assert table["COVID-19"][1] == pytest.approx(share)
    assert table["no covid19"][1] == pytest.approx(1 - share)


def test_every_test_image_is_in_a_slice_and_errors_fall(small, scores):
    groups, agreed = failures.slices(small.arms, "control", scores)
    tested = len(small.arms.study.cohort.role("target").rows("test"))
    assert groups["images"].sum() == tested
    assert groups["error"].is_monotonic_decreasing
    control = scores[(scores["arm"] == "control") & (scores["role"] == "target")]
    control = control[(control["split"] == "test") & (control["seed"] == control["seed"].min())]
    shown = (groups["disease"] * groups["images"]).sum()
    assert shown == pytest.approx(control["truth_covid19"].sum())
    assert agreed["agreement"].is_monotonic_decreasing
    assert "lesion" in set(agreed["cause"])


def test_each_size_of_lesion_is_compared_with_all_who_have_none(small, scores, monkeypatch):
    monkeypatch.setattr("cxrstudy.statistics.sample.FEWEST_PATIENTS", 1)
    known = failures.causes(small.arms.study)
    control = scores[scores["arm"] == "control"]
    table = failures.by_lesion(control, known, auroc(small.arms.study.label))
    assert table["arm"].tolist() == ["small lesions", "middle lesions", "large lesions"]
    tested = control[(control["role"] == "target") & (control["split"] == "test")]
    well = int((tested.drop_duplicates("id")["truth_covid19"] == 0).sum())
    sick = known["lesion"].value_counts()
    assert table["images"].tolist() == [well + sick[size] for size in SIZES]
    assert failures.by_lesion(control, known.drop(columns="lesion"), auroc("covid19")).empty
