"""Reference results: what is written is read back, and nothing that was altered is."""

import gzip
import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cxrstudy.base import places
from cxrstudy.runs import store
from cxrstudy.runs.outcome import Outcome
from cxrstudy.runs.record import SCORES
from cxrstudy.runs.scores import collect
from cxrstudy.statistics import auroc, brier
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.doubling import Gain
from cxrstudy.verdicts.measure import measure
from cxrstudy.verdicts.results import (
    ARMS,
    IMAGES,
    RESULTS,
    SCORED,
    ResultsError,
    rounded,
    writing,
)
from tests.support.recorded import project, record, record_all
from tests.support.some import some

EXPERIMENTS = ["01_sequences", "02_shares"]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with project(tmp_path_factory.mktemp("project") / "here"):
        study = Study("tiny", "made", 2)
        for name in EXPERIMENTS:
            record_all(study, experiment.arms_of(name, study))
        yield study


@pytest.fixture
def written(study, tmp_path):
    results.write(study, EXPERIMENTS, tmp_path / "results", "the command")
    return tmp_path / "results"


# --- Round trip ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_reading_gives_back_what_was_written(study, written, name):
    plan = study.plan(experiment.arms_of(name, study))
    expected = collect(plan, study.records)
    found = results.read(written, name)
    labels = [column for column in expected if column.startswith("score_")]
    pd.testing.assert_frame_equal(found.drop(columns=labels), expected.drop(columns=labels))
    assert list(found.columns) == list(expected.columns)
    for run, rows in some(expected.groupby("run")):  # the order is kept among the scores of a run
        written_scores = rounded(rows[labels].to_numpy(float))
        np.testing.assert_array_equal(found.loc[found["run"] == run, labels], written_scores)
    # Arms keep their kind: a tuple is no list, and no text.
    assert list(dict.fromkeys(found["arm"])) == list(experiment.arms_of(name, study))


def test_the_same_results_are_the_same_bytes(study, written, tmp_path):
    results.write(study, EXPERIMENTS, tmp_path / "again", "the command")
    for name in (ARMS, IMAGES, SCORED, RESULTS):
        assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()


def test_a_run_that_two_experiments_share_is_written_once(study, written):
    arms = results.arms(written).set_index(["experiment", "seed"])
    shared = arms.loc[("01_sequences", 0)].query("arm == 'control'")["run"].item()
    again = [arm == ("all", 1) for arm in arms.loc[("02_shares", 0), "arm"]]
    assert arms.loc[("02_shares", 0), "run"][again].item() == shared
    header = gzip.decompress((written / SCORED).read_bytes()).decode().splitlines()[0].split(",")
    assert len(header) == len(set(header)) == 3 * arms["run"].nunique()


def test_whether_arms_are_at_a_plateau_is_decided_by_results_with_half_the_steps(
    study, written, tmp_path, monkeypatch
):
    """Where they show it; of what they lack, the record of the run tells."""
    first = next(iter(experiment.arms_of(EXPERIMENTS[0], study)))
    monkeypatch.setattr(writing.places, "results", lambda: tmp_path / "recorded")
    results.write(study, EXPERIMENTS[:1], tmp_path / "recorded" / "made" / "short", "the command")
    monkeypatch.setattr(study, "profile", study.profile.model_copy(update={"half": "short"}))

    def gained(scores, seen, half, seen_there):
        assert seen == seen_there
        assert set(half["arm"]) == set(scores["arm"]) == set(seen)
        return {arm: Gain(0.001, 0.008) if arm == first else Gain(why="made") for arm in seen}

    monkeypatch.setattr(writing, "gains", gained)
    results.write(study, EXPERIMENTS, tmp_path / "again", "the command")
    before, after = results.arms(written), results.arms(tmp_path / "again")
    told = [
        arm == first and name == EXPERIMENTS[0]
        for arm, name in zip(after["arm"], after["experiment"], strict=True)
    ]
    assert any(told)
    assert (after.loc[told, "plateau"] == "yes").all()
    assert (after.loc[told, "gain"] == 0.001).all()
    others = [not each for each in told]
    assert after.loc[others, "plateau"].tolist() == before.loc[others, "plateau"].tolist()
    assert after.loc[others, ["gain", "gain_high"]].isna().all(axis=None)


def test_the_facts_say_what_made_them(study, written):
    facts = results.facts(written)
    assert (facts.profile, facts.cohort, facts.seeds) == ("tiny", "made", 2)
    assert facts.experiments == results.experiments(written) == EXPERIMENTS
    # 4 different ends and 1 stage before them, with 2 seeds, 3 seconds each
    assert (facts.runs, facts.seconds) == (10, 30.0)
    assert facts.command == "the command"
    assert set(facts.versions) >= {"torch", "python"}
    assert list(facts.claims) == ["paper.yaml"]


def test_claims_that_changed_since_are_named(study, written):
    facts = results.facts(written)
    assert results.claims_changed(facts) == []
    path = places.claims() / "paper.yaml"
    before = path.read_text()
    path.write_text(before + "# another rule\n")
    assert results.claims_changed(facts) == ["paper.yaml"]
    path.write_text(before)


# --- What is refused ----------------------------------------------------------------------------


def test_results_that_are_read_again_are_those_of_the_files(written):
    """Whatever was done to what was read before."""
    first = results.read(written, EXPERIMENTS[0])
    expected = first.copy()
    first["score_covid19"] = 0.5
    first.loc[0, "id"] = "another"
    pd.testing.assert_frame_equal(results.read(written, EXPERIMENTS[0]), expected)


@pytest.mark.parametrize("name", [ARMS, IMAGES, SCORED])
def test_an_altered_file_is_refused(written, name):
    results.read(written, "01_sequences")  # what was read before is not taken for what is there
    content = bytearray((written / name).read_bytes())
    content[len(content) // 2] ^= 1
    (written / name).write_bytes(content)
    with pytest.raises(ResultsError, match=rf"{name}: missing or altered"):
        results.read(written, "01_sequences")


@pytest.mark.parametrize("name", [ARMS, IMAGES, SCORED])
def test_a_missing_file_is_refused(written, name):
    (written / name).unlink()
    with pytest.raises(ResultsError, match=rf"{name}: missing or altered"):
        results.facts(written)


def test_a_file_that_is_included_is_covered_from_then_on(written):
    (written / "verdicts.csv").write_text("claim\n")
    results.include(written, ["verdicts.csv"])
    results.facts(written)
    (written / "verdicts.csv").write_text("other\n")
    with pytest.raises(ResultsError, match=r"verdicts\.csv: missing or altered"):
        results.facts(written)


def test_altered_facts_are_refused(written):
    path = written / RESULTS
    facts = yaml.safe_load(path.read_text()) | {"seeds": 5}
    path.write_text(yaml.safe_dump(facts))
    with pytest.raises(ResultsError, match=r"results\.yaml: altered"):
        results.facts(written)


def test_what_is_not_there_is_named(written, tmp_path):
    with pytest.raises(ResultsError, match="no results of '09_more', only of 01_sequences, 02"):
        results.read(written, "09_more")
    with pytest.raises(ResultsError, match="no such results"):
        results.facts(tmp_path / "nowhere")


def test_nothing_is_written_of_a_study_that_is_not_finished(study, tmp_path):
    more = Study("tiny", "made", 3)
    with pytest.raises(ResultsError, match=r"5 of 15 runs are not recorded"):
        results.write(more, EXPERIMENTS, tmp_path / "results", "")
    assert not (tmp_path / "results").exists()


def test_runs_that_saw_other_images_are_not_put_together(study, tmp_path):
    plan = study.plan(experiment.arms_of("01_sequences", study))
    run = next(run for run in plan.runs if run.id == plan.ends["control", 0])
    kept = tmp_path / "kept"
    shutil.move(study.records / run.id, kept)
    try:
        # The second study has the same runs, but other patients stand in the file of this one.
        record(study, run)
        scores = pd.read_csv(study.records / run.id / SCORES)
        scores.loc[0, "patient"] = "somebody else"
        scores.to_csv(study.records / run.id / SCORES, index=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(store, "checked", lambda records, run, name: records / run / name)
            with pytest.raises(ResultsError, match="differ from those of others"):
                results.write(study, ["01_sequences"], tmp_path / "results", "")
    finally:
        shutil.rmtree(study.records / run.id)
        shutil.move(kept, study.records / run.id)


# --- Rounding -----------------------------------------------------------------------------------

PROBABILITIES = st.floats(0, 1)


@given(st.lists(PROBABILITIES, min_size=2, max_size=50))
def test_rounding_turns_no_order_round_and_stays_near(scores):
    values = np.sort(np.array(scores))
    shown = rounded(values)
    assert (np.diff(shown) >= 0).all()
    assert ((shown >= 0) & (shown <= 1)).all()
    tolerance = 0.5e-3 * np.minimum(values, 1 - values) + 2e-16 * (values > 0.5)
    assert (np.abs(shown - values) <= 1.001 * tolerance + 1e-323).all()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_rounding_keeps_order_and_ties_whatever_the_scores(scores):
    values = np.array(scores)
    shown = np.array([float(repr(float(value))) for value in rounded(values)])
    np.testing.assert_array_equal(np.sign(np.subtract.outer(shown, shown)),
                                  np.sign(np.subtract.outer(values, values)))  # fmt: skip


@given(st.lists(PROBABILITIES, min_size=1, max_size=50))
def test_what_was_rounded_is_not_rounded_again_and_survives_text(scores):
    shown = rounded(np.array(scores))
    np.testing.assert_array_equal(rounded(shown), shown)
    np.testing.assert_array_equal([float(repr(float(value))) for value in shown], shown)


@pytest.mark.parametrize("spread", [0.3, 3.0, 8.0])
def test_rounding_moves_no_metric_by_a_ten_thousandth(spread):
    random = np.random.default_rng(5)
    truth = random.random((1500, 1)) < 0.2
    logits = random.normal(0, spread, truth.shape) + spread * truth
    scores = np.float32(1 / (1 + np.exp(-logits))).astype(float)
    for metric in (auroc("covid19"), brier("covid19")):
        weights = np.ones((1, len(truth)))
        exact, shown = (metric.values(s, truth, weights)[0] for s in (scores, rounded(scores)))
        assert abs(exact - shown) < 1e-4


def test_scores_that_are_all_very_small_keep_their_order_when_written():
    random = np.random.default_rng(0)
    truth = np.arange(1000) < 500
    scores = 1 / (1 + np.exp(-(random.normal(-45, 12, 1000) + 8 * truth)))
    expected = roc_auc_score(truth, scores)
    assert roc_auc_score(truth, rounded(scores)) == pytest.approx(expected, abs=1e-4)


def test_results_say_at_which_commits_their_runs_were_made(tmp_path):
    with project(tmp_path / "here"):
        study = Study("tiny", "made", 1)
        runs = study.plan(experiment.arms_of("01_sequences", study)).runs
        for number, run in enumerate(runs):
            made = {} if number == 0 else {"commit": "a" * 40, "uncommitted": number == 1}
            record(study, run, **made)
        facts = results.write(study, ["01_sequences"], tmp_path / "results", "the command")
    # An older record does not say it.
    assert facts.ran == {"a" * 40: len(runs) - 1}
    assert facts.ran_uncommitted == 1
    assert facts.registration == ""
    results.include(tmp_path / "results", [], "0001-made-tiny")
    assert results.facts(tmp_path / "results").registration == "0001-made-tiny"


# --- Arms that were not run ----------------------------------------------------------------------


def test_an_arm_that_was_not_run_is_written_with_the_reason_and_read_as_none(tmp_path):
    with project(tmp_path / "here"):
        study = Study("tiny", "made", 2)
        arms = experiment.arms_of("01_sequences", study)
        for run in arms.plan.runs:
            if run.id in arms.plan.without_result(study.records):
                continue
            is_weak = run.chain.stages[-1].roles == ("general",) and run.chain.stages[-1].seed == 1
            weak = Outcome(better_than_constant=False, p=0.4) if is_weak else Outcome()
            record(study, run, outcome=weak)
        results.write(study, ["01_sequences"], tmp_path / "results", "the command")
        scores = results.read(tmp_path / "results", "01_sequences")
        assert list(dict.fromkeys(scores["arm"])) == ["control"]
        assert results.failed(tmp_path / "results", "01_sequences") == arms.failed
        assert list(arms.failed) == ["general"]
        assert arms.failed["general"].startswith("seed 1, not run: its parent, run ")
        table = results.arms(tmp_path / "results")
        (row,) = table[(table["arm"] == "general") & (table["seed"] == 1)].itertuples()
        assert (row.run, row.scored, row.samples_seen) == (arms.plan.ends["general", 1], [], 0)
        assert row.chain == "random → general → target"
        measured = measure(tmp_path / "results").metrics
        assert {key.arm for key in measured} == {"control"}
