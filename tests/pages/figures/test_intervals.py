"""Intervals: every arm has its point and interval in its row, and the numbers beside them."""

import pandas as pd
import pytest

from cxrstudy.pages import figures

TABLE = pd.DataFrame(
    {
        "arm": ["control", "general", "pneumonia → general"],
        "estimate": [0.757, 0.857, 0.7],
        "low": [0.7, 0.8214, 0.65],
        "high": [0.81, 0.9, 0.75],
        "patients": 123,
        "images": 160,
        "seeds": 5,
    }
)
CONTRASTS = pd.DataFrame(
    {
        "arm": ["general", "pneumonia"],
        "against": "control",
        "estimate": [0.1, -0.0571],
        "low": [0.05, -0.1],
        "high": [0.15, 0.02],
        "patients": 123,
        "images": 160,
        "seeds": 1,
    }
)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def lines(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def bars(axes):
    """Place, low and high of the intervals, from top to bottom."""
    found = []
    for line in lines(axes, "None"):
        x, y = line.get_data()
        if len(set(y)) == 1:
            found.append((y[0], x[0], x[1]))
    return found


@pytest.mark.parametrize(
    ("draw", "table"), [(figures.estimates, TABLE), (figures.differences, CONTRASTS)]
)
def test_every_arm_has_its_point_and_interval_in_its_row(draw, table):
    (axes,) = draw(table, "AUROC").axes
    assert bars(axes) == [
        (place, row.low, row.high) for place, row in enumerate(table.itertuples())
    ]
    points = [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines(axes, "o")]
    assert points == [(estimate, place) for place, estimate in enumerate(table["estimate"])]
    assert [label.get_text() for label in axes.get_yticklabels()] == table["arm"].tolist()
    assert axes.get_yticks().tolist() == list(range(len(table)))
    bottom, top = axes.get_ylim()
    assert bottom > len(table) - 1
    assert top < 0  # the first arm is at the top


def test_numbers_stand_beside_their_intervals():
    (axes,) = figures.estimates(TABLE, "AUROC").axes
    column = {text.get_position()[1]: text.get_text() for text in axes.texts}
    assert column[1] == "0.857  [0.821, 0.900]"
    (axes,) = figures.differences(CONTRASTS, "AUROC").axes
    assert texts(axes) == ["+0.100  [+0.050, +0.150]", "−0.057  [−0.100, +0.020]"]


@pytest.mark.parametrize(
    ("draw", "table", "seeds"),
    [(figures.estimates, TABLE, "5 seeds"), (figures.differences, CONTRASTS, "1 seed;")],
)
def test_the_number_of_patients_images_and_seeds_is_on_the_figure(draw, table, seeds):
    label = draw(table, "AUROC of COVID-19").get_supxlabel()
    assert "AUROC of COVID-19" in label
    assert "n = 123 patients, 160 images" in label
    assert seeds in label
    assert "95 % interval" in label


def test_what_the_paper_reported_is_a_broken_line_with_its_name():
    published = {"control, as published": 0.757, "best, as published": 0.857}
    (axes,) = figures.estimates(TABLE, "AUROC", published).axes
    broken = [line for line in axes.lines if line.is_dashed()]
    assert [line.get_xdata()[0] for line in broken] == [0.757, 0.857]
    names = {text.get_text().strip(): text.get_position()[0] for text in axes.texts}
    assert published.items() <= names.items()
    assert not [
        line for line in figures.estimates(TABLE, "AUROC").axes[0].lines if line.is_dashed()
    ]


def test_differences_have_a_line_at_zero_and_say_to_what_they_are():
    figure = figures.differences(CONTRASTS, "AUROC")
    (axes,) = figure.axes
    assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]
    assert "difference to control" in figure.get_supxlabel()
    assert "better than control" in figure.get_supxlabel()


def test_an_arm_that_is_a_tuple_is_named_by_its_parts():
    table = TABLE.assign(arm=[("random", 0.1), ("random", 1), ("in-domain", 1)])
    (axes,) = figures.estimates(table, "AUROC").axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["random, 0.1", "random, 1", "in-domain, 1"]
