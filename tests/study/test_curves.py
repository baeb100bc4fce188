"""Curves: what the records of trainings hold, and when a level was reached."""

import pandas as pd
import pytest

from cxrstudy.runs import store
from cxrstudy.runs.provenance import did_not_move, table_of
from cxrstudy.study.curves import COLUMNS, curves_of, steps_to
from cxrstudy.training.plateau import Plateau
from tests.support.some import some


def test_curves_are_those_of_the_records(small):
    table = curves_of(small.arms)
    assert list(table) == COLUMNS
    assert set(table["arm"]) == set(small.arms)
    for (arm, seed), run in some(small.arms.plan.ends.items()):
        same = [
            one == arm and number == seed
            for one, number in zip(table["arm"], table["seed"], strict=True)
        ]
        rows = table[same].reset_index(drop=True)
        recorded = store.read_epochs(small.study.records, run)
        for name in ("step", "train_loss", "validation_loss", "validation_auroc", "learning_rate"):
            pd.testing.assert_series_equal(rows[name], recorded[name])
        assert rows["learning_rate"].gt(0).all()
        record = store.read(small.study.records, run)
        ended = "did not move" if did_not_move(record) else record.at_plateau
        assert set(rows["plateau"]) == {ended}


@pytest.mark.parametrize(
    ("rise", "fall", "said"), [(0.0, 0.0, "did not move"), (0.001, 0.0, "yes"), (0.1, 0.1, "no")]
)
def test_curves_and_the_table_of_runs_call_the_same_trainings_at_a_plateau(
    small, monkeypatch, rise, fall, said
):
    end = Plateau(reached=rise < 0.005, rise=rise, fall=fall)
    read = store.read

    def ended(folder, run):
        return read(folder, run).model_copy(update={"plateau": end})

    monkeypatch.setattr(store, "read", ended)
    shown = set(curves_of(small.arms)["plateau"])
    tabled = table_of([ended(small.study.records, run) for run in small.arms.plan.ends.values()])
    assert shown == {said}
    assert all(text.startswith(said) for text in some(tabled["plateau"]))


def test_steps_to_a_level_are_those_of_its_first_validation():
    table = pd.DataFrame(
        {
            "arm": [("a", 1)] * 3 + ["b"] * 2, "seed": 0, "step": [1, 2, 3, 1, 2],
            "validation_auroc": [0.5, 0.8, 0.7, 0.9, 0.1],
        }
    )  # fmt: skip
    assert steps_to(table, 0.8)["steps"].tolist() == [2, 1]
    assert steps_to(table, 0.9)["steps"].isna().tolist() == [True, False]
    assert steps_to(table.iloc[:0], 0.9).empty
