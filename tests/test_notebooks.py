"""The experiments' notebooks, as papermill starts them."""

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pytest
from click.testing import CliRunner
from papermill.cli import papermill

from tests.support.small import in_this_process
from tests.support.some import some

ROOT = Path(__file__).parents[1]
SCHEMES = ROOT / "notebooks" / "06_sequential_schemes.ipynb"
OPTIONS = ("--no-progress-bar", "--log-level", "ERROR")
CHECKS = """from cxrstudy.study.parameters import check_parameters

print(check_parameters())"""


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    """A notebook with the parameters that experiments have, which only checks them."""
    source = nbformat.read(SCHEMES, as_version=4)
    parameters = [c for c in source.cells if "parameters" in c.metadata.get("tags", [])]
    source.cells = [*parameters, nbformat.v4.new_code_cell(CHECKS)]
    nbformat.write(source, tmp_path / "in.ipynb")
    return tmp_path / "in.ipynb"


def refused(notebook: Path, output: Path, *parameters: str) -> str:
    """What papermill's command, called in this process, says of a notebook that fails."""
    command = [str(notebook), str(output), "--cwd", str(ROOT), *OPTIONS, *parameters]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # papermill's own
        done = CliRunner().invoke(papermill, command)
    assert done.exit_code != 0
    return str(done.exception)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (("-p", "seeds", "many"), "seeds = 'many' is a str, not a int; legal: 1 to 20"),
        (("-p", "cohort", "moon"), "parameter cohort = 'moon' is none of cohen, confounded, "),
        (
            ("-f", str(ROOT / "profiles" / "quick.yaml"), "-p", "phantom_seed", "7"),
            "parameter phantom_seed differs from ",
        ),
    ],
)
def test_an_illegal_parameter_is_refused_with_what_is_legal(
    checks: Path, tmp_path: Path, parameters: tuple[str, ...], said: str
) -> None:
    assert said in refused(checks, tmp_path / "out.ipynb", *parameters)


@pytest.mark.slow
def test_an_experiment_stops_at_an_illegal_parameter_before_it_computes_anything(
    tmp_path: Path,
) -> None:
    output = tmp_path / "out.ipynb"
    said = refused(SCHEMES, output, "-p", "seeds", "50")
    assert "seeds = 50 is out of range; legal: 1 to 20" in said
    # papermill puts the error above all cells; then only the parameters have been executed.
    executed = [c for c in nbformat.read(output, as_version=4).cells if c.get("execution_count")]
    assert [cell.metadata["tags"] for cell in executed[:2]] == [
        ["parameters"],
        ["injected-parameters"],
    ]
    assert "check_parameters()" in executed[2].source
    assert len(executed) == 3


OPEN = ROOT / "notebooks" / "11_open_training.ipynb"
LOADERS = ROOT / "notebooks" / "12_loaders_and_metrics.ipynb"


@pytest.fixture
def executed(
    small: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """Execute the code cells of a page here, on the small study; return its variables."""
    monkeypatch.setattr("cxrstudy.notebook.Study", lambda *_: small.study)
    monkeypatch.setattr("cxrstudy.notebook.check_parameters", lambda: None)
    monkeypatch.chdir(tmp_path)

    def execute(page: Path, **parameters: str) -> dict[str, Any]:
        first, *others = code_of(page)
        names: dict[str, Any] = {}
        exec(first, names)
        names |= parameters
        with in_this_process():
            for source in others:
                exec(compile(source, str(page), "exec"), names)
        plt.close("all")
        return names

    return execute


def code_of(page: Path) -> list[str]:
    cells = nbformat.read(page, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def test_the_training_in_the_open_is_the_recorded_one(executed: Callable[..., Any]) -> None:
    _, *others = code_of(OPEN)
    lines = [line for source in others for line in source.splitlines() if line.strip()]
    assert len(lines) <= 60
    names = executed(OPEN, arm="(0.2, 1)")
    assert names["same_weights"] is True
    assert names["same_scores"] is True


def test_the_page_of_loaders_and_metrics_measures_what_scikit_learn_measures(
    executed: Callable[..., Any],
) -> None:
    names = executed(LOADERS)
    for measure, value in some(names["theirs"].items()):
        assert names["ours"][measure] == pytest.approx(value, abs=1e-12)


# --- Processes of papermill's own ---------------------------------------------------------------


def start(notebook: Path, output: str, *parameters: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "papermill", *OPTIONS]
    return subprocess.Popen(
        [*command, str(notebook), str(notebook.with_name(output)), *parameters],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def printed(notebook: Path, output: str) -> str:
    cells = nbformat.read(notebook.with_name(output), as_version=4).cells
    [text] = [shown.text for shown in cells[-1].outputs if shown.output_type == "stream"]
    return str(text)


@pytest.mark.slow
def test_several_at_once_all_end_one_with_a_profiles_file_as_it_stands(checks: Path) -> None:
    given: dict[str, tuple[str, ...]] = {
        "1.ipynb": ("-p", "seeds", "3"),
        "2.ipynb": ("-f", "profiles/standard.yaml", "-p", "seeds", "2"),
    }
    processes = [start(checks, output, *parameters) for output, parameters in given.items()]
    for process in some(processes):
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    quick, standard = (printed(checks, output) for output in given)
    assert quick == f"{ {'profile': 'quick', 'cohort': 'phantom', 'seeds': 3} }\n"
    assert standard == f"{ {'profile': 'standard', 'cohort': 'phantom', 'seeds': 2} }\n"
