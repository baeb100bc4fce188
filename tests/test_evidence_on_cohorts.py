"""What chapters show of recorded results, on real cohorts: their labels are not the phantoms'."""

import re

import matplotlib.pyplot as plt
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from cxrstudy.base import places
from cxrstudy.base.notebooks import read_cells, tags_of
from cxrstudy.verdicts.results import reading, results

RECORDED = sorted(
    {
        (folder.parent.name, experiment)
        for folder in results.folders()
        if folder.parent.name != "phantom"
        for experiment in reading.experiments(folder)
    }
)
#: On phantoms these chapters show the results of real cohorts too, with these cohorts' labels.
SHOWN = [
    *RECORDED,
    *(("phantom", experiment) for experiment in sorted(dict(map(reversed, RECORDED)))),
]


def test_some_real_cohort_has_results():
    assert RECORDED


@pytest.fixture
def shell():
    """As in a notebook."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()
    plt.close("all")


@pytest.mark.parametrize(("cohort", "experiment"), SHOWN)
def test_each_cell_before_the_arms_runs_and_shows_no_other_label(shell, cohort, experiment):
    shown = []
    for cell in read_cells(places.notebooks() / f"{experiment}.ipynb"):
        if "arms" in tags_of(cell):
            break
        if cell.cell_type != "code":
            continue
        source = re.sub(r'^cohort = "\w+"', f'cohort = "{cohort}"', cell.source, flags=re.M)
        with capture_output() as captured:
            ran = shell.run_cell(source, store_history=True)
        ran.raise_error()
        shown += [str(each.data) for each in captured.outputs]
        shown.append(getattr(ran.result, "data", ""))
    text = " ".join(shown)
    assert cohort == "phantom" or "Reference: cohort" in text
    assert cohort == "phantom" or "covid19" not in text
