"""Learning curves: over patients, by initial weights, few-shot arms beside them."""

import pytest

from cxrstudy.pages import figures
from tests.support import figure_tables as tables


@pytest.fixture
def axes():
    return figures.learning_curves(tables.by_patients(), tables.TRAINED, "AUROC").axes[0]


def points(table, start, text):
    return [
        (float(tables.TRAINED[row.arm[1]]), row.estimate)
        for row in table.itertuples()
        if row.arm[0] == start and isinstance(row.arm[1], str) == text
    ]


def data(line):
    return [tuple(map(float, point)) for point in line.get_xydata()]


def test_each_start_has_a_curve_over_the_patients_that_shares_stand_for(axes):
    curves = [data(line) for line in axes.lines if line.get_linestyle() == "-"]
    table = tables.by_patients()
    assert curves == [points(table, start, text=False) for start in tables.STARTS]
    assert axes.get_xscale() == "log"


def test_few_shot_arms_are_hollow_and_on_no_line(axes):
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    table = tables.by_patients()
    assert [data(line) for line in hollow] == [
        points(table, start, text=True) for start in tables.STARTS
    ]
    assert {line.get_linestyle() for line in hollow} == {"None"}


def test_every_arm_has_its_interval(axes, bars):
    table = tables.by_patients()
    expected = {
        (float(tables.TRAINED[row.arm[1]]), row.low, row.high) for row in table.itertuples()
    }
    assert set(bars(axes)) == expected
    assert len(bars(axes)) == len(table)


def test_patients_shares_starts_and_shots_are_named(axes, said):
    text = said(axes.figure)
    for name in ("360\n100 %", "4\n1 %", "1-shot", "5-shot", *tables.STARTS):
        assert name in text


def test_without_few_shot_arms_nothing_is_said_of_them(said):
    table = tables.by_patients()
    table = table[[not isinstance(part, str) for _, part in table["arm"]]]
    assert "hollow" not in said(figures.learning_curves(table, tables.TRAINED, "AUROC"))


def test_an_arm_without_a_number_of_patients_is_named():
    with pytest.raises(ValueError, match="number of patients of '5-shot' is missing"):
        figures.learning_curves(
            tables.by_patients(), {k: v for k, v in tables.TRAINED.items() if k != "5-shot"}, ""
        )


def test_a_start_with_shots_only_is_named_at_the_last_of_them():
    table = tables.estimated({("random", "1-shot"): 0.6, ("random", "5-shot"): 0.7})
    (axes,) = figures.learning_curves(table, tables.TRAINED, "AUROC").axes
    ends = {text.get_text(): text.xy for text in axes.texts if hasattr(text, "xy")}
    assert ends["random"] == (15, 0.7)


def test_a_start_of_one_point_is_named_beside_it_because_a_line_would_look_like_a_curve():
    parts = {("random", 0.1): 0.6, ("random", 1): 0.7, ("small", 0.1): 0.65, ("large", 1): 0.8}
    (axes,) = figures.learning_curves(tables.estimated(parts), {0.1: 36, 1: 360}, "AUROC").axes
    named = {text.get_text(): text for text in axes.texts if hasattr(text, "xy")}
    beside = {name: text.anncoords == "offset points" for name, text in named.items()}
    assert {name: beside[name] for name in ("random", "small", "large")} == {
        "random": False, "small": True, "large": False
    }  # fmt: skip
    assert named["small"].xy[0] == 36


def test_two_shares_of_the_same_number_of_patients_are_both_named(said):
    table = tables.estimated({("random", 0.01): 0.6, ("random", 0.011): 0.62, ("random", 1): 0.7})
    text = said(figures.learning_curves(table, {0.01: 4, 0.011: 4, 1: 360}, "AUROC"))
    assert "4\n1 %\n1.1 %" in text


def test_no_training_patients_stand_left_of_the_scale(said):
    table = tables.estimated({("random", 0.0): 0.5, ("random", 1): 0.7})
    assert "0 is left of" in said(figures.learning_curves(table, {0.0: 0, 1: 360}, "AUROC"))
