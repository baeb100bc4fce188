"""Options: what several commands ask for means the same in each."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cxrstudy.cli import app
from tests.support.some import some


def parameters(command: Any) -> Iterator[Any]:
    """Arguments and options of a command and of those below it."""
    yield from command.params
    for below in getattr(command, "commands", {}).values():
        yield from parameters(below)


@pytest.mark.parametrize(
    ("option", "helps"),
    [
        ("--profile", {"Sizes and budgets: a file of profiles/."}),
        ("--cohort", {"Radiographs: a file of data_manifests/cohorts."}),
        ("--json", {"Print JSON instead of text."}),
    ],
)
def test_an_option_has_one_help_text(option, helps):
    asked = [each for each in parameters(typer.main.get_command(app)) if option in each.opts]
    assert len(asked) > 5
    # `store prune` and `data card` ask for several, or for a file.
    told = {each.help for each in some(asked) if not each.multiple}
    assert told == helps


@pytest.mark.parametrize("command", ["plan", "status", "results write", "design", "register"])
@pytest.mark.parametrize("seeds", ["0", "21"])
def test_seeds_out_of_range_are_refused_before_anything_is_done(command, seeds):
    answer = CliRunner().invoke(app, [*command.split(), "--seeds", seeds])
    assert answer.exit_code == 2
    assert "--seeds" in answer.output
