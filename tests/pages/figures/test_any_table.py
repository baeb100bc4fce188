"""Any table: whatever numbers and names a table holds, a figure is drawn with them or says why not.

Names are long, short or the same; numbers are 0, 1, NaN, infinite; arms are none, one or thirty.
"""

import io
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from matplotlib.text import Text

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables
from tests.support.draws import draws

LONG = "control with twice the steps on general findings of another hospital, then pneumonia"
NUMBER = st.sampled_from([0.0, 1.0, 0.5, -0.0004, 1e-9, 12.0, math.nan, math.inf, -math.inf])
SIZES = st.sampled_from([0, 1, 2, 7, 30])
#: A figure takes as long as ten other examples.
DRAWN = draws(2, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def estimated(draw, names):
    """A table of estimates of some arms, with any numbers."""
    rows = []
    for name in names:
        low, estimate, high = sorted(
            (draw(NUMBER), draw(NUMBER), draw(NUMBER)), key=lambda n: (math.isnan(n), n)
        )
        rows.append({"arm": name, "estimate": estimate, "low": low, "high": high})
    frame = pd.DataFrame(rows, columns=["arm", "estimate", "low", "high"])
    return frame.assign(**tables.COUNTS, reason="why it is so")


def named(count):
    return [f"{LONG} {n}" if n % 3 == 0 else f"a$b_{n}" for n in range(count)]


def pairs(count):
    return [(0.1 * (n // 2), f"series {n % 2}") for n in range(count)]


def wide(count):
    """Twelve series, more than a reader can tell apart, if there are so many arms."""
    return [(0.1 * (n // 12), f"series {n % 12}") for n in range(count)]


def shares(count):
    return [(f"start {n % 2}", 0.01 * (n // 2)) for n in range(count)]


PATIENTS = {0.01 * n: 10 * n for n in range(30)}
DOSES = pd.DataFrame(
    {
        "name": named(30), "title": named(30), "images": [100 * 2**n for n in range(30)],
        "domain": ["none", *["out", "in"] * 14, "out"],
    }
)  # fmt: skip

FIGURES = {
    "estimates": (named, lambda t: figures.estimates(t, LONG, {"paper": 0.9, LONG: 0.9})),
    "differences": (named, lambda t: figures.differences(t.assign(against=LONG), "AUROC")),
    "slopes": (named, lambda t: figures.slopes({"here": t, LONG: t.iloc[1:]}, "AUROC")),
    "doses": (named, lambda t: figures.dose_response(t, DOSES, "AUROC")),
    "factor": (pairs, lambda t: figures.by_factor(t, figures.Factor("alpha"), "AUROC")),
    "log factor": (pairs, lambda t: figures.by_factor(t, figures.Factor("side", "log"), "AUROC")),
    "panels": (
        pairs,
        lambda t: figures.panels_by_factor(
            {"slope": t, LONG: t.iloc[:3]}, figures.Factor("alpha"), {"slope": 1.0}
        ),
    ),
    "many series": (wide, lambda t: figures.by_factor(t, figures.Factor("alpha"), "AUROC")),
    "many panels": (
        wide,
        lambda t: figures.panels_by_factor({"slope": t}, figures.Factor("alpha"), {}),
    ),
    "many starts": (
        lambda count: [(name, part) for part, name in wide(count)],
        lambda t: figures.learning_curves(t, {0.1 * n: 10 * n for n in range(30)}, "AUROC"),
    ),
    "learning": (shares, lambda t: figures.learning_curves(t, PATIENTS, "AUROC")),
    "calibration": (
        named,
        lambda t: figures.calibration(t.assign(bin=1, predicted=0.5), "COVID-19"),
    ),
    "decision": (named, lambda t: figures.decision_curve(t.assign(threshold=0.2))),
    "groups": (
        named,
        lambda t: figures.subgroups(
            t.assign(grouping="sex", group=LONG, positive=3, negative=4, note=""), t, "AUROC"
        ),
    ),
    "forest": (
        named,
        lambda t: figures.contrasts_forest(
            t.assign(
                claim="B1", contrast=f"{LONG} − {LONG}", origin=t["arm"], margin=0.0,
                verdict="inconclusive",
            )
        ),
    ),
}  # fmt: skip

LOGARITHMIC = ("doses", "log factor", "learning", "many starts")


@pytest.mark.parametrize("kind", FIGURES)
@DRAWN
@given(data=st.data(), count=SIZES)
def test_a_figure_is_drawn_or_refused_by_name(kind, data, count):
    names, draw = FIGURES[kind]
    table = data.draw(estimated(names(count)))
    try:
        figure = draw(table)
    except FigureError:
        # Panels beside each other have no room for more series than a reader can tell apart, nor
        # the page for more than three arms with their groups; a logarithmic axis may have a place
        # for nothing.
        refused = (kind == "many panels" and count > 7) or (kind == "groups" and count > 3)
        assert refused or (count and kind in LOGARITHMIC)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a layout that collapsed is a warning
        figure.savefig(io.BytesIO(), format="png", dpi=20)
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert not any(word in text.lower() for text in texts for word in ("nan ", "inf ", "[nan"))
    limits = [[*axes.get_xlim(), *axes.get_ylim()] for axes in figure.axes]
    assert np.isfinite(limits).all()
    assert [axes for axes in figure.axes if axes.get_window_extent().width <= 20] == []
    if count == 0:
        assert "No " in " ".join(texts)


@pytest.mark.parametrize("kind", [kind for kind in FIGURES if kind not in ("panels",)])
def test_two_levels_in_one_figure_are_refused(kind):
    names, draw = FIGURES[kind]
    table = tables.estimated({name: 0.4 + 0.01 * n for n, name in enumerate(names(2))})
    with pytest.raises(FigureError, match="several levels"):
        draw(table.assign(level=[0.9, 0.95]))
