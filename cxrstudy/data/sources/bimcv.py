"""BIMCV-COVID19+ and BIMCV-COVID19-: radiographs around a PCR test, from hospitals of Valencia.

The layout is that of the publisher's archives: ``covid19_posi/`` and ``covid19_neg/``, each with
``participants.tsv``, ``derivatives/`` and ``sub-S03044/ses-E06790/mod-rx/*.png``; beside them
``listjoin_ok.tsv``. One of the two folders may be missing.
"""

from pathlib import Path

import pandas as pd

from cxrstudy.base import places
from cxrstudy.data.sources.labels import (
    Reading,
    find,
    find_if_any,
    not_listed,
    read_text,
    unsplit,
)  # fmt: skip
from cxrstudy.data.sources.terms import BIMCV, SAYS_NOTHING
from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.join import joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError, read_sentences
from cxrstudy.data.tables.terms import term_sets

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
    "labels_SARS-cov-2_nega.tsv", "Labels_covid_123.tsv", "labels_covid_123.tsv",
)  # fmt: skip
_TESTS = (
    "sil_reg_covid_posi.tsv", "sil_reg_covid.tsv", "SIL_REG_COVID_POSI_iter123.txt",
    "sil_reg_covid_posi_iter123.tsv",
)  # fmt: skip
_VIEWS = {"pa": "PA", "ap": "AP", "ll": "lateral", "lat": "lateral", "rl": "lateral"}
_PNEUMONIA = frozenset({"pneumonia", "atypical pneumonia"})
_COVID = frozenset({"COVID 19", "COVID 19 uncertain"})
_UNKNOWN = "?pneumonia|?normal"
#: Results of tests, in lower case; others, such as doubtful ones, are neither.
_POSITIVE, _NEGATIVE = frozenset(("positivo", "positive")), frozenset(("negativo", "negative"))
_CHEST = "chest"


def read(folder: Path, days: int = DAYS) -> Reading:
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
      negative half, whose tests were not published. It is also unknown there if the report speaks
      of COVID-19. Without the list, the halves are not read together.
    - Report labels are Python lists as text, with spaces before terms. Some are truncated, and some
      sessions have none: ``pneumonia`` and ``normal`` are unknown there. So they are if a term is
      none of the publisher's. ``normal`` beside a finding is a contradiction, and unknown.
    - The projection is taken from the file name (``vp-pa``). DeGrave and colleagues found thirty
      positive files named pa or ap that are lateral.
    - Only ``mod-rx`` is listed (CR and DX), not CT. Images of other body parts (``bp-abdomen``) are
      excluded, with the reason.
    - Files are 16-bit with mixed photometric interpretation.

    Returns
    -------
    Rows with columns :data:`cxrstudy.data.sources.labels.UNSPLIT`, and notes.
    """
    halves = [name for name in (POSITIVE, NEGATIVE) if (folder / name).is_dir()]
    if not halves:
        raise FileNotFoundError(f"{folder}: neither {POSITIVE} nor {NEGATIVE}; unpack one here")
    notes = Notes()
    shared = _shared(folder, needed=len(halves) == 2)
    table = pd.concat([_one_half(folder, name, shared, days, notes) for name in halves])
    table = table.reset_index(drop=True)
    columns = {"source": "bimcv", "licence": LICENCE, **{name: table[name] for name in table}}
    return Reading(unsplit(folder, table.index, columns), tuple(notes.found))


def _one_half(
    folder: Path, half: str, shared: dict[str, str], days: int, notes: Notes
) -> pd.DataFrame:
    root = folder / half
    table = _images(root, notes)
    people = _participants(find(root, "participants.tsv"), table["subject"], notes)
    session = table["subject"] + "/" + table["session"]
    reports = _reports(root, session, notes)
    covid = (
        _covid_of_tests(root, table, days, notes)
        if half == POSITIVE
        else _covid_negative(table, reports["covid"], shared)
    )
    return pd.DataFrame({
        "id": f"bimcv/{half}/" + table["file"],
        "path": f"{half}/" + table["path"],
        "patient": [_patient(subject, half, shared) for subject in table["subject"]],
        "view": table["file"].str.extract(r"_vp-([a-z]+)")[0].map(_VIEWS).fillna("unknown"),
        "sex": people["sex"].fillna("unknown"),
        "age": people["age"],
        "labels": [
            "|".join(filter(None, cells)) for cells in zip(covid, reports["labels"], strict=True)
        ],
        "excluded": _other_parts(table["file"]),
    })  # fmt: skip


def _images(root: Path, notes: Notes) -> pd.DataFrame:
    lying = [path for path in places.visible(root, "sub-*/ses-*/mod-rx/*") if path.is_file()]
    found = sorted(path for path in lying if path.suffix.lower() == ".png")
    if not found:
        raise TableError(f"{root}: no sub-*/ses-*/mod-rx/*.png; unpack the image archives here")
    rest = (path for path in set(lying) - set(found) if path.suffix.lower() != ".json")
    not_listed(root, rest, "files beside the images are no .png, and are not read", notes,
               len(lying))  # fmt: skip
    rows = [(*path.relative_to(root).parts, path.relative_to(root).as_posix()) for path in found]
    return pd.DataFrame(rows, columns=["subject", "session", "modality", "file", "path"])


def _other_parts(files: "pd.Series[str]") -> "pd.Series[str]":
    """Why an image is not used: its file's name says that it shows another body part."""
    part = files.str.extract(r"_bp-([a-z]+)")[0].fillna(_CHEST)
    return ("named after another body part: " + part).where(part != _CHEST, "")


def _participants(path: Path, subjects: "pd.Series[str]", notes: Notes) -> pd.DataFrame:
    """Look up sex and age by subject. If a cell lists several ages, the age is unknown."""
    table = read_text(path, ["participant", "age", "gender"], "\t")
    table = unique_by(table, ["participant"], path, notes)
    about = pd.DataFrame({
        "sex": values.sexes(Column.of(path, table, "gender"), notes),
        "age": values.years(Column.of(path, table, "age"), notes),
    })  # fmt: skip
    return joined(subjects, about.set_axis(table["participant"]), path, "subjects", notes)


def _reports(root: Path, sessions: "pd.Series[str]", notes: Notes) -> pd.DataFrame:
    """Label cells of ``pneumonia`` and ``normal``, and whether the report speaks of COVID-19."""
    path = find(root / "derivatives" / "labels", *_REPORTS)
    table = read_text(path, ["PatientID", "ReportID", "Labels"], "\t")
    table = unique_by(table, ["PatientID", "ReportID"], path, notes)
    cells = Column.of(path, table, "Labels")
    terms = term_sets(cells, BIMCV)
    unread = terms.isna() & ~cells.blank
    cells.note(
        notes, unread, "is no list of the publisher's terms; pneumonia and normal are unknown"
    )
    known = pd.DataFrame({
        "labels": [_report_cell(given) for given in terms],
        "covid": cells.cells.str.contains("covid", case=False),
    })  # fmt: skip
    known = known.set_axis(table["PatientID"] + "/" + table["ReportID"])
    found = joined(sessions, known, path, "sessions", notes)
    return pd.DataFrame({
        "labels": found["labels"].fillna(_UNKNOWN), "covid": found["covid"].eq(True),
    })  # fmt: skip


def _report_cell(terms: frozenset[str] | None) -> str:
    told = (terms or frozenset()) - SAYS_NOTHING
    if not told:
        return _UNKNOWN
    pneumonia = "pneumonia" if told & _PNEUMONIA else ""
    if "normal" not in told:
        return pneumonia
    return "normal" if told == {"normal"} else "|".join(filter(None, (pneumonia, "?normal")))


def _covid_of_tests(root: Path, table: pd.DataFrame, days: int, notes: Notes) -> list[str]:
    path = find(root / "derivatives" / "EHR", *_TESTS)
    tests = read_text(path, ["participant", "date", "result"], "\t")
    result = Column(path, "result", tests["result"].str.casefold())
    is_positive = result.cells.isin(_POSITIVE)
    result.note(notes, ~is_positive & ~result.cells.isin(_NEGATIVE),
                "is neither positive nor negative, and counts as neither")  # fmt: skip
    when = values.dates(Column.of(path, tests, "date"), notes)[is_positive]
    subjects = tests["participant"]
    tested = pd.DataFrame(index=pd.Index(subjects.unique()))
    joined(table["subject"], tested, path, "subjects", notes)
    positive = {name: list(dates.dropna()) for name, dates in when.groupby(subjects[is_positive])}
    taken = _study_dates(root, table, notes)
    return [
        _covid(day, positive.get(subject, []), days)
        for day, subject in zip(taken, table["subject"], strict=True)
    ]


def _covid(taken: pd.Timestamp, positive: list[pd.Timestamp], days: int) -> str:
    near = pd.notna(taken) and any(abs((taken - date).days) <= days for date in positive)
    return "covid19" if near else "?covid19"


def _covid_negative(
    table: pd.DataFrame, reported: "pd.Series[bool]", shared: dict[str, str]
) -> list[str]:
    doubtful = table["subject"].isin(list(shared)) | reported
    return ["?covid19" if doubt else "" for doubt in doubtful]


def _study_dates(root: Path, table: pd.DataFrame, notes: Notes) -> "pd.Series[pd.Timestamp]":
    """Date of each image's session; NaT if it is not known."""
    dates: dict[str, pd.Timestamp] = {}
    for subject in table["subject"].unique():
        path = find_if_any(root / subject, f"{subject}_sessions.tsv")
        if path is not None:
            sessions = read_text(path, ["session_id", "study_date"], "\t")
            sessions = unique_by(sessions, ["session_id"], path, notes)
            days = values.dates(Column.of(path, sessions, "study_date"), notes)
            names = subject + "/" + sessions["session_id"]
            dates |= dict(zip(names, days, strict=True))
    session = table["subject"] + "/" + table["session"]
    taken = session.map(dates)
    notes.add(root, "images have a session without a date in sub-*_sessions.tsv, so that COVID-19 "
              "is unknown", session[taken.isna()], len(session))  # fmt: skip
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
    shared: dict[str, str] = {}
    for row, line in read_sentences(path)[1:]:
        cells = line.split()
        if len(cells) != 3 or not all(cell.startswith("sub-") for cell in cells[1:]):
            raise TableError(
                f"{path}, row {row}: expected three columns: number, negative and positive subject "
                "(sub-S00000)"
            )
        _, negative, positive = cells
        if shared.setdefault(negative, positive) != positive:
            raise TableError(
                f"{path}, row {row}: {negative} is {positive} here, and {shared[negative]} in an "
                "earlier row; find out which is right, and delete the other"
            )
    return shared


def _patient(subject: str, half: str, shared: dict[str, str]) -> str:
    if half == NEGATIVE and subject not in shared:
        return "bimcv-negative-" + subject.removeprefix("sub-")
    return "bimcv-" + shared.get(subject, subject).removeprefix("sub-")
