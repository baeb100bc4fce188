"""The experiments' notebooks, as papermill starts them."""

import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from papermill.cli import papermill

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
        (("-p", "seed", "5"), "unknown parameter seed; this notebook has: profile, cohort, seeds"),
        (("-p", "seeds", "many"), "seeds = 'many' is a str, not a int; legal: 1 to 20"),
        (("-p", "cohort", "moon"), "cohort = 'moon' is not a legal value; legal: phantom or open"),
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


# --- Processes of papermill's own ---------------------------------------------------------------


def start(notebook: Path, output: str, *parameters: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "papermill", *OPTIONS]
    return subprocess.Popen(
        [*command, str(notebook), str(notebook.with_name(output)), *parameters],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def printed(notebook: Path, output: str) -> str:
    cells = nbformat.read(notebook.with_name(output), as_version=4).cells
    return str(cells[-1].outputs[0].text)


@pytest.mark.slow
def test_several_at_once_all_end_one_with_a_profiles_file_as_it_stands(checks: Path) -> None:
    given: dict[str, tuple[str, ...]] = {
        "1.ipynb": ("-p", "seeds", "3"),
        "2.ipynb": ("-f", "profiles/standard.yaml", "-p", "seeds", "2"),
    }
    processes = [start(checks, output, *parameters) for output, parameters in given.items()]
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    quick, standard = (printed(checks, output) for output in given)
    assert quick == f"{ {'profile': 'quick', 'cohort': 'phantom', 'seeds': 3} }\n"
    assert standard == f"{ {'profile': 'standard', 'cohort': 'phantom', 'seeds': 2} }\n"
