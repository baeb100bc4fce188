"""Altered cells: each is named by line and column, and a score by its image."""

import gzip
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts.altered_cells import MOST, altered_cells


@given(st.data())
def test_any_one_cell_that_changes_is_named(data):
    rows = data.draw(st.integers(1, 6))
    columns = data.draw(st.integers(1, 4))
    table = [[f"{row}.{column}" for column in range(columns)] for row in range(rows)]
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    header = [f"c{each}" for each in range(columns)]

    def written():
        return "".join(",".join(line) + "\n" for line in [header, *table]).encode()

    before = written()
    table[row][column] = "other"
    (said,) = altered_cells("a/t.csv", written(), before, Path())
    assert said == f"line {row + 2}, c{column}: other here, {row}.{column} in the commit"


def test_a_score_is_named_by_its_image(tmp_path):
    (tmp_path / "images.csv").write_text("role,id\ntarget,p1\ntarget,p2\n")
    now, before = (gzip.compress(f"r:covid19\n0.5\n{n}\n".encode()) for n in ("0.7", "0.6"))
    said = altered_cells("scores.csv.gz", now, before, tmp_path)
    assert said == ["line 3 (image p2), r:covid19: 0.7 here, 0.6 in the commit"]


def test_many_cells_are_counted_other_files_left_to_their_hash_and_broken_ones_said():
    many = b"a\n" + b"1\n" * 30
    said = altered_cells("t.csv", many, many.replace(b"1", b"2"), Path())
    assert len(said) == MOST + 1
    assert said[-1] == "and 20 more cells"
    assert altered_cells("t.csv", b"a\n1\n", b"a\n1\n2\n", Path()) == [
        "2 lines here, 3 in the commit"
    ]
    assert altered_cells("t.yaml", b"a", b"b", Path()) == []
    (broken,) = altered_cells("t.csv.gz", b"a", gzip.compress(b"a\n"), Path())
    assert broken.startswith("can't be read: ")
