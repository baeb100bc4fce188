"""The command line: ``cxrstudy``. Each command calls one function of the package and prints.

A module a group of commands. What a command needs is imported when it runs, so that asking for help
takes no torch and no tables.
"""

import typer

from cxrstudy.cli.audit import audit_cohort
from cxrstudy.cli.data import data
from cxrstudy.cli.output import Plain, print_version
from cxrstudy.cli.show import show_run

SUMMARY = "Transfer learning for COVID-19 in chest radiographs: data, audit and records."

app = typer.Typer(
    cls=Plain, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help=SUMMARY, callback=print_version,
)  # fmt: skip
app.add_typer(data, name="data")
app.command("audit")(audit_cohort)
app.command("show")(show_run)
