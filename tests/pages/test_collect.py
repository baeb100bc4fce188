"""Collect: a sweep becomes one table; mixtures, failures and strangers are named."""

import json

import nbformat
import pandas as pd
import pytest

from cxrstudy.pages import own_run
from cxrstudy.pages.collect import CollectError, collect, matching
from cxrstudy.pages.own_run import recorded_results
from cxrstudy.pages.told import ESTIMATES, contrasts, estimates, take
from cxrstudy.runs.page_stamp import KERNEL, circumstances
from cxrstudy.statistics import auroc, made_scores
from tests.support.commands import cxrstudy
from tests.support.some import some

ROW = {
    "metric": "AUROC", "role": "target", "arm": '"control"', "estimate": 0.75, "low": 0.7,
    "high": 0.8, "seeds": 2, "runs": ["a" * 64, "b" * 64],
}  # fmt: skip


def page(path, code="c" * 64, rows=(ROW,), facts=True, failed=False, **parameters):
    """A notebook as papermill leaves it."""
    told_here = {
        "parameters": parameters, "commit": "d" * 40, "uncommitted": False, "code": code,
    }  # fmt: skip
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": ""}, metadata={KERNEL: told_here})
    ] * facts
    outputs += [
        nbformat.v4.new_output("display_data", {"text/html": ""}, metadata={ESTIMATES: list(rows)})
    ]
    if failed:
        outputs.append(nbformat.v4.new_output("error", ename="ValueError", evalue="no images"))
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])
    nbformat.write(made, path)
    return path


@pytest.fixture
def sweep(tmp_path):
    return [page(tmp_path / f"{n:02}.ipynb", seeds=n, profile="quick") for n in range(1, 11)]


def test_a_sweep_is_one_table_with_parameters_intervals_and_runs(sweep):
    found = collect(sweep)
    assert found.left_out == ()
    assert found.table["parameters.seeds"].tolist() == list(range(1, 11))
    assert set(found.table["estimate"]) == {0.75}
    first = found.table.iloc[0]
    assert (first["code"], first["commit"]) == ("c" * 12, "d" * 40)
    assert first["runs"].split() == ROW["runs"]
    assert first["notebook"] == str(sweep[0])


def test_two_of_twelve_by_other_code_are_refused_by_name_and_taken_when_named(sweep, tmp_path):
    others = [page(tmp_path / f"x{n}.ipynb", code="e" * 64, seeds=n) for n in (1, 2)]
    with pytest.raises(CollectError) as refused:
        collect([*sweep, *others])
    assert "2 different codes" in str(refused.value)
    assert f"{'e' * 12}: {others[0]}, {others[1]}" in str(refused.value)
    named = collect([*sweep, *others], ["eee"])
    assert set(named.table["notebook"]) == {str(path) for path in others}
    assert named.left_out == tuple(
        f"{path}: of code {'c' * 12}, which was not named" for path in sweep
    )
    assert len(collect([*sweep, *others], ["eee", "c" * 12]).table) == 12


def test_failed_foreign_empty_and_broken_notebooks_are_named(sweep, tmp_path):
    failed = page(tmp_path / "failed.ipynb", failed=True)
    foreign = page(tmp_path / "foreign.ipynb", facts=False)
    empty = page(tmp_path / "empty.ipynb", rows=())
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    found = collect([sweep[0], failed, foreign, empty, broken])
    assert len(found.table) == 1
    reasons = dict(text.split(": ", 1) for text in found.left_out)
    assert reasons[str(failed)] == "its execution failed: ValueError: no images"
    assert reasons[str(foreign)].startswith("no executed page of cxrstudy")
    assert reasons[str(empty)].startswith("it holds no estimates")
    assert reasons[str(broken)].startswith("can't be read")


def test_the_command_prints_csv_or_json_and_its_status_says_what_is_lacking(sweep, tmp_path):
    pattern = str(tmp_path / "*.ipynb")
    assert matching([pattern, str(sweep[0])]) == sweep
    shown = cxrstudy("collect", pattern, "--to", tmp_path / "sweep.csv")
    assert (shown.status, shown.out) == (0, f"{tmp_path / 'sweep.csv'}: 10 rows\n")
    assert len(pd.read_csv(tmp_path / "sweep.csv")) == 10
    page(tmp_path / "failed.ipynb", failed=True)
    shown = cxrstudy("collect", pattern, "--json")
    assert shown.status == 1
    assert len(json.loads(shown.out)) == 10
    assert "failed.ipynb: its execution failed" in shown.err
    shown = cxrstudy("collect", tmp_path / "none*.ipynb")
    assert (shown.status, "no such file" in shown.err) == (1, True)


def test_in_a_kernel_what_is_shown_is_kept_once_with_its_runs_and_elsewhere_nothing(monkeypatch):
    scores = made_scores(["control", "general"]).assign(run="r1")
    plain = estimates(scores, auroc("covid19"))
    assert take() == []
    monkeypatch.setattr(own_run, "in_kernel", lambda: True)
    monkeypatch.setattr(own_run, "fewest_seeds", lambda: scores["seed"].nunique())
    pd.testing.assert_frame_equal(estimates(scores, auroc("covid19")), plain)
    estimates(scores, auroc("covid19"))
    contrasts(scores, auroc("covid19"), against="control")
    with recorded_results():
        estimates(scores, auroc("covid19"), level=0.9)
    kept = take()
    assert [(row["arm"], row.get("against"), row["runs"]) for row in kept] == [
        ('"control"', None, ["r1"]),
        ('"general"', None, ["r1"]),
        ('"general"', '"control"', ["r1"]),
    ]
    assert [row["estimate"] for row in kept[:2]] == plain["estimate"].tolist()
    assert take() == []


def test_with_too_few_seeds_a_page_shows_no_inference_and_keeps_all_of_it(monkeypatch):
    scores = made_scores(["control", "general"], seeds=1)
    monkeypatch.setattr(own_run, "in_kernel", lambda: True)
    for function, named in ((estimates, {}), (contrasts, {"against": "control"})):
        shown = function(scores, auroc("covid19"), **named)
        there = [name for name in own_run.INFERENCE if name in shown]
        assert shown["estimate"].notna().all()
        assert shown[there].isna().all(axis=None)
    assert all(row["low"] < row["high"] for row in some(take()))
    with recorded_results():
        assert estimates(scores, auroc("covid19"))["low"].notna().all()


def test_a_page_says_by_which_code_it_was_made():
    assert len(circumstances({})["code"]) == 64
