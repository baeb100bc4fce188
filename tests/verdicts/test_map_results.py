"""Attended: tables of where maps lie, as files."""

import pandas as pd
import pytest

from cxrstudy.explain.attention import attention
from cxrstudy.verdicts.map_results import read_attention, write_attention


@pytest.fixture(scope="module")
def looked(small):
    return attention(small.arms, most=4)


def test_what_is_written_is_read_and_the_same_table_is_the_same_bytes(looked, tmp_path):
    first = write_attention(looked, tmp_path).read_bytes()
    read = read_attention(tmp_path)
    pd.testing.assert_frame_equal(read, looked[read.columns], rtol=1e-4, check_dtype=False)
    assert write_attention(looked, tmp_path).read_bytes() == first


def test_a_file_that_changed_is_read_again_and_what_was_read_is_nobody_elses(looked, tmp_path):
    write_attention(looked, tmp_path)
    first = read_attention(tmp_path)
    expected = first.copy()
    first["run"] = "another"
    pd.testing.assert_frame_equal(read_attention(tmp_path), expected)
    write_attention(looked.iloc[1:], tmp_path)
    assert len(read_attention(tmp_path)) == len(expected) - 1
