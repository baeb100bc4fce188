"""The experiments' notebooks, as papermill starts them from the command line."""

import re
import subprocess
import sys
from pathlib import Path

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
