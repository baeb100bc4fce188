"""Rules: cells of a manifest that would mean something else are refused, with row and column."""

import unicodedata

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.manifest import COLUMNS, ManifestError, check_manifest, read_manifest
from cxrstudy.data.rules import wrong_cells
from tests.support.draws import draws
from tests.support.manifests import card_of, image_table

TEXTS = [name for name in COLUMNS if name not in ("age", "width", "height")]


def refused(images, column, value):
    """The rule that a value in row 3 breaks."""
    row = {"path": "a.png", column: value}
    with pytest.raises(ManifestError) as error:
        check_manifest(images({}, row), ["covid19", "normal"], "file")
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"file, row 3, column {column} is {value!r}; rule: ")
    return line.split("rule: ")[1]


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0"])
@pytest.mark.parametrize("column", TEXTS)
def test_no_text_has_a_blank_at_an_end(images, column, blank):
    assert refused(images, column, f"P000{blank}") == "no blank at either end; did you mean 'P000'?"


@pytest.mark.parametrize("value", ["P\u200b0", "P\u00ad0", "a\u00a0b", "\ufeffP0"])
def test_no_name_has_characters_that_nobody_sees(images, value):
    assert refused(images, "patient", value) == "no invisible characters"


def test_names_are_composed_but_files_may_be_named_in_any_form(images):
    name = unicodedata.normalize("NFD", "Pé")
    assert "NFC" in refused(images, "patient", name)
    check_manifest(images({"path": f"{name}.png"}), [], "file")


@pytest.mark.parametrize(
    "value", ["unknown", "nan", "None", "NA", "N/A", "-", "nih-nan", "P-", "***"]
)
def test_nobody_is_no_patient(images, value):
    assert "one patient's" in refused(images, "patient", value)


@pytest.mark.parametrize("value", ["2020-13", "2020-02-30", "2020-00-01", "0000"])
def test_a_date_is_one_of_the_calendar(images, value):
    made = images({}, {"path": "a.png"})
    labels = ["covid19", "normal"]
    with pytest.raises(ManifestError, match=f"row 3, column date is '{value}'; rule: a date that"):
        check_manifest(made.assign(date=["", value]), labels, "file")
    found = check_manifest(made.assign(date=["2020-02", "2020-02-29"]), labels, "file")
    assert found["date"].tolist() == ["2020-02", "2020-02-29"]


@pytest.mark.parametrize(
    "value", ["no", "No", "False", "0", "1", "nan", "None", "na", "N/A", "-", "yes", "x", "a."]
)
def test_a_reason_is_one(images, value):
    assert "leave the cell empty" in refused(images, "excluded", value)


@pytest.mark.parametrize("value", ["a copy", "no label: lateral", "copy", "2 patients"])
def test_reasons_in_words_are_kept(images, value):
    assert check_manifest(images({"excluded": value}), [], "file")["excluded"][0] == value


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("covid19|?covid19", "covid19"),
        ("covid19|covid19", "covid19"),
        ("?normal|?normal", "normal"),
    ],
)
def test_a_label_is_said_once(images, value, name):
    assert refused(images, "labels", value).startswith(f"{name} is both present and")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("set\\a.png", "backslash"), ("../a.png", "inside"), ("/a.png", "inside"),
        ("a/../../b.png", "inside"),
    ],
)  # fmt: skip
def test_a_path_stays_inside_with_the_right_reason(images, value, said):
    assert said in refused(images, "path", value)


@pytest.mark.parametrize("value", ["64.5", "6e1", "1_0", "٦٤", "", 64.5, float("nan")])
@pytest.mark.parametrize("column", ["width", "height"])
def test_numbers_of_pixels_are_whole(images, column, value):
    assert refused(images, column, value) == "a whole number, in digits"


@pytest.mark.parametrize("value", ["nan", "NA", "50+", "5e1", "1,5", "-1"])
def test_an_age_is_a_number_or_empty(images, value):
    assert "years" in refused(images, "age", value)


def test_a_table_of_another_kind_breaks_no_rule_here(images):
    assert wrong_cells(images({}).drop(columns=["age", "labels", "path", "patient"])) == []


# --- Files ---------------------------------------------------------------------------------------

ROWS = [
    {"patient": "p", "labels": "covid19"}, {"labels": "normal", "age": ""},
    {"labels": "?covid19", "excluded": "a copy"}, {"patient": "p", "labels": ""},
]  # fmt: skip
COUNTS = {"images": 4, "excluded": 1, "patients": 3, "covid19": 1, "normal": 1, "no_label": 1}


def _change(lines, kind, at, cell):
    """Do to a file what people and programs do to tables."""
    header, *rows = lines
    at %= len(rows)
    cells = rows[at].split(",")
    if kind == "permute":
        rows = [*rows[at:], *rows[:at]]
    elif kind == "blank in front":
        cells[cell] = f" {cells[cell]}"
    elif kind == "blank behind":
        cells[cell] += " "
    elif kind == "upper case":
        cells[cell] = cells[cell].upper()
    elif kind == "trailing comma":
        cells.append("")
    elif kind == "cut":
        cells = cells[: cell + 1]
    elif kind == "duplicate":
        rows.append(rows[at])
    if kind not in ("permute", "drop", "duplicate"):
        rows[at] = ",".join(cells)
    if kind == "drop":
        del rows[at]
    text = "\n".join([header, *rows, ""])
    return {
        "semicolons": text.replace(",", ";"), "tabs": text.replace(",", "\t"),
        "old Mac": text.replace("\n", "\r"), "Windows": text.replace("\n", "\r\n"),
        "mark": f"\ufeff{text}", "empty line": text.replace("\n", "\n\n", 1),
    }.get(kind, text)  # fmt: skip


KINDS = (
    "permute", "blank in front", "blank behind", "upper case", "trailing comma", "cut", "duplicate",
    "drop", "semicolons", "tabs", "old Mac", "Windows", "mark", "empty line",
)  # fmt: skip
#: Cells that may be written in capitals without a word: they are names, and another name is
#: another thing, which the audit looks at.
NAMES = ("id", "path", "origin", "patient", "source", "licence", "excluded")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Path, lines and table of a manifest."""
    path = tmp_path_factory.mktemp("tables") / "made.csv"
    image_table(*ROWS).to_csv(path, index=False)
    card = card_of("made", ["covid19", "normal"]) | {"counts": COUNTS}
    path.with_suffix(".yaml").write_text(yaml.safe_dump(card))
    return path, path.read_text().splitlines(), read_manifest(path).table.set_index("sha256")


def table_or_error(path):
    try:
        return read_manifest(path).table
    except ManifestError as error:
        return str(error)


@draws(20)
@given(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, len(COLUMNS) - 1))
def test_a_changed_file_has_the_same_rows_or_an_error_names_it(made, kind, at, cell):
    path, lines, expected = made
    path.write_bytes(_change(lines, kind, at, cell).encode())
    found = table_or_error(path)
    if isinstance(found, str):
        assert str(path) in found
        assert "row" in found or (kind == "drop" and "the card says images: 4" in found)
        return
    assert kind not in ("semicolons", "tabs", "trailing comma", "drop", "duplicate")
    assert kind != "cut" or cell == len(COLUMNS) - 1
    found = found.set_index("sha256").loc[expected.index]
    changed = [COLUMNS[cell]] if kind == "upper case" and COLUMNS[cell] in NAMES else []
    assert found.drop(columns=changed).equals(expected.drop(columns=changed))
