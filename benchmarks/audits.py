"""Audit the cohorts that recorded results are of, as the profile of those results has them.

Run from the project's root: ``CXRSTUDY_DATA=DIR python benchmarks/audits.py``, where DIR holds the
reduced sets. It writes ``benchmarks/audits.csv``, one row per cohort and check that found an issue
or a note, or could not check everything: ``cohort``, ``profile``, and the columns of
:func:`cxrstudy.audit.as_table`. No image and no patient is named in it. Chapter Data audit shows
it beside the audit of its own cohort, because verdicts rest on these sets, not on that one.
"""

from pathlib import Path

import pandas as pd

from cxrstudy.audit import as_table, run_audit
from cxrstudy.verdicts import results

TABLE = Path(__file__).with_suffix(".csv")


def judged_sets() -> list[tuple[str, str]]:
    """Cohorts and profiles of results that were registered, each cohort once."""
    made = [results.facts(folder) for folder in results.folders()]
    registered = {each.cohort: each.profile for each in made if each.registration}
    whole = {each.cohort: each.profile for each in made if each.registration and _is_whole(each)}
    return sorted((registered | whole).items())


def _is_whole(made: results.Results) -> bool:
    """Whether results are not those at half the steps, which have the same images."""
    return not made.profile.endswith("halved")


def main() -> None:
    """Audit each set, and write the table."""
    tables = []
    for cohort, profile in judged_sets():
        found = as_table(run_audit(cohort, profile))
        told = (found["state"].isin(["issue", "note"])) | (found["unchecked"] != "")
        tables.append(found[told].assign(cohort=cohort, profile=profile))
    table = pd.concat(tables, ignore_index=True)
    first = ["cohort", "profile"]
    table[[*first, *table.columns.drop(first)]].to_csv(TABLE, index=False)


if __name__ == "__main__":
    main()
