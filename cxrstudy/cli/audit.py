"""``cxrstudy audit``: check a cohort."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cxrstudy.cli.options import Json, Profile
from cxrstudy.cli.output import table


def audit_cohort(
    cohort: Annotated[
        str, typer.Argument(metavar="COHORT", help="A file of data_manifests/cohorts.")
    ],
    profile: Profile = "quick",
    json_wanted: Json = False,
) -> None:
    """Check a cohort for patient leaks, duplicates and shortcuts."""
    from cxrstudy.audit import as_json, as_table, exit_status, run_audit

    outcomes = run_audit(cohort, profile)
    typer.echo(
        as_json(outcomes) if json_wanted else _findings(as_table(outcomes).to_dict("records"))
    )
    raise typer.Exit(exit_status(outcomes))


def _findings(outcomes: Sequence[dict[str, Any]]) -> str:
    """Write the results of an audit: one line per check, then what was found or not checked."""
    lines = [{name: o[name] for name in ("code", "state", "count", "title")} for o in outcomes]
    told = [o for o in outcomes if o["state"] not in ("pass", "not applicable") or o["unchecked"]]
    texts = [f"{o['code']} {o['title']}\n  {o['detail']}\n  {o['advice']}{_rest(o)}" for o in told]
    return "\n\n".join([table(lines), *texts])


def _rest(outcome: dict[str, Any]) -> str:
    return f"\n  Not checked: {outcome['unchecked']}" if outcome["unchecked"] else ""
