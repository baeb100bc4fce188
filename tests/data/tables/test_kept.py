"""Kept tables: the same as made anew, to the type of each column."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxrstudy.data.manifest import ManifestError, check_manifest, read_manifest
from cxrstudy.data.tables.kept import kept_table

CELLS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.floats(allow_infinity=False),
        st.integers(-(2**62), 2**62),
    ),
    max_size=5,
)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))


@given(CELLS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_comes_back_as_it_was(rows):
    made = pd.DataFrame(
        {
            "text": pd.Series([text for text, _, _ in rows], dtype=str),
            "number": np.array([number for _, number, _ in rows], float),
            "count": np.array([count for _, _, count in rows], np.int64),
        }
    )
    for _ in range(2):
        pd.testing.assert_frame_equal(kept_table("made", lambda: [repr(rows)], lambda: made), made)


def test_a_checked_manifest_comes_back_with_the_types_of_the_schema(images):
    made = check_manifest(images({"age": 58.5}, {"age": np.nan, "excluded": "lateral"}), [], "here")
    for _ in range(2):
        found = kept_table("manifest", lambda: ["one"], lambda: made)
        pd.testing.assert_frame_equal(found, made)


def test_a_manifest_that_was_changed_is_checked_again(folder):
    path = folder.source("source", ["covid19"], {"labels": "covid19"}, {"labels": ""})
    first = read_manifest(path)
    pd.testing.assert_frame_equal(read_manifest(path).table, first.table)
    path.write_text(path.read_text().replace("covid19", "strange", 1))
    for _ in range(2):
        with pytest.raises(ManifestError, match="strange"):
            read_manifest(path)


def test_a_card_that_was_changed_is_compared_again(folder):
    path = folder.source("source", ["covid19"], {"labels": "covid19"}, {"labels": ""})
    read_manifest(path)
    card = path.with_suffix(".yaml")
    card.write_text(card.read_text().replace("covid19", "another"))
    with pytest.raises(ManifestError, match="'covid19' is not a label"):
        read_manifest(path)
