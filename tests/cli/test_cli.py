"""The commands together: what ``--help`` and ``--version`` say, and what they need not load."""

import subprocess
import sys
from pathlib import Path

import pytest

from cxrstudy import __version__
from cxrstudy.base import places
from tests.support.commands import cxrstudy
from tests.support.project import use
from tests.support.some import some


def test_help_takes_neither_torch_nor_tables() -> None:
    program = (
        "import sys; from typer.testing import CliRunner; from cxrstudy.cli import app;"
        "result = CliRunner().invoke(app, ['data', '--help']); assert result.exit_code == 0;"
        "print(*{'torch', 'pandas', 'requests', 'pooch'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (shown.returncode, shown.stdout.strip()) == (0, "")


@pytest.mark.parametrize(
    ("group", "commands"),
    [
        ((), ["data", "audit", "plan", "run", "status", "why", "show", "compare", "predict"]),
        (("data",), ["list", "where", "fetch", "verify"]),
        (("store",), ["check", "prune"]),
        (("results",), ["write", "list", "stamp"]),
    ],
)
def test_help_names_every_command_and_each_has_help_of_its_own(
    group: tuple[str, ...], commands: list[str]
) -> None:
    shown = cxrstudy(*group, "--help").out
    for command in some(commands):
        assert command in shown
        assert cxrstudy(*group, command, "--help").status == 0


def test_the_version_is_that_of_the_package_and_says_which_code_and_project_meet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = use(monkeypatch, tmp_path)
    lines = [f"cxrstudy {__version__}", f"code: {places.PACKAGE}", f"project: {project}"]
    assert cxrstudy("--version").out.splitlines() == lines
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(tmp_path / "nowhere"))
    shown = cxrstudy("--version")
    assert shown.status == 0
    assert f"project: CXRSTUDY_PROJECT={tmp_path}/nowhere names no project" in shown.out
