"""Randomised maps: blocks have words, and what lies below zero is not called independence."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain.sanity import blocks
from cxrstudy.pages.randomised_maps import block_in_words, randomised_figure, randomised_said


def sane(*estimates):
    names = ["none", "fc", "layer4.0", "conv1"][: len(estimates)]
    return pd.DataFrame(
        {"block": names, "estimate": estimates, "low": np.nan, "high": np.nan, "patients": 12,
         "images": 20, "seeds": 1, "level": 0.95}
    )  # fmt: skip


def test_each_block_of_the_study_s_network_has_words(small):
    found = blocks(small.arms.network("control").model)
    assert len(found) > 4
    assert [name for name in found if not block_in_words(name).endswith(f" ({name})")] == []


def test_the_range_is_of_the_randomised_depths_alone():
    said = randomised_said(sane(1.0, 0.125, 0.5)).data
    assert "between 0.125 and 0.500" in said
    assert "independence" not in said
    assert "no independence" in randomised_said(sane(1.0, -0.25, 0.5)).data
    assert randomised_said(sane(1.0)).data == ""


def test_the_figure_has_a_line_where_there_is_no_similarity():
    (axes,) = randomised_figure(sane(1.0, -0.25, 0.5)).axes
    assert 0.0 in [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() != "-"]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["as trained", "head (fc)", "stage 4, block 1 (layer4.0)"]


@pytest.mark.parametrize("name", ["norm", "blocks.3"])
def test_a_block_of_another_network_keeps_its_name(name):
    assert block_in_words(name) == name
