"""CXR118: files whose name says another format than their content."""

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers

CODE, TITLE = "CXR118", "file names that say another format than the content"

#: Endings of each format, as sniffed.
ENDINGS = {
    "PNG": ("png",),
    "JPEG": ("jpg", "jpeg", "jpe", "jfif"),
    "TIFF": ("tif", "tiff"),
    "JPEG 2000": ("jp2", "j2k", "jpx", "j2c"),
    "DICOM": ("dcm", "dicom", "dic", "ima", ""),
}


def check(evidence: Evidence) -> CheckResult:
    """Compare the ending of each file's name with the format of its content.

    A PNG made from a JPEG holds what JPEG left; the name does not say so, and neither does this
    check.
    """
    images, files = evidence.images, evidence.files
    rows = []
    for place, (path, content) in enumerate(zip(images["path"], files["format"], strict=True)):
        ending = _ending(path)
        if content and ending not in ENDINGS.get(content, ()):
            what = f"the name ends in {ending or 'nothing'}, the content is {content}"
            at = images.iloc[place]
            rows.append(row(what, ", ".join(at["roles"]), str(at["manifest"]), str(at["id"])))
    known = int((files["format"] != "").sum())
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass" if known else "not applicable", len(rows),
        row_table(rows),
        f"{numbers.count(len(rows))} of {numbers.count(known)} files have another format than "
        "their name says.",
        "Rename them; until then no program may go by the ending." if rows else "Nothing to do.",
    )  # fmt: skip


def _ending(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[1].lower() if "." in name else ""
