"""Removable: what nobody asks for, and why, while nothing is removed."""

from types import SimpleNamespace

import pandas as pd

from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.runs import scoring_record, store_check
from cxrstudy.study import removable
from tests.support import stores
from tests.support.stores import write_record

made = stores.made


def test_nothing_goes_unless_it_is_asked_for(made):
    size = sum(p.stat().st_size for p in (made.records / made.other).iterdir())
    sweep = removable.survey(made.records, {made.last, made.first})
    assert [(i.path.name, i.why, i.bytes) for i in sweep.removable] == [
        (made.other, "not planned", size)
    ]
    assert (sweep.removed, sweep.kept) == ((), 2)
    assert sweep.totals() == [{"why": "not planned", "number": 1, "bytes": size}]
    assert len(store_check.runs_of(made.records)) == 3


def test_the_reason_is_said(made):
    write_record(made.records, 3, code={"store": "old"})
    write_record(made.records, 4, code=code_fingerprint("run"), environment={"torch": "1"})
    broken = write_record(made.records, 5)
    (made.records / broken / "run.json").write_text("{")
    sweep = removable.survey(made.records, {made.last})
    whys = [item.why for item in sweep.removable]
    assert sorted(whys) == ["not planned", "other code", "other versions of libraries"]
    assert [item.path.name for item in sweep.altered] == [broken]


def test_scores_go_with_their_run(made):
    folder = scoring_record.folder_of(made.records)
    role, scores = SimpleNamespace(name="external"), pd.DataFrame({"image": ["a"]})
    _, goes, altered = (
        scoring_record.write(made.records, role, scoring_record.identity_of(run, "data"), scores)
        for run in (made.last, made.other, made.first)
    )
    (folder / altered / scoring_record.FACTS).write_text("{")
    sweep = removable.survey(made.records, {made.last})
    assert {(item.path.name, item.why) for item in sweep.removable} == {
        (made.other, "not planned"),
        (goes, "scores of a run that is not kept"),
        (altered, "altered scores"),
    }


def test_the_profiles_and_cohorts_of_the_project_plan_what_they_say():
    assert {"quick", "standard", "paper"} <= set(removable.profiles())
    assert "phantom" in removable.cohorts()
    one, three = (removable.reachable(["quick"], ["phantom"], seeds) for seeds in (1, 3))
    assert one.runs < three.runs
    assert one.left_out == three.left_out == ()
