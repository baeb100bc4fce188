"""BIMCV-COVID19+ and BIMCV-COVID19-: radiographs around a PCR test, from hospitals of Valencia.

The layout is that of the publisher's archives: ``covid19_posi/`` and ``covid19_neg/``, each with
``participants.tsv``, ``derivatives/`` and ``sub-S03044/ses-E06790/mod-rx/*.png``; beside them
``listjoin_ok.tsv``. One of the two folders may be missing.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from cxrstudy.data.sources.labels import (
    SourceError,
    find,
    find_if_any,
    read_text,
    sexes,
    unsplit,
    years,
)  # fmt: skip

#: The labels and their basis.
LABELS = {
    "covid19": "a positive test within days of the image",
    "pneumonia": "pneumonia, atypical pneumonia (of the report)",
    "normal": "normal (of the report, alone)",
}
LICENCE = "BIMCV-COVID19 agreement, research only, no redistribution"

POSITIVE, NEGATIVE = "covid19_posi", "covid19_neg"
OVERLAP = "listjoin_ok.tsv"

#: Days before and after a positive test within which an image counts as COVID-19.
DAYS = 14

_REPORTS = (
    "labels_covid_posi.tsv", "labels_covid19_posi.tsv", "Labels_covid_NEG_JAN21.tsv",
    "labels_SARS-cov-2_nega.tsv",
)  # fmt: skip
_TESTS = ("sil_reg_covid_posi.tsv", "sil_reg_covid.tsv")
_VIEWS = {"pa": "PA", "ap": "AP", "ll": "lateral", "lat": "lateral", "rl": "lateral"}
_PNEUMONIA = frozenset({"pneumonia", "atypical pneumonia"})
_EMPTY = frozenset({"", "unchanged"})


def read(folder: Path, days: int = DAYS) -> pd.DataFrame:
    """List the radiographs of both halves, with labels from tests and reports.

    Parameters
    ----------
    folder
        Folder with ``covid19_posi`` or ``covid19_neg`` or both.
    days
        Maximum number of days between a positive test and an image with the label COVID-19.

    Traps and policies
    ------------------
    - "Positive" refers to a patient, not to an image; some images were taken months from the test.
      If there is a positive test within `days`, the label ``covid19`` is present. Otherwise it is
      unknown, because the infection may not have begun, or may be over.
    - The two halves number patients separately, and share some patients. ``listjoin_ok.tsv`` lists
      them. Such a patient gets the name in the positive half, and ``covid19`` is unknown in the
      negative half, whose tests were not published. Without the list, the halves are not read
      together.
    - Report labels are Python lists as text, with spaces before terms. Some are truncated, and some
      sessions have none: ``pneumonia`` and ``normal`` are unknown there.
    - The projection is taken from the file name (``vp-pa``). DeGrave and colleagues found thirty
      positive files named pa or ap that are lateral.
    - Only ``mod-rx`` is listed (CR and DX), not CT.
    - Files are 16-bit with mixed photometric interpretation.

    Returns
    -------
    Table with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`.
    """
    halves = [name for name in (POSITIVE, NEGATIVE) if (folder / name).is_dir()]
    if not halves:
        raise FileNotFoundError(f"{folder}: neither {POSITIVE} nor {NEGATIVE}; unpack one here")
    shared = _shared(folder, needed=len(halves) == 2)
    table = pd.concat([_one_half(folder, name, shared, days) for name in halves])
    table = table.reset_index(drop=True)
    columns = {"source": "bimcv", "licence": LICENCE, **{name: table[name] for name in table}}
    return unsplit(folder, table.index, columns)


def _one_half(folder: Path, half: str, shared: dict[str, str], days: int) -> pd.DataFrame:
    root = folder / half
    table = _images(root)
    people = _participants(find(root, "participants.tsv"))
    reports = _reports(root)
    tested = half == POSITIVE
    covid = _covid_of_tests(root, table, days) if tested else _covid_negative(table, shared)
    session = table["subject"] + "/" + table["session"]
    return pd.DataFrame({
        "id": f"bimcv/{half}/" + table["file"],
        "path": f"{half}/" + table["path"],
        "patient": [_patient(subject, half, shared) for subject in table["subject"]],
        "view": table["file"].str.extract(r"_vp-([a-z]+)")[0].map(_VIEWS).fillna("unknown"),
        "sex": table["subject"].map(people["sex"]).fillna("unknown"),
        "age": table["subject"].map(people["age"]),
        "labels": [
            "|".join(filter(None, (first, reports.get(name, "?pneumonia|?normal"))))
            for first, name in zip(covid, session, strict=True)
        ],
    })  # fmt: skip


def _images(root: Path) -> pd.DataFrame:
    found = sorted(root.glob("sub-*/ses-*/mod-rx/*.png"))
    if not found:
        raise SourceError(f"{root}: no sub-*/ses-*/mod-rx/*.png; unpack the image archives here")
    rows = [(*path.relative_to(root).parts, path.relative_to(root).as_posix()) for path in found]
    return pd.DataFrame(rows, columns=["subject", "session", "modality", "file", "path"])


def _participants(path: Path) -> pd.DataFrame:
    """Read sex and age by subject. If a cell lists several ages, the age is unknown."""
    table = read_text(path, ["participant", "age", "gender"], "\t").set_index("participant")
    ages = table["age"].map(lambda cell: sorted(set(re.findall(r"\d+", cell))))
    single = ages.map(lambda found: found[0] if len(found) == 1 else "")
    return pd.DataFrame({"sex": sexes(table["gender"]), "age": years(single)})


def _reports(root: Path) -> dict[str, str]:
    """Read label cells of ``pneumonia`` and ``normal`` by ``subject/session``."""
    path = find(root / "derivatives" / "labels", *_REPORTS)
    table = read_text(path, ["PatientID", "ReportID", "Labels"], "\t")
    cells = [_report_cell(cell) for cell in table["Labels"]]
    return dict(zip(table["PatientID"] + "/" + table["ReportID"], cells, strict=True))


def _report_cell(cell: str) -> str:
    try:
        terms = frozenset(str(term).strip() for term in ast.literal_eval(cell)) - _EMPTY
    except (ValueError, SyntaxError, TypeError):
        terms = frozenset()
    if not terms:
        return "?pneumonia|?normal"
    pneumonia = "pneumonia" if terms & _PNEUMONIA else ""
    return "normal" if terms == {"normal"} else pneumonia


def _covid_of_tests(root: Path, table: pd.DataFrame, days: int) -> list[str]:
    path = find(root / "derivatives" / "EHR", *_TESTS)
    tests = read_text(path, ["participant", "date", "result"], "\t")
    tests = tests[tests["result"] == "POSITIVO"]
    when = pd.to_datetime(tests["date"], format="%d.%m.%Y")
    positive = {name: list(dates) for name, dates in when.groupby(tests["participant"])}
    taken = _study_dates(root, table["subject"].unique())
    return [
        _covid(taken.get(f"{row.subject}/{row.session}"), positive.get(row.subject, []), days)
        for row in table.itertuples()
    ]


def _covid(taken: pd.Timestamp | None, positive: list[pd.Timestamp], days: int) -> str:
    near = taken is not None and any(abs((taken - date).days) <= days for date in positive)
    return "covid19" if near else "?covid19"


def _covid_negative(table: pd.DataFrame, shared: dict[str, str]) -> list[str]:
    return ["?covid19" if subject in shared else "" for subject in table["subject"]]


def _study_dates(root: Path, subjects: Iterable[str]) -> dict[str, pd.Timestamp]:
    """Read the dates of sessions, by ``subject/session``."""
    taken: dict[str, pd.Timestamp] = {}
    for subject in subjects:
        path = find_if_any(root / subject, f"{subject}_sessions.tsv")
        if path is not None:
            table = read_text(path, ["session_id", "study_date"], "\t")
            dates = pd.to_datetime(table["study_date"], format="%Y%m%d", errors="coerce")
            named = zip(table["session_id"], dates, strict=True)
            taken |= {f"{subject}/{name}": date for name, date in named if pd.notna(date)}
    return taken


def _shared(folder: Path, needed: bool) -> dict[str, str]:
    """Read the subject in the positive half by the subject in the negative half."""
    path = find_if_any(folder, OVERLAP)
    if path is None and needed:
        raise FileNotFoundError(
            f"{folder}: no {OVERLAP}, so patients in both halves are not known. Put it "
            "there (it is published with the negative half), or use only one half."
        )
    if path is None:
        return {}
    # Three columns under a header that varies: a number, the negative and the positive subject.
    rows = [
        line.split() for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()
    ]
    if any(len(row) != 3 for row in rows):
        raise SourceError(f"{path}: expected three columns: number, negative and positive subject")
    return {negative: positive for _, negative, positive in rows}


def _patient(subject: str, half: str, shared: dict[str, str]) -> str:
    if half == NEGATIVE and subject not in shared:
        return "bimcv-negative-" + subject.removeprefix("sub-")
    return "bimcv-" + shared.get(subject, subject).removeprefix("sub-")
