"""Manifests: what is refused, and where the message says it is; what labels mean."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.data.manifest import (
    COLUMNS,
    Manifest,
    ManifestError,
    check_manifest,
    read_manifest,
    truth,
    write_manifest,
)
from cxrstudy.data.manifest_columns import OPTIONAL
from cxrstudy.data.manifest_schema import SCHEMA


def test_a_legal_table_is_returned_with_the_types_of_the_schema(images):
    table = check_manifest(images({"width": "80", "age": 7}, {"age": np.nan}), [], "here")
    assert table["width"].tolist() == [80, 80]
    assert table["width"].dtype == np.int64
    assert table["age"].dtype == np.float64
    assert tuple(table.columns) == COLUMNS


def test_the_columns_are_those_of_the_schema():
    needed = [name for name, column in SCHEMA.columns.items() if column.required]
    assert (tuple(needed), OPTIONAL) == (COLUMNS, tuple(set(SCHEMA.columns) - set(needed)))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""),
        ("path", ""),
        ("sha256", "ABC"),
        ("sha256", "a" * 63),
        ("prepared_sha256", "a" * 65),
        ("patient", ""),
        ("source", ""),
        ("view", "oblique"),
        ("sex", "f"),
        ("age", -1.0),
        ("age", 121.0),
        ("age", "fifty"),
        ("width", 0),
        ("height", -3),
        ("height", "tall"),
        ("licence", ""),
        ("split", "training"),
    ],
)
def test_an_illegal_cell_is_named_by_file_row_column_and_value(images, column, value):
    with pytest.raises(ManifestError) as error:
        check_manifest(images({}, {column: value}), [], "some/file.csv")
    (line,) = str(error.value).splitlines()
    assert line.startswith(f"some/file.csv, row 3, column {column} is {value!r}; rule: ")


def test_a_repeated_id_is_named_at_both_rows(images):
    with pytest.raises(ManifestError) as error:
        check_manifest(images({"id": "same"}, {}, {"id": "same"}), [], "file")
    first, second = str(error.value).splitlines()
    assert first.startswith("file, row 2, column id is 'same'")
    assert second.startswith("file, row 4, column id is 'same'")


def test_no_more_than_ten_cells_are_listed_and_the_rest_is_counted(images):
    with pytest.raises(ManifestError) as error:
        check_manifest(images(*[{}] * 13, view="oblique"), [], "file")
    *lines, last = str(error.value).splitlines()
    assert len(lines) == 10
    assert last == "... and 3 more"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(images, column):
    with pytest.raises(ManifestError, match=rf"^file, column {column}; rule: column_in_dataframe$"):
        check_manifest(images({}).drop(columns=column), [], "file")


def test_a_surplus_column_is_named(images):
    with pytest.raises(ManifestError, match=r"^file, column note; rule: column_in_schema$"):
        check_manifest(images({}).assign(note=""), [], "file")


def test_columns_in_another_order_are_refused(images):
    with pytest.raises(ManifestError, match="column_ordered"):
        check_manifest(images({})[list(COLUMNS[::-1])], [], "file")


def test_an_undeclared_label_is_named_with_its_row_and_what_is_legal(images):
    table = images({"labels": "a"}, {"labels": "a|?b"}, {"labels": "b|c"})
    with pytest.raises(ManifestError) as error:
        check_manifest(table, ["a", "b"], "file")
    assert (
        "file, row 4, column labels: 'c' is not a label of this source; its labels are a, b"
        in str(error.value)
    )


@pytest.mark.parametrize("cell", ["a?", "??a", "?", "a||a", "|", "?c", "A", " a"])
def test_a_label_is_read_as_it_is_written(images, cell):
    with pytest.raises(ManifestError, match="row 2, column labels"):
        check_manifest(images({"labels": cell}), ["a", "b"], "file")


def test_a_patient_in_two_splits_is_named_with_all_rows(images):
    table = images(
        {"patient": "p"}, {"patient": "q"}, {"patient": "p", "split": "test"}, {"patient": "p"}
    )
    with pytest.raises(ManifestError) as error:
        check_manifest(table, [], "file")
    assert "file, rows [2, 4, 5], column split: patient 'p'" in str(error.value)


def test_images_of_a_patient_in_one_split_are_fine(images):
    check_manifest(images({}, {}, patient="p", split="test"), [], "file")


def test_a_file_is_read_as_it_was_written(folder, images):
    path = folder.source("made", ["a"], {"labels": "a", "age": np.nan}, {"labels": "?a"})
    manifest = read_manifest(path)
    before = path.read_bytes()
    write_manifest(manifest.table, path)
    assert path.read_bytes() == before
    pd.testing.assert_frame_equal(read_manifest(path).table, manifest.table)
    assert manifest.card.labels == ("a",)


def test_rows_are_written_in_the_order_of_their_ids_with_plain_line_ends(tmp_path, images):
    write_manifest(images({"id": "b"}, {"id": "a"}), tmp_path / "made.csv")
    content = (tmp_path / "made.csv").read_bytes()
    assert b"\r" not in content
    assert [line.split(b",")[0] for line in content.splitlines()] == [b"id", b"a", b"b"]


def test_names_that_look_like_numbers_or_like_nothing_stay_names(folder):
    path = folder.source(
        "made", [], {"patient": "007"}, {"patient": "NAN1"}, {"patient": "1e5"}, {"patient": "0"}
    )
    assert read_manifest(path).table["patient"].tolist() == ["007", "NAN1", "1e5", "0"]


def test_an_error_in_a_file_names_the_file(folder):
    path = folder.source("made", ["a"], {}, {"labels": "b"})
    with pytest.raises(ManifestError) as error:
        read_manifest(path)
    assert f"{path}, row 3, column labels: 'b'" in str(error.value)


def test_an_empty_number_is_not_zero(folder):
    path = folder.source("made", [], {"width": ""})
    with pytest.raises(ManifestError, match="row 2, column width is ''"):
        read_manifest(path)


def test_a_row_that_is_too_long_is_named_with_its_file(folder):
    path = folder.source("made", [], {}, {})
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], lines[2] + ",more"]))
    with pytest.raises(ManifestError, match=r"made\.csv, row 3: 17 cells under 16 columns"):
        read_manifest(path)


def test_an_empty_file_is_named(folder):
    path = folder.source("made", [], {})
    path.write_text("")
    with pytest.raises(ManifestError, match=r"made\.csv"):
        read_manifest(path)


def test_a_manifest_without_a_card_is_refused(folder):
    path = folder.source("made", [], {})
    path.with_suffix(".yaml").unlink()
    with pytest.raises(FileNotFoundError, match=r"made\.yaml"):
        read_manifest(path)


def test_excluded_rows_are_left_out_and_the_rest_is_numbered_anew(folder):
    path = folder.source("made", [], {"excluded": "a copy"}, {}, {})
    manifest = read_manifest(path)
    assert isinstance(manifest, Manifest)
    assert len(manifest.table) == 3
    assert manifest.included["id"].tolist() == ["made-1", "made-2"]
    assert manifest.included.index.tolist() == [0, 1]


def test_truth_tells_present_absent_and_unknown_apart():
    cells = pd.Series(["a|b", "", "?a", "?b|a"])
    matrix = truth(cells, ["b", "a", "c"], carried=["a", "b"])
    nan = np.nan
    expected = [[1, 1, nan], [0, 0, nan], [0, nan, nan], [nan, 1, nan]]
    np.testing.assert_array_equal(matrix, np.array(expected, np.float32))
    assert matrix.dtype == np.float32


def test_a_label_is_not_found_inside_another_one():
    cells = pd.Series(["pneumothorax", "other_pneumonia"])
    assert truth(cells, ["pneumo", "pneumonia"], ["pneumo", "pneumonia"]).sum() == 0


LABELS = ("a", "b", "c")


@given(st.lists(st.dictionaries(st.sampled_from(LABELS), st.booleans()), max_size=6))
def test_truth_says_what_the_cells_say(rows):
    """A row maps a label to whether it is known to be present; absent labels have no entry."""
    cells = ["|".join(name if known else f"?{name}" for name, known in row.items()) for row in rows]
    matrix = truth(pd.Series(cells, dtype=str), LABELS, LABELS)
    expected = [[{True: 1.0, False: np.nan, None: 0.0}[row.get(n)] for n in LABELS] for row in rows]
    np.testing.assert_array_equal(matrix, np.array(expected, np.float32).reshape(-1, 3))


@pytest.mark.parametrize(
    "path", sorted(places.manifests().glob("*.csv")), ids=lambda path: path.stem
)
def test_a_committed_manifest_is_legal_and_written_in_the_one_way(path, tmp_path):
    manifest = read_manifest(path)
    write_manifest(manifest.table, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


def test_the_readme_of_the_manifests_describes_every_column_as_the_schema_does():
    lines = (places.manifests() / "README.md").read_text().splitlines()
    described = dict(line.strip("| ").split(" | ", 1) for line in lines if line.startswith("| `"))
    schema = {f"`{name}`": column.description for name, column in SCHEMA.columns.items()}
    assert {name: text.replace("\\|", "|") for name, text in described.items()} == schema
