"""Join: what is found, what is counted, and when two tables do not fit."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.tables.join import LEAST_FOUND, joined
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

KEYS = st.lists(st.sampled_from("abcdef"), max_size=8)


@given(KEYS, st.sets(st.sampled_from("abcdef")))
def test_every_key_is_found_or_counted_or_the_tables_do_not_fit(keys, having):
    table = pd.DataFrame({"said": [f"of {key}" for key in sorted(having)]}, sorted(having))
    wanted, notes = set(keys), Notes()
    found = wanted & having
    asked = pd.Series(keys, range(3, len(keys) + 3), dtype=str)
    if wanted and (not found or len(found) < LEAST_FOUND * len(wanted)):
        with pytest.raises(TableError, match=rf"{len(found)} of {len(wanted)} things"):
            joined(asked, table, Path("t.csv"), "things", notes)
        return
    rows = joined(asked, table, Path("t.csv"), "things", notes)
    assert rows.index.tolist() == asked.index.tolist()
    said = [None if pd.isna(cell) else cell for cell in rows["said"]]
    assert said == [f"of {key}" if key in having else None for key in keys]
    assert sum(note.count for note in notes.found) == len(wanted - having)


def test_a_key_of_each_side_is_shown():
    table = pd.DataFrame({"a": ["1"]}, index=["7.0"])
    with pytest.raises(TableError, match=r"0 of 1 studies; none, .*, for '7', and its"):
        joined(pd.Series(["7"]), table, Path("t.csv"), "studies", Notes())
