"""CXR106: children among adults, and sources with unknown ages."""

from cxrstudy.audit.check_result import CannotCheck, CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted

CODE, TITLE = "CXR106", "children among adults, or unknown ages"
ADVICE = (
    "Find out the ages, and report adults alone: children look different, and so do their diseases."
)

#: In years; younger patients are children.
YOUNGEST_ADULT = 18


def check(evidence: Evidence) -> CheckResult:
    """Look for ages below 18 in a cohort that has adults, and for sources without any age.

    Raises
    ------
    CannotCheck
        No age is known.
    """
    images = evidence.images[evidence.images["used"]]
    if images["age"].isna().all():
        raise CannotCheck("No image has a known age.")
    children = images[images["age"] < YOUNGEST_ADULT]
    if not (images["age"] >= YOUNGEST_ADULT).any():
        children = children.iloc[:0]
    rows = [
        row(f"{numbers.plain(image.age)} years", ", ".join(image.roles), image.manifest, image.id)
        for image in children.itertuples()
    ]
    silent = [
        (name, source, table)
        for (name, source), table in images.groupby(["manifest", "source"])
        if table["age"].isna().all()
    ]
    partly = [
        (name, source, table)
        for (name, source), table in images.groupby(["manifest", "source"])
        if table["age"].isna().any() and table["age"].notna().any()
    ]
    rows += [
        row(
            f"no age of {numbers.count(table['age'].isna().sum())} of {numbers.count(len(table))} "
            f"images of {source}",
            ", ".join(table["roles"].iloc[0]),
            name,
        )
        for name, source, table in partly
    ]
    rows += [
        row(f"could not be checked: no age of {numbers.count(len(table))} images of {source}",
            ", ".join(table["roles"].iloc[0]), name)
        for name, source, table in silent
    ]  # fmt: skip
    unknown = int(images["age"].isna().sum())
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass", len(children), row_table(rows),
        f"Images of children among adults: {numbers.count(len(children))}; the age is unknown for "
        f"{numbers.count(unknown)} of {numbers.count(len(images))} images: for all "
        f"images of {counted(len(silent), 'source')}, for a part of those of "
        f"{counted(len(partly), 'source')}.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip
