"""Tables of users that people and programs changed: the same facts, or a word that says why not."""

from contextlib import suppress
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.data.own import rows as module
from cxrstudy.data.own.add import add
from cxrstudy.data.own.columns import UnclearColumns
from cxrstudy.data.own.findings import UnclearLabel
from cxrstudy.data.own.wish import AddError, Wish
from cxrstudy.data.tables.reader import TableError
from tests.support.project import use

LABEL = 2
HEADER = "file,patient,finding,sex,age,view,date"
ROWS = [
    f"i{n}.png,P{n // 2:03d},{('Normal', 'Tuberculosis')[n // 2 % 2]},{'FM'[n // 2 % 2]},"
    f"{50 + n // 2},PA,2020-03-{10 + n}"
    for n in range(12)
]
#: Facts of an image that no change may alter without a word.
FACTS = ["patient", "labels", "sex", "age", "view", "date", "excluded"]


def cell(change, rows, at, column):
    cells = rows[at].split(",")
    cells[column] = change(cells[column])
    return [*rows[:at], ",".join(cells), *rows[at + 1 :]]


CHANGES = {
    "none": lambda rows, at, column: rows,
    "permuted": lambda rows, at, column: [*rows[at:], *rows[:at]],
    "duplicated": lambda rows, at, column: [*rows, rows[at]],
    "dropped": lambda rows, at, column: rows[:at] + rows[at + 1 :],
    "empty line": lambda rows, at, column: [*rows[:at], "", *rows[at:]],
    "trailing comma": partial(cell, lambda text: f"{text},"),
    "blank in front": partial(cell, lambda text: f" {text}"),
    "blank behind": partial(cell, lambda text: f"{text} "),
    "upper case": partial(cell, str.upper),
    "lower case": partial(cell, str.lower),
    "point zero": partial(cell, lambda text: f"{text}.0"),
    "emptied": partial(cell, lambda text: ""),
    "label misspelt": lambda rows, at, column: cell(
        lambda text: text[:2] + text[2:4][::-1] + text[4:], rows, at, LABEL
    ),
    "twice, and not the same": lambda rows, at, column: [
        *rows, cell(lambda text: f"x{text}", rows, at, column)[at]
    ],
}  # fmt: skip
FORMS = {
    "plain": lambda text: text.encode(),
    "mark": lambda text: f"\ufeff{text}".encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "old Mac": lambda text: text.replace("\n", "\r").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
}
#: Changes that must change nothing at all.
HARMLESS = ("none", "permuted", "duplicated", "empty line", "blank in front", "blank behind")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project, and a folder of images."""
    folder = tmp_path_factory.mktemp("changed")
    (folder / "images").mkdir()
    for n in range(len(ROWS)):
        values = np.random.default_rng(n).integers(0, 256, (9, 7), dtype=np.uint8)
        Image.fromarray(values).save(folder / "images" / f"i{n}.png")
    with pytest.MonkeyPatch.context() as patch:
        (folder / "project").mkdir()
        use(patch, folder / "project")
        patch.setenv("CXRSTUDY_DATA", str(folder / "data"))
        patch.setattr(module, "TOLERANCES", ())  # no split is looked at here
        yield folder


@pytest.fixture(scope="module")
def whole(place):
    return read(place, ROWS, "plain")


def read(place, rows, form):
    """What was added, or None if it was refused in words."""
    (place / "hill.csv").write_bytes(FORMS[form]("\n".join([HEADER, *rows, ""])))
    with suppress(TableError, AddError, UnclearLabel, UnclearColumns):
        return add(place / "hill.csv", place / "images", Wish("hill"))
    return None


@given(
    st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(FORMS)),
    st.integers(0, len(ROWS) - 1), st.integers(0, 6),
)  # fmt: skip
def test_a_changed_table_has_the_same_facts_or_a_word_says_why_not(
    place, whole, kind, form, at, column
):
    found = read(place, CHANGES[kind](ROWS, at, column), form)
    if found is None:
        assert kind not in HARMLESS
        return
    expected, table = (
        one.table.fillna("").set_index("sha256")[FACTS] for one in (whole, found)
    )  # fmt: skip
    assert table.index.is_unique
    told = [line for line in found.said if line not in whole.said]
    is_less = len(table) < len(expected)
    assert not is_less or "1 of 12 files are in no row" in "\n".join(told)
    changed = [
        (sha, fact)
        for sha in table.index
        for fact in FACTS
        if table.at[sha, fact] != expected.at[sha, fact]
    ]
    if kind in HARMLESS:
        pd.testing.assert_frame_equal(table.sort_index(), expected.sort_index())
    # A letter changed in a cell makes one image another's or unknown, which is told in words or in
    # the counts of patients and labels; no other image changes.
    assert len({sha for sha, _ in changed}) <= 1
    assert not changed or told
    used = [sha for sha, fact in changed if fact == "labels" and not table.at[sha, "excluded"]]
    assert used == []
