"""Views: words of tables become views, or are unknown and counted."""

from pathlib import Path

import pandas as pd

from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.views import views


def test_what_is_not_understood_is_counted_and_blanks_are_not():
    notes = Notes()
    cells = pd.Series(["PA", "", "N/A", "oblique", "PA LAT"], index=range(2, 7))
    found = views(Column(Path("t.csv"), "view", cells), notes)
    assert found.tolist() == ["PA", "unknown", "unknown", "unknown", "unknown"]
    assert str(notes.found[0]) == (
        "t.csv, column view: 2 of 5 are unknown: no known word for one view; first: row 5: "
        "'oblique'"
    )
