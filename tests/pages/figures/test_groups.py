"""Groups: one row per group, in the order of the table; groups that are too small say so."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables
from tests.support.some import some

TABLE = tables.grouped(["control", "pooled"])
OVERALL = tables.estimated({"pooled": 0.8, "control": 0.77})


@pytest.fixture
def grid():
    return figures.subgroups(TABLE, OVERALL, "AUROC").axes


def rows_of(axes):
    """Name of the row to its height."""
    labels = [label.get_text() for label in axes.get_yticklabels()]
    return list(zip(labels, axes.get_yticks(), strict=True))


def test_groups_stand_below_their_grouping_in_the_order_of_the_table(grid):
    expected = [name for head, groups in tables.GROUPS.items() for name in (head, *groups)]
    assert [name for name, _ in rows_of(grid[0])] == expected
    bottom, top = grid[0].get_ylim()
    assert bottom > top


def test_groups_large_enough_have_their_point_and_interval(grid):
    heights = dict(rows_of(grid[0]))
    for axes, arm in some(zip(grid, ["control", "pooled"], strict=True)):
        known = TABLE[(TABLE["arm"] == arm) & (TABLE["note"] == "")]
        points = [tuple(line.get_xydata()[0]) for line in axes.lines if line.get_marker() == "o"]
        assert points == [(row.estimate, heights[row.group]) for row in known.itertuples()]
        ends = [tuple(part[:, 0]) for found in axes.collections for part in found.get_segments()]
        assert ends == list(zip(known["low"], known["high"], strict=True))


def test_groups_too_small_are_written_out_in_grey(grid):
    heights = dict(rows_of(grid[0]))
    for axes in some(grid):
        notes = [text for text in axes.texts if text.get_text() == "too few to say"]
        assert [text.get_position()[1] for text in notes] == [
            heights["unknown"], heights["below 18"],
        ]  # fmt: skip
        assert {to_hex(text.get_color()).upper() for text in notes} == {figures.GREY}


def test_the_estimate_of_all_is_a_broken_line_in_each_panel(grid):
    broken = [[line.get_xdata()[0] for line in axes.lines if line.is_dashed()] for axes in grid]
    assert broken == [[0.77], [0.8]]


def test_patients_stand_at_the_right_of_every_group(grid):
    heights = dict(rows_of(grid[0]))
    column = {text.xy[1]: text.get_text() for text in grid[-1].texts if hasattr(text, "xy")}
    assert column[heights["F"]] == "100 (33, 67)"
    assert column[heights["unknown"]] == "6 (2, 4)"
    assert len(column) == 1 + sum(map(len, tables.GROUPS.values()))


def test_groups_of_the_same_name_in_two_groupings_are_two_rows():
    table = TABLE.replace({"group": {"PA": "unknown"}})
    axes = figures.subgroups(table, OVERALL, "AUROC").axes[0]
    assert [name for name, _ in rows_of(axes)].count("unknown") == 2
    points = [line for line in axes.lines if line.get_marker() == "o"]
    assert len({line.get_ydata()[0] for line in points}) == len(points)
    assert not np.isnan([line.get_xdata()[0] for line in points]).any()


def test_more_arms_than_fit_are_refused():
    with pytest.raises(ValueError, match="4 arms in one figure"):
        figures.subgroups(tables.grouped("abcd"), OVERALL, "AUROC")


def test_a_group_without_an_estimate_says_so_and_the_caption_says_why(said):
    table = TABLE.assign(reason="")
    at = table.index[(table["group"] == "F") & (table["arm"] == "pooled")]
    table.loc[at, ["estimate", "low", "high"]] = np.nan
    table.loc[at, "reason"] = "no image was called negative"
    figure = figures.subgroups(table, OVERALL, "AUROC")
    assert "no estimate" in [text.get_text() for text in figure.axes[1].texts]
    assert "no point: F, pooled (no image was called negative)" in said(figure)


def test_an_arm_without_an_overall_estimate_is_named():
    with pytest.raises(FigureError, match="arm 'pooled' has no estimate over all groups"):
        figures.subgroups(TABLE, OVERALL[OVERALL["arm"] == "control"], "AUROC")


def test_a_group_that_only_the_second_arm_has_keeps_its_row_and_count():
    table = TABLE[(TABLE["arm"] == "pooled") | (TABLE["group"] != "F")]
    axes = figures.subgroups(table, OVERALL, "AUROC").axes
    assert "100 (33, 67)" in [text.get_text() for text in axes[-1].texts]
