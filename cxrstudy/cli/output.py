"""Output: shared by all commands: errors without a traceback, text tables."""

import codecs
import errno
import json
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cxrstudy import __version__
from cxrstudy.base import extras, numbers, places
from cxrstudy.base.standard_json import json_text

#: What a disk that is full or can't be written to answers, at any place that a command writes to.
_DISK = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
)  # fmt: skip


class Plain(TyperGroup):
    """Commands that print only a message, no traceback, for errors raised by this package."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, with the folders made absolute once for all that it starts."""
        _write_any_character()
        try:
            with places.settled():
                return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            typer.echo("cxrstudy: stopped; run the same command again to continue", err=True)
            raise typer.Exit(130) from None
        except ImportError as error:
            advice = extras.advice(error)
            if advice is None:
                raise
            typer.echo(f"cxrstudy: {advice}", err=True)
            raise typer.Exit(1) from None
        except OSError as error:
            if error.errno not in _DISK and not (
                isinstance(error, FileNotFoundError) and _is_ours(error)
            ):
                raise
            typer.echo(f"cxrstudy: {_of_disk(error)}", err=True)
            raise typer.Exit(1) from None
        except (ValueError, RuntimeError) as error:
            if not _is_ours(error):
                raise
            typer.echo(f"cxrstudy: {error}", err=True)
            raise typer.Exit(1) from None


def json_for_terminal(value: Any) -> str:
    """JSON with ASCII only, unless the terminal or the pipe takes UTF-8: no character is lost."""
    text = json_text(value)
    if codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8":
        return text
    return json.dumps(json.loads(text), indent=2)


def _write_any_character() -> None:
    """Write ? for a character that the terminal's encoding lacks, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _of_disk(error: OSError) -> str:
    """Say what a disk answered, and what to do."""
    if error.errno not in _DISK:
        return str(error)
    where = error.filename or places.runs()
    return (
        f"{where}: {error.strerror}; free some space, or make the folder one that you can write "
        "to, and run the same command again"
    )


def _is_ours(error: Exception) -> bool:
    """Whether this package raised an error."""
    if type(error).__module__.split(".")[0] == "cxrstudy":
        return True
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    module = frame.tb_frame.f_globals.get("__name__", "") if frame else ""
    return str(module).split(".")[0] == "cxrstudy"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cxrstudy {__version__}\ncode: {places.PACKAGE}\nproject: {_project()}")
        raise typer.Exit


def _project() -> str:
    """Folder of the project that commands use. It may belong to another checkout than the code."""
    try:
        return str(places.root())
    except places.PlaceError as error:
        return str(error)


def print_version(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print version, code and project."
        ),
    ] = False,
) -> None:
    """Print the version if the option is given."""


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Format rows as a text table with column names; numbers right-aligned, None as -."""
    if not rows:
        return "nothing"
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [any(isinstance(row[name], int | float) for row in rows) for name in rows[0]]
    lines = (
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    )
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return numbers.count(value)
    return numbers.level(value, reason="-") if isinstance(value, float) else str(value)
