"""Reader: whatever a program does to a file, the cells are the same or an error says why."""

import csv
import gzip
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.tables.reader import (
    Sentence,
    TableError,
    read_lines,
    read_names,
    read_sentences,
    read_table,
)  # fmt: skip

#: Cells that programs quote, that look like other things, or that spread over lines.
CELLS = st.text(st.sampled_from("ab1é,;|\t\"'\n .-"), max_size=6)
ROWS = st.lists(st.tuples(CELLS.map("x{}".format), CELLS, CELLS), min_size=1, max_size=6)


def packed(rows, end="\n", separator=","):
    """Write rows as a program does that quotes where it must."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_MINIMAL if end == "\n" else csv.QUOTE_ALL
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["one", "two", "three"])
    writer.writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("reader") / "t.csv"


@given(
    ROWS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), st.sampled_from(["\n", "\r\n", "\r"])
)
def test_encodings_and_line_ends_change_no_cell(path, rows, encoding, end):
    path.write_bytes(packed(rows, end).encode(encoding))
    table = read_table(path, ["two", "one", "three"])
    assert list(table[["one", "two", "three"]].itertuples(index=False, name=None)) == rows


@given(ROWS, st.lists(st.sampled_from(["\n", ",,\n", "  \n", " , , \n"]), max_size=3))
def test_empty_lines_change_no_cell_and_keep_the_rows_of_the_others(path, rows, empty):
    plain = [tuple(cell.replace("\n", "") for cell in row) for row in rows]
    head, *lines = packed(plain).splitlines(keepends=True)
    path.write_text("".join([head, *empty, *lines]))
    table = read_table(path)
    assert list(table.itertuples(index=False, name=None)) == plain
    assert table.index.tolist() == [len(empty) + 2 + place for place in range(len(plain))]


@given(ROWS, st.integers(0, 5), st.sampled_from([",", ",,", "cut"]))
def test_a_row_with_more_or_fewer_cells_is_named(path, rows, place, change):
    plain = [("a", "b", "c")] * len(rows)
    at = place % len(plain)
    lines = packed(plain).splitlines()
    lines[at + 1] = lines[at + 1][:-2] if change == "cut" else lines[at + 1] + change
    path.write_text("\n".join(lines))
    cells = {"cut": 2, ",": 4, ",,": 5}[change]
    with pytest.raises(TableError, match=rf"t\.csv, row {at + 2}: {cells} cells under 3 columns"):
        read_table(path)


@given(ROWS, st.sampled_from([";", "\t", "|"]))
def test_another_separator_is_named_or_a_row_is(path, rows, separator):
    path.write_text(packed(rows, separator=separator), newline="")
    with pytest.raises(TableError, match=r"t\.csv, row 1: cells are separated by a (sem|tab|vert)"):
        read_table(path, ["one", "two", "three"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"a,b\n1,\xe9\n", "row 2: the byte 0xe9 is not UTF-8; .*Latin-1; save"),
        (b"a,b\n1,2\n3,\x004\n", "row 3: a zero byte"),
        (b"\xff\xfea", "not valid UTF-16"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "row 2: .* a quotation mark"),
        (b'a,b\n1,2\n3,"4"5\n', "row 3: .* a quotation mark"),
        (b"a,b,a\n1,2,3\n", "row 1: two columns are named 'a'"),
        (b"sep=,\na,b\n1,2\n", "row 1: 'sep=' is a line for Excel, not a row; delete it"),
        (b"A,c\n1,2\n", r"row 1: no column 'a'; its columns are A, c\. Is it 'A'\?"),
        (b"x,c\n1,2\n", r"row 1: no column 'a'; its columns are x, c\. Use"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_row(path, content, message):
    path.write_bytes(content)
    with pytest.raises(TableError, match=rf"t\.csv(: |, ){message}"):
        read_table(path, ["a", "b"])


def test_only_the_columns_that_are_asked_for_are_returned(path):
    path.write_text(" b ,c,a\n1,2,3\n")
    pd.testing.assert_frame_equal(
        read_table(path, ["a", "b"]), pd.DataFrame({"a": ["3"], "b": ["1"]}, index=[2], dtype=str)
    )


def test_archives_are_unpacked_and_what_a_mac_adds_is_not_read(tmp_path):
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    with zipfile.ZipFile(tmp_path / "t.csv.zip", "w") as archive:
        archive.writestr("deep/t.csv", "a\n1\n")
        archive.writestr("__MACOSX/deep/._t.csv", "x")
        archive.writestr("deep/", "")
    assert [read_table(tmp_path / f"t.csv.{end}")["a"][2] for end in ("gz", "zip")] == ["1", "1"]


def test_archives_that_can_not_be_unpacked_are_named(tmp_path):
    whole = gzip.compress(b"a\n1\n")
    for name, content in (("cut.gz", whole[:-9]), ("no.gz", b"a\n1\n"), ("no.zip", b"a\n1\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TableError, match=rf"{name}: can't be unpacked"):
            read_table(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "a\n")
        archive.writestr("b.csv", "a\n")
    with pytest.raises(TableError, match=r"expected one file inside, found a\.csv, b\.csv"):
        read_table(tmp_path / "two.zip")


def test_lists_of_names_and_sentences(path):
    path.write_bytes(b"\xef\xbb\xbfa.png b\r\n\r\nc d\r\n")
    assert read_names(path) == ["a.png", "b", "c", "d"]
    assert read_sentences(path) == [Sentence(1, "a.png b"), Sentence(3, "c d")]
    assert [line.cells for line in read_lines(path, " ")] == [["a.png", "b"], ["c", "d"]]
