"""Attended: tables of where maps lie, by size of the lesion, and as files."""

import pandas as pd

from cxrstudy.explain.attention import attention
from cxrstudy.verdicts.map_results import attention_by_size, read_attention, write_attention


def test_sizes_of_lesions_divide_the_images(small):
    everything = attention(small.arms.only(["control"]))
    table = attention_by_size(small.study, everything, "energy_lesion")
    uniform = table[table["arm"].str.startswith("uniform")]["estimate"]
    assert uniform.is_monotonic_increasing
    assert table["arm"].iloc[0] == "control, small lesions"


def test_what_is_written_is_read_and_the_same_table_is_the_same_bytes(small, tmp_path):
    looked = attention(small.arms, most=4)
    first = write_attention(looked, tmp_path).read_bytes()
    read = read_attention(tmp_path)
    pd.testing.assert_frame_equal(read, looked[read.columns], rtol=1e-4, check_dtype=False)
    assert write_attention(looked, tmp_path).read_bytes() == first
