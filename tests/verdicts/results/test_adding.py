"""Adding: experiments that were written one after the other are as if written at once."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from cxrstudy.verdicts.results import ARMS, IMAGES, ResultsError
from tests.support.recorded import project, record_all

FIRST, SECOND = "01_sequences", "02_shares"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with project(tmp_path_factory.mktemp("project") / "here"):
        study = Study("tiny", "made", 2)
        for name in (FIRST, SECOND):
            record_all(study, experiment.arms_of(name, study))
        yield study


@pytest.fixture
def added(study, tmp_path):
    folder = tmp_path / "added"
    results.write(study, [FIRST], folder, "first")
    results.add(study, [SECOND], folder, "second")
    return folder


def test_what_is_added_is_read_as_if_all_had_been_written_at_once(study, added, tmp_path):
    results.write(study, [FIRST, SECOND], tmp_path / "once", "the command")
    for name in (FIRST, SECOND):
        one, other = results.read(tmp_path / "once", name), results.read(added, name)
        pd.testing.assert_frame_equal(one, other)
    assert results.arms(tmp_path / "once").astype(str).equals(results.arms(added).astype(str))
    same = (tmp_path / "once" / IMAGES).read_bytes() == (added / IMAGES).read_bytes()
    assert same


def test_the_facts_are_those_of_both(study, added, tmp_path):
    first = results.write(study, [FIRST], tmp_path / "first", "first")
    second = results.write(study, [SECOND], tmp_path / "second", "second")
    both = results.facts(added)
    assert both.experiments == [FIRST, SECOND]
    assert both.command == "first; second"
    assert both.runs == first.runs + second.runs
    assert sum(both.ran.values()) == sum(first.ran.values()) + sum(second.ran.values())
    assert both.versions == first.versions == second.versions


def test_what_lay_there_needs_no_records_any_more(study, added, tmp_path, monkeypatch):
    """A machine that never ran the first experiment adds the second."""
    folder = tmp_path / "elsewhere"
    results.write(study, [FIRST], folder, "first")
    before = (folder / ARMS).read_text()
    asked = []
    known = experiment.arms_of
    monkeypatch.setattr(
        results.writing.experiment,
        "arms_of",
        lambda name, study: asked.append(name) or known(name, study),
    )
    results.add(study, [SECOND], folder, "second")
    assert asked == [SECOND]
    assert (folder / ARMS).read_text().startswith(before)


def test_images_that_differ_are_named(study, tmp_path):
    folder = tmp_path / "other"
    results.write(study, [FIRST], folder, "first")
    table = pd.read_csv(folder / IMAGES, dtype=str, keep_default_na=False)
    truth = next(name for name in table if name.startswith("truth_"))
    row = int(np.flatnonzero((table["role"] == "target") & (table[truth] != ""))[0])
    table.loc[row, truth] = "1.0" if table.loc[row, truth] == "0.0" else "0.0"
    table.to_csv(folder / IMAGES, index=False, lineterminator="\n")
    results.hash_again(results.unchecked(folder), folder, [IMAGES])
    with pytest.raises(ResultsError, match=f"image {table.loc[row, 'id']} of target .* differs"):
        results.add(study, [SECOND], folder, "second")


def test_another_study_and_an_experiment_that_is_there_are_refused(study, added, tmp_path):
    with pytest.raises(ResultsError, match=f"holds {FIRST} already"):
        results.add(study, [FIRST], added, "again")
    fewer = Study("tiny", "made", 1)
    with pytest.raises(ResultsError, match="2 seeds, and not of tiny, made and 1 seed"):
        results.add(fewer, [SECOND], added, "again")
    with pytest.raises(ResultsError, match="no such results"):
        results.add(study, [SECOND], tmp_path / "nowhere", "again")
