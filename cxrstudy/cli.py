"""The command line: ``cxrstudy``. Each command calls one function of the package and prints.

What a command needs is imported when it runs, so that asking for help takes no torch and no tables.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from cxrstudy import __version__, places

if TYPE_CHECKING:
    from cxrstudy.data_set import DataSet
    from cxrstudy.fetch import Outcome


class _Plain(TyperGroup):
    """Commands that end with a message, no traceback, where this package raised the error."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            typer.echo("cxrstudy: stopped; run the same command again to go on", err=True)
            raise typer.Exit(130) from None
        except (ValueError, RuntimeError, FileNotFoundError) as error:
            if not _is_ours(error):
                raise
            typer.echo(f"cxrstudy: {error}", err=True)
            raise typer.Exit(1) from None


def _is_ours(error: Exception) -> bool:
    """Whether this package raised an error, with a message meant to be read."""
    if type(error).__module__.split(".")[0] == "cxrstudy":
        return True
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    module = frame.tb_frame.f_globals.get("__name__", "") if frame else ""
    return str(module).split(".")[0] == "cxrstudy"


app = typer.Typer(
    cls=_Plain, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="Transfer learning for COVID-19 in chest radiographs: data, audit and records.",
)  # fmt: skip
data = typer.Typer(no_args_is_help=True, help="Sets of radiographs: list, find, fetch, verify.")
app.add_typer(data, name="data")

_Set = Annotated[str, typer.Argument(metavar="SET", help="A name that `cxrstudy data list` shows.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cxrstudy {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Transfer learning for COVID-19 in chest radiographs: data, audit and records."""


# --- data ---------------------------------------------------------------------------------------


@data.command("list")
def list_sets(json_wanted: _Json = False) -> None:
    """Show every set: images, how many are in the data folder, licence, access."""
    from cxrstudy.data_set import names, open_set

    rows = [_listed(open_set(name)) for name in names()]
    if json_wanted:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    typer.echo(_table(rows))
    typer.echo(
        f"\npresent: files in {places.data()}, unread. publishable: images whose licence lets a "
        "figure show them;\nthe others may be used here, and are left out of what is published."
    )


@data.command("where")
def where_is(name: _Set) -> None:
    """Say where a set comes from, how to get it, and where its files are expected."""
    from cxrstudy.data_set import open_set, where

    typer.echo("\n".join(where(open_set(name))))


@data.command("fetch")
def fetch_set(
    name: _Set,
    mirror: Annotated[
        str, typer.Option(help="Folder or URL that holds REPOSITORY/COMMIT/PATH, as the host does.")
    ] = "",
    workers: Annotated[int, typer.Option(min=1, max=16, help="Connections at a time.")] = 4,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the originals; else the data folder.")
    ] = None,
    timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds that a server may stay silent.")
    ] = 30,
    retries: Annotated[int, typer.Option(min=0, max=10, help="Further tries a file.")] = 3,
) -> None:
    """Fetch the originals of a set, each checked by SHA-256; run it again to go on.

    A file is given up after ten times the timeout, however steadily it drips. After 20 failures of
    the server in a row the rest is not tried.
    """
    from cxrstudy.data_set import open_set
    from cxrstudy.fetch import Manners, fetch

    folder = (to or places.data()).resolve()
    manners = Manners(connections=workers, timeout=timeout, deadline=10 * timeout, retries=retries)
    outcomes = fetch(open_set(name), folder, mirror, manners)
    fates = Counter(outcome.fate for outcome in outcomes)
    _explain([outcome for outcome in outcomes if outcome.failed])
    failed = len(outcomes) - fates["arrived"] - fates["kept"]
    typer.echo(
        f"{name}: {fates['arrived']:,} arrived, {fates['kept']:,} were there, {failed:,} failed; "
        f"in {folder}"
    )
    if failed:
        typer.echo("To go on, run the same command again: what is right is kept.", err=True)
        raise typer.Exit(1)


@data.command("verify")
def verify_set(
    name: _Set,
    at: Annotated[Path | None, typer.Option(help="Folder; else the data folder.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Files read at a time.")] = 2,
    json_wanted: _Json = False,
) -> None:
    """Hash every file of a set; exit status 1 when one is wrong or missing."""
    from cxrstudy.data_set import open_set
    from cxrstudy.verify import verify

    found = verify(open_set(name), (at or places.data()).resolve(), workers)
    summary = found.summary()
    typer.echo(json.dumps(summary, indent=2, ensure_ascii=False) if json_wanted else _read(summary))
    if not found.good:
        raise typer.Exit(1)


def _listed(data_set: DataSet) -> dict[str, object]:
    from cxrstudy.licence import publishable

    card, images = data_set.card, data_set.images
    known = images is not None
    return {
        "name": card.name,
        "images": len(images) if images is not None else card.counts.get("images"),
        "present": data_set.present(places.data()) if known else None,
        "publishable": sum(publishable(i.licence) for i in images) if images is not None else None,
        "access": card.access,
        "licence": " ".join(card.licence.split()),
        "title": " ".join(card.title.split()),
    }


def _explain(failures: Sequence[Outcome]) -> None:
    """Name each failed file and why, what was not tried by its number, and what to do."""
    from cxrstudy.fetch import ADVICE

    fates = Counter(failure.fate for failure in failures)
    for failure in failures:
        if failure.fate != "not tried":
            typer.echo(f"{failure.fate}: {failure.path}: {failure.detail}", err=True)
    for fate, number in fates.items():
        typer.echo(f"{number:,} {fate}: {ADVICE[fate]}", err=True)


def _read(summary: dict[str, Any]) -> str:
    """Write a verification for people."""
    wrong = [f"wrong: {path}" for path in summary["wrong"]]
    missing = [f"missing: {path}" for path in summary["missing"]]
    states = ", ".join(f"{number:,} {state}" for state, number in summary["counts"].items())
    of = f"{summary['set']}: {summary['images']:,} images in {summary['folder']}: {states}"
    licences = [
        {**row, "publishable": "yes" if row["publishable"] else "no"} for row in summary["licences"]
    ]
    return "\n".join([*wrong, *missing, of, "", _table(licences)])


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """Align rows under the names of their columns; numbers to the right, what is unknown as -."""
    if not rows:
        return "nothing"
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [any(isinstance(row[name], int) for row in rows) for name in rows[0]]
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
    return f"{value:,}" if isinstance(value, int) else str(value)


# --- audit and records --------------------------------------------------------------------------


@app.command("audit")
def audit_cohort(
    cohort: Annotated[str, typer.Argument(metavar="COHORT", help="phantom, open or covidx.")],
    profile: Annotated[str, typer.Option(help="Sizes and budgets.")] = "quick",
    json_wanted: _Json = False,
) -> None:
    """Check a cohort for leaks, copies and shortcuts."""
    from cxrstudy.audit import as_json, as_table, exit_status, run_audit

    outcomes = run_audit(cohort, profile)
    typer.echo(
        as_json(outcomes) if json_wanted else _findings(as_table(outcomes).to_dict("records"))
    )
    raise typer.Exit(exit_status(outcomes))


def _findings(outcomes: Sequence[dict[str, Any]]) -> str:
    """Write what an audit found: a line a check, then what was seen where a reader has to know."""
    lines = [{name: o[name] for name in ("code", "state", "count", "title")} for o in outcomes]
    told = [o for o in outcomes if o["state"] not in ("pass", "not applicable")]
    texts = [f"{o['code']} {o['title']}\n  {o['detail']}\n  {o['advice']}" for o in told]
    return "\n\n".join([_table(lines), *texts])


@app.command("show")
def show_run(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The beginning of a run's id.")],
    json_wanted: _Json = False,
) -> None:
    """Print the record of a run."""
    import yaml

    from cxrstudy import store

    records = places.runs() / "store"
    record = store.read(records, store.find(records, run))
    if json_wanted:
        typer.echo(record.model_dump_json(indent=2))
        return
    text = yaml.safe_dump(record.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    typer.echo(text, nl=False)


if __name__ == "__main__":
    sys.exit(app())
