"""Commands: ``cxrstudy``, called as from a shell, in this process."""

from types import SimpleNamespace

from typer.testing import CliRunner

from cxrstudy import cli


def cxrstudy(*arguments: object) -> SimpleNamespace:
    """Run a command; an error that it does not explain is raised."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return SimpleNamespace(status=result.exit_code, out=result.stdout, err=result.stderr)
