"""Figures: each draws what it is given, all of it, at its place."""

import io
import re
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from sklearn.metrics import roc_auc_score

from cxrstudy import figures, phantom

BACKEND = "matplotlib_inline.backend_inline.set_matplotlib_formats"


@pytest.fixture(autouse=True)
def style(monkeypatch):
    """The study's style, for this test only, on no screen."""
    formats = []
    monkeypatch.setattr(BACKEND, lambda *names, **_: formats.extend(names))
    with mpl.rc_context():
        mpl.use("Agg")
        figures.use_style()
        yield formats
    plt.close("all")


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


def everything_said(figure):
    said = [text.get_text() for text in figure.findobj(mpl.text.Text)]
    return "\n".join(said)


# --- Intervals ----------------------------------------------------------------------------------


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
    label = draw(table, "AUROC of COVID-19").axes[0].get_xlabel()
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
    (axes,) = figures.differences(CONTRASTS, "AUROC").axes
    assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]
    assert "difference to control" in axes.get_xlabel()
    assert "better than control" in axes.get_xlabel()


# --- ROC curves ---------------------------------------------------------------------------------

ARMS = ["control", "general", "pneumonia", "pooled", "natural"]


@pytest.fixture(scope="module")
def scores():
    """Two seeds of five arms, of which each is better than the one before."""
    random = np.random.default_rng(0)
    truth = (np.arange(200) % 2).astype(float)
    tables = []
    for strength, arm in enumerate(ARMS):
        for seed in (0, 1):
            table = pd.DataFrame({"truth_covid19": truth, "id": np.arange(200)})
            table["score_covid19"] = random.normal(0.5 * strength * truth)
            tables.append(table.assign(arm=arm, seed=seed, role="target", split="test"))
    whole = pd.concat(tables, ignore_index=True)
    # What must not be drawn: it would be perfect.
    other = whole.assign(score_covid19=whole["truth_covid19"])
    return pd.concat([whole, other.assign(split="validation"), other.assign(role="external")])


ESTIMATED = pd.DataFrame(
    {
        "arm": ARMS,
        "estimate": 0.5,
        "low": 0.4567,
        "high": 0.6,
        "patients": 90,
        "images": 200,
        "seeds": 2,
    }
)


def panel_curves(axes):
    return {to_hex(line.get_color()): line for line in axes.lines if len(line.get_xdata()) > 2}


def test_every_arm_has_a_panel_with_its_curve_and_that_of_the_first(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == ARMS
    grey, blue = figures.GREY.lower(), figures.BLUE.lower()
    control = panel_curves(shown[0])[grey]
    assert set(panel_curves(shown[0])) == {grey}
    for axes in shown[1:]:
        assert set(panel_curves(axes)) == {grey, blue}
        np.testing.assert_array_equal(panel_curves(axes)[grey].get_ydata(), control.get_ydata())


def test_a_curve_encloses_the_mean_auroc_of_the_seeds_on_the_test_split(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    tested = scores[(scores["role"] == "target") & (scores["split"] == "test")]
    for axes, arm in zip(figure.axes, ARMS, strict=False):
        line = list(panel_curves(axes).values())[-1]
        groups = tested[tested["arm"] == arm].groupby("seed")
        expected = np.mean(
            [roc_auc_score(rows["truth_covid19"], rows["score_covid19"]) for _, rows in groups]
        )
        assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(expected, abs=0.01)
        assert expected < 0.97


def test_the_estimates_are_written_into_the_panels(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    assert texts(figure.axes[2]) == ["0.500\n[0.457, 0.600]"]


def test_another_role_is_drawn_when_asked_for(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED, role="external")
    line = list(panel_curves(figure.axes[3]).values())[-1]
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(1)


# --- Images -------------------------------------------------------------------------------------


def specimen(lesion):
    image = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    lung, spot = np.zeros((64, 64), bool), np.zeros((64, 64), bool)
    lung[10:50, 10:50] = True
    spot[20:30, 20:30] = lesion
    return SimpleNamespace(image=image, lung=lung, lesion=spot)


def contours(axes):
    return [to_hex(found.get_edgecolor()[0]) for found in axes.collections]


def test_specimens_are_shown_side_by_side_with_names_and_outlines():
    shown = {"normal": specimen(False), "covid19": specimen(True), "nodule": specimen(True)}
    figure = figures.specimens(shown, columns=2, outlines=True)
    assert len(figure.axes) == 4
    used = figure.axes[:3]
    assert [axes.get_title() for axes in used] == ["normal", "COVID-19", "nodule"]
    for axes, one in zip(used, shown.values(), strict=True):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), one.image)
        assert (image.norm.vmin, image.norm.vmax) == (0, 255)
    lung, lesion = figures.SKY.lower(), figures.ORANGE.lower()
    assert [contours(axes) for axes in used] == [[lung], [lung, lesion], [lung, lesion]]
    assert not figure.axes[3].images


def test_specimens_have_no_outlines_unless_asked():
    figure = figures.specimens({"covid19": specimen(True)}, columns=1)
    assert contours(figure.axes[0]) == []


def test_patients_are_shown_with_what_the_manifest_says_of_them():
    rows = phantom.population.draw("target", 3, seed=5).head(3)
    figure = figures.patients(rows, pixels=32, columns=3)
    for axes, row in zip(figure.axes, rows.itertuples(), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), phantom.read(row.path, 32))
        title = axes.get_title()
        assert title.endswith(f"\n{row.view}, {row.sex}, {row.age:.0f} years")
        assert "_" not in title


def test_a_fractal_has_a_label_and_no_person():
    rows = phantom.population.draw("natural_small", 1, seed=5)
    (axes,) = figures.patients(rows, pixels=32, columns=1).axes
    assert axes.get_title() == rows["labels"].iloc[0].replace("_", " ")


# --- Style --------------------------------------------------------------------------------------


def test_a_notebook_shows_vector_graphics_and_each_figure_once(style):
    assert style == ["svg"]
    figures.estimates(TABLE, "AUROC")
    assert plt.get_fignums() == []


def saved(figure):
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


@pytest.mark.parametrize(
    "draw",
    [
        lambda scores: figures.estimates(TABLE, "AUROC", {"published": 0.757}),
        lambda scores: figures.differences(CONTRASTS, "AUROC"),
        lambda scores: figures.roc(scores, "covid19", ESTIMATED),
        lambda scores: figures.specimens({"covid19": specimen(True)}, 1, outlines=True),
    ],
    ids=["estimates", "differences", "roc", "specimens"],
)
def test_the_same_figure_is_the_same_file(draw, scores):
    first = saved(draw(scores))
    assert first == saved(draw(scores))
    assert len(first) > 5_000


def relative_luminance(colour):
    """WCAG 2.1, from the definition."""
    levels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_grey_text_can_be_read_on_white():
    # WCAG 2.1, success criterion 1.4.3: a contrast of at least 4.5 to 1.
    assert 1.05 / (relative_luminance(figures.GREY) + 0.05) >= 4.5


def test_colours_are_those_of_okabe_and_ito():
    published = {"#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"}
    named = {
        figures.BLUE, figures.ORANGE, figures.GREEN, figures.RED, figures.PURPLE, figures.SKY,
        figures.YELLOW,
    }  # fmt: skip
    assert named == published


def test_no_figure_says_a_minus_with_a_hyphen():
    said = everything_said(figures.differences(CONTRASTS, "AUROC"))
    assert not re.search(r"-\d", said)


def test_slopes_follow_every_arm_from_place_to_place_with_its_interval():
    def place(levels):
        rows = [
            {"arm": arm, "estimate": e, "low": e - 0.1, "high": e + 0.1, "patients": 40}
            for arm, e in levels.items()
        ]
        return pd.DataFrame(rows)

    places = {"here": place({"a": 0.9, "b": 0.5}), "there": place({"a": 0.3, "b": 0.52})}
    (axes,) = figures.slopes(places, "AUROC").axes
    drawn = [line.get_ydata().tolist() for line in axes.lines if line.get_marker() == "o"]
    assert drawn == [[0.9, 0.3], [0.5, 0.52]]
    bars = [segment[:, 1] for c in axes.collections for segment in c.get_segments()]
    assert np.allclose(bars, [[0.8, 1.0], [0.2, 0.4], [0.4, 0.6], [0.42, 0.62]])
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "here\nn = 40",
        "there\nn = 40",
    ]
    names = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert names["a"] == 0.3
    assert names["b"] == pytest.approx(0.52)


def test_names_at_the_ends_of_slopes_do_not_touch():
    rows = [{"arm": n, "estimate": 0.5, "low": 0.4, "high": 0.6, "patients": 9} for n in "abc"]
    (axes,) = figures.slopes({"here": pd.DataFrame(rows)}, "AUROC").axes
    heights = sorted(t.get_position()[1] for t in axes.texts if t.get_text() in "abc")
    assert min(np.diff(heights)) > 0.05
