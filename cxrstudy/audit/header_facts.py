"""CXR120: what DICOM headers say that isn't so in a frontal radiograph of a chest, and alpha."""

from collections import Counter

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base.words import counted
from cxrstudy.pixels.header_facts import CODES

CODE, TITLE = "CXR120", "odd facts in DICOM headers"
ADVICE = "Look at these images; exclude what is no frontal radiograph of a chest."


def check(evidence: Evidence) -> CheckResult:
    """Report what is odd in the header of each file, by its code, such as ``header-annotation``.

    Codes are about modality, body part, view, orientation, raw images, contradictions, laterality,
    burnt-in text, pixels that aren't square, frames, a missing preamble, and windows and tables
    that can't be used; ``alpha`` is an image of another format that lies under transparency.
    """
    images, files = evidence.images, evidence.files
    rows, codes = [], Counter[str]()
    columns = (images[name] for name in ("roles", "manifest", "id"))
    for notes, roles, manifest, image in zip(files["notes"], *columns, strict=True):
        for code, text in notes:
            codes[code] += 1
            rows.append(row(f"{code}: {text}", ", ".join(roles), str(manifest), str(image)))
    headers = int((files["format"] == "DICOM").sum())
    told = {code: count for code, count in sorted(codes.items()) if code in CODES}
    others = {code: count for code, count in sorted(codes.items()) if code not in CODES}
    detail = (
        f"Of {counted(headers, 'DICOM file')}: {_listed(told) or 'nothing odd'}." if headers
        else "No file is in DICOM."
    )  # fmt: skip
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass" if headers else "not applicable", len(rows),
        row_table(rows),
        f"{detail} Of other files: {_listed(others)}." if others else detail,
        ADVICE if rows
        else "Nothing to do.",
    )  # fmt: skip


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{code} {count}" for code, count in counts.items())
