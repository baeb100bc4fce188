"""Scores: what every arm said about every image, arm by arm and seed by seed."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import store
from cxrstudy.runs.plan import make_plan
from cxrstudy.runs.record import BACKBONE, EPOCHS, RUN, SCORES, Record
from cxrstudy.runs.scores import collect
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_cohort, make_role
from tests.support.some import some

START = Chain(TINY)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    return make_cohort(make_role(folder), make_role(folder, "binary", ("opacity",), name="general"))


def record_all(plan, records):
    """Record the runs of a plan; the score is the run's number, the images are its own."""
    for number, run in enumerate(plan.runs):
        table = pd.DataFrame(
            {
                "role": "target", "split": ["validation", "test"], "id": ["i1", "i2"],
                "patient": ["p1", "p2"], "source": "made",
                "truth_covid19": [1.0, np.nan], "score_covid19": [number, number + 0.5],
            }
        )  # fmt: skip

        def fill(folder, run=run, table=table):
            table.to_csv(folder / SCORES, index=False)
            for name in (EPOCHS, BACKBONE):
                (folder / name).touch()
            record = Record(
                id=run.id, identity=run.identity, chain=str(run.chain), cohort="made", copies="",
                task="multiclass", labels=[], images={}, patients=1, samples_seen=1, seconds={},
                peak_memory_bytes=1, device="", finished="",
                files={name: file_sha256(folder / name) for name in (SCORES, EPOCHS, BACKBONE)},
            )  # fmt: skip
            (folder / RUN).write_text(record.model_dump_json())

        store.write(records, run.id, fill)


ARMS = {
    "control": START >> STAGE,
    "general": START >> STAGE.but(roles=("general",)) >> STAGE,
}


def test_the_table_has_a_row_an_arm_seed_and_image_with_the_scores_of_the_arms_last_run(
    cohort, tmp_path
):
    plan = make_plan(ARMS, 2, cohort)
    record_all(plan, tmp_path)
    table = collect(plan, tmp_path)
    assert list(table) == [
        "arm", "seed", "run", "role", "split", "id", "patient", "source", "truth_covid19",
        "score_covid19", "plateau",
    ]  # fmt: skip
    numbers = {run.id: number for number, run in enumerate(plan.runs)}
    assert len(plan.runs) == 6
    assert len(table) == 2 * 2 * 2
    for (arm, seed), run in some(plan.ends.items()):
        rows = table[(table["arm"] == arm) & (table["seed"] == seed)]
        assert rows["run"].tolist() == [run, run]
        assert rows["id"].tolist() == ["i1", "i2"]
        assert rows["split"].tolist() == ["validation", "test"]
        assert rows["score_covid19"].tolist() == [numbers[run], numbers[run] + 0.5]
        assert rows["truth_covid19"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "arms",
    [
        {224: START >> STAGE, 64: START >> STAGE.but(pixels=64)},
        {("random", 0.1): START >> STAGE.but(fraction=0.1), ("random", 1.0): START >> STAGE},
        {("a", 1, 2): START >> STAGE},
    ],
    ids=["numbers", "pairs", "as long as the tables"],
)
def test_an_arm_may_be_called_by_a_number_or_by_several_things(cohort, tmp_path, arms):
    plan = make_plan(arms, 1, cohort)
    record_all(plan, tmp_path)
    table = collect(plan, tmp_path)
    assert table["arm"].tolist() == [arm for arm in arms for _ in range(2)]
    assert list(dict(list(table.groupby("arm", sort=False)))) == list(arms)


def test_two_arms_with_the_same_chain_both_have_its_scores(cohort, tmp_path):
    plan = make_plan({"one": START >> STAGE, "other": START >> STAGE}, 1, cohort)
    record_all(plan, tmp_path)
    table = collect(plan, tmp_path)
    assert table["arm"].tolist() == ["one", "one", "other", "other"]
    assert table["run"].nunique() == 1


def test_a_run_that_is_not_recorded_is_an_error(cohort, tmp_path):
    with pytest.raises(StoreError, match="no such record"):
        collect(make_plan(ARMS, 1, cohort), tmp_path)
