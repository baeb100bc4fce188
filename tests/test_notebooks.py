"""The experiments' notebooks, as papermill starts them from the command line."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]


def papermill(tmp_path: Path, *parameters: str) -> str:
    """Start a notebook with illegal parameters and return what the command says."""
    command = [sys.executable, "-m", "papermill", "notebooks/06_sequential_schemes.ipynb"]
    done = subprocess.run(
        [*command, str(tmp_path / "out.ipynb"), *parameters],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (("-p", "seed", "5"), "unknown parameter seed; this notebook has: profile, cohort, seeds"),
        (("-p", "seeds", "50"), "seeds = 50 is out of range; legal: 1 to 20"),
        (("-p", "seeds", "many"), "seeds = 'many' is a str, not a int; legal: 1 to 20"),
        (("-p", "cohort", "moon"), "cohort = 'moon' is not one of them; legal: phantom or open"),
    ],
)
def test_an_illegal_parameter_stops_the_notebook_and_says_what_is_legal(
    tmp_path: Path, parameters: tuple[str, ...], said: str
) -> None:
    assert said in papermill(tmp_path, *parameters)


# --- Papermill alone, on a notebook that only checks its parameters -----------------------------

CHECKS = """from cxrstudy.study.parameters import check_parameters

print(check_parameters())"""


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with the parameters that experiments have."""
    source = nbformat.read(ROOT / "notebooks" / "06_sequential_schemes.ipynb", as_version=4)
    parameters = [c for c in source.cells if "parameters" in c.metadata.get("tags", [])]
    source.cells = [*parameters, nbformat.v4.new_code_cell(CHECKS)]
    nbformat.write(source, tmp_path / "in.ipynb")
    return tmp_path / "in.ipynb"


def start(notebook: Path, output: str, *parameters: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--log-level", "ERROR"]
    return subprocess.Popen(
        [*command, str(notebook), str(notebook.with_name(output)), *parameters],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def printed(notebook: Path, output: str) -> str:
    cells = nbformat.read(notebook.with_name(output), as_version=4).cells
    return str(cells[-1].outputs[0].text)


def test_a_profiles_file_may_be_given_as_it_stands(notebook: Path) -> None:
    process = start(notebook, "out.ipynb", "-f", "profiles/standard.yaml", "-p", "seeds", "2")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    expected = {"profile": "standard", "cohort": "phantom", "seeds": 2}
    assert printed(notebook, "out.ipynb") == f"{expected}\n"


def test_a_profiles_value_can_not_be_changed_from_outside(notebook: Path) -> None:
    changed = ("-f", "profiles/quick.yaml", "-p", "phantom_seed", "7")
    _, said = start(notebook, "out.ipynb", *changed).communicate(timeout=300)
    assert "parameter phantom_seed is not what " in said
    assert "write a profile of your own into profiles/" in said


def test_several_at_once_in_a_loop_over_a_parameter_all_end(notebook: Path) -> None:
    counts = range(1, 4)
    processes = [start(notebook, f"{n}.ipynb", "-p", "seeds", str(n)) for n in counts]
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    assert [f"'seeds': {n}" in printed(notebook, f"{n}.ipynb") for n in counts] == [True] * 3
