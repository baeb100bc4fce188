"""Recorded sets: the table names every folder of results with the facts that lie in it."""

from types import SimpleNamespace

from cxrstudy.base.places import results as results_folder
from cxrstudy.pages.recorded_sets import commits_of, recorded_sets
from cxrstudy.verdicts import results
from tests.support.some import some


def test_every_recorded_set_is_a_row_that_says_where_it_lies():
    table = recorded_sets().set_index("folder")
    for folder in some(results.folders()):
        row, made = table.loc[f"results/{folder.parent.name}/{folder.name}"], results.facts(folder)
        assert (row["seeds"], row["runs"], row["latest"]) == (made.seeds, made.runs, made.finished)
        assert made.processor in row["machine"]
        assert (results_folder().parent / row.name / "arms.csv").is_file()
    assert len(table) == len(results.folders())


def test_runs_of_several_commits_are_counted_and_older_results_say_what_is_known():
    def said(**ran):
        return commits_of(SimpleNamespace(ran=ran, commit="c" * 40))

    assert said() == "written at cccccccccccc"
    assert said(a1="5") == "a1"
    assert said(a1=5, b2=7) == "a1 (5), b2 (7)"
