"""CXR118: files whose name says another format than their content."""

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.pixels.endings import ENDINGS

CODE, TITLE = "CXR118", "file names that say another format than the content"
ADVICE = "Rename them; until then no program may go by the ending."


def check(evidence: Evidence) -> CheckResult:
    """Compare the ending of each file's name with the format of its content.

    A PNG made from a JPEG holds what JPEG left; the name does not say so, and neither does this
    check.
    """
    images, files = evidence.images, evidence.files
    rows = []
    for place, (path, content) in enumerate(zip(images["path"], files["format"], strict=True)):
        ending = _ending(path)
        is_bare_dicom = content == "DICOM" and not ending
        if content and not is_bare_dicom and ending not in ENDINGS.get(content, ()):
            what = f"the name ends in {ending or 'nothing'}, the content is {content}"
            at = images.iloc[place]
            rows.append(row(what, ", ".join(at["roles"]), str(at["manifest"]), str(at["id"])))
    known = int((files["format"] != "").sum())
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass" if known else "not applicable", len(rows),
        row_table(rows),
        "Files of another format than their name says: "
        f"{numbers.count(len(rows))} of {numbers.count(known)}.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip


def _ending(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1].lower() if "." in name else ""
