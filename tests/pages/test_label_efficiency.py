"""Label efficiency: levels of low data in patients, and the patients that other weights need."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base.words import label_name
from cxrstudy.pages.label_efficiency import (
    label_efficiency_of,
    label_efficiency_table,
    patients_of,
    saved_in_words,
)
from cxrstudy.statistics import auroc
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study
from tests.support.score_tables import scored


@pytest.fixture(scope="module")
def study():
    return Study("quick", "phantom", 2)


def test_shares_and_shots_are_told_in_patients_and_images_of_each_class(study):
    table = patients_of(arms_of("05_low_data", study)).set_index("level")
    role = study.cohort.role("target")
    everybody = role.table[role.table["split"] == "train"]
    assert table.loc[1, "patients"] == everybody["patient"].nunique()
    assert table.loc[1, "images"] == len(everybody)
    assert table.loc["5-shot", "patients"] == 15
    classes = table[[label_name(label) for label in role.labels]]
    assert (classes.sum(axis=1) == table["images"]).all()
    shares = table.drop("5-shot")["patients"]
    assert shares.is_monotonic_increasing


def test_the_better_start_saves_the_patients_that_the_other_needs(study):
    arms = arms_of("05_low_data", study)
    patients = patients_of(arms).set_index("level")["patients"]

    def skill(arm):
        name, level = arm
        used = patients[level] * (4 if name == "in-domain" else 1)
        return 0.5 * np.log2(used + 1)

    table = label_efficiency_of(
        arms, scored(study, arms, skill), auroc("covid19"), "in-domain", "random"
    )
    middle = table[table["trained"] == patients[0.1]].iloc[0]
    assert middle["estimate"] / middle["trained"] == pytest.approx(4, rel=0.35)  # scores are drawn
    said = label_efficiency_table(table)
    assert said["patients, “in-domain”"].tolist() == table["trained"].tolist()
    needed = said.iloc[:, -1]
    assert needed.iloc[-1].startswith(f"more than {patients[1]} [")
    assert needed.iloc[2].startswith(f"{middle['estimate']:.0f} [")
    assert "AUROC of COVID-19 vs rest" in said


def test_bounds_of_patients_needed_stay_bounds():
    row = {"name": "a", "trained": 36, "reached": 0.8, "against": "b", "metric": "AUROC"}
    row |= {"smallest": 10, "largest": 1360, "level": 0.9}
    ends = pd.DataFrame({"estimate": [10.0, 50.2, np.inf], "low": [10, 10, 400.4], "high": np.inf})
    said = label_efficiency_table(ends.assign(**row))
    assert said["patients needed, “b” [90 %]"].tolist() == [
        "at most 10 [at most 10, more than 1,360]",
        "50 [at most 10, more than 1,360]",
        "more than 1,360 [400, more than 1,360]",
    ]
    assert label_efficiency_table(ends.iloc[:0]).empty


def test_a_bound_that_is_all_that_is_known_is_said_once():
    row = {"name": "a", "trained": 36, "reached": 0.8, "against": "b", "metric": "AUROC"}
    row |= {"smallest": 10, "largest": 1360}
    ends = pd.DataFrame({"estimate": [np.inf, 10.0, 36.2], "low": [np.inf, 10, 36.1]})
    ends["high"] = [np.inf, 10, 36.3]
    said = label_efficiency_table(ends.assign(**row, level=0.95))
    assert said.iloc[:, -1].tolist() == ["more than 1,360", "at most 10", "36 [36, 36]"]


@pytest.mark.parametrize(
    ("lows", "said"),
    [
        ([5, 151.2], ": at least 151 in place of 116. In place of 23, it is not shown that more"),
        ([24, np.inf], ": at least 24 in place of 23; more than 465 in place of 116."),
        ([23, 116], "“random” are not shown to need more patients than “in-domain”."),
        ([np.nan, np.nan], ""),
    ],
)
def test_a_saving_is_said_only_where_the_interval_lies_above_the_own_number(lows, said):
    row = {"name": "in-domain", "against": "random", "smallest": 5, "largest": 465}
    table = pd.DataFrame({"trained": [23, 116], "low": lows}).assign(**row)
    assert said in saved_in_words(table)
    assert bool(saved_in_words(table)) == bool(said)
