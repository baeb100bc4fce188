"""Diagrams: every run of a plan has its box, and hangs where its parent is."""

import io
from dataclasses import replace
from html import unescape

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import PathPatch

from cxrstudy.pages import diagrams, figures
from cxrstudy.runs.plan import make_plan
from cxrstudy.study.forecast import forecast
from cxrstudy.study.plan_tree import tree
from cxrstudy.training.chain import Chain, Start
from tests.support import planned
from tests.support.builders import STAGE, TINY, make_cohort, make_role
from tests.support.planned import graph_of, record
from tests.support.some import some

world, records = planned.world, planned.records


@pytest.fixture(autouse=True)
def style(monkeypatch):
    """The study's style, for this test only, on no screen."""
    monkeypatch.setattr(
        "matplotlib_inline.backend_inline.set_matplotlib_formats", lambda *names, **_: None
    )
    with mpl.rc_context():
        mpl.use("Agg")
        figures.use_style()
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    roles = [
        make_role(folder),
        make_role(folder, "multilabel", ("a", "b"), name="general"),
        make_role(folder, "binary", ("opacity",), name="pneumonia"),
    ]
    file = f"file:weights/resnet10t.inat17insect_coral_qat.safetensors#{'a' * 64}"
    start, other = Chain(TINY), Chain(Start("resnet10t", file))
    target, general, pneumonia = (
        STAGE.but(roles=(name,)) for name in ("target", "general", "pneumonia")
    )
    arms = {
        "T": start >> target,
        "G→T": start >> general >> target,
        "G→P→T": start >> general >> pneumonia >> target,
        "pooled": start >> STAGE.but(roles=("general", "pneumonia")) >> target,
        "elsewhere": other >> target,
    }
    return make_plan(arms, 2, make_cohort(*roles))


def boxes(figure):
    """Text of the boxes, by place."""
    (axes,) = figure.axes
    return {text.get_position(): text.get_text() for text in axes.texts if text.get_bbox_patch()}


def drawn(figure):
    """What a figure was drawn with; afterwards its texts have places."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def test_the_tree_has_a_box_a_run_of_one_seed_and_one_for_each_start(plan):
    found = boxes(diagrams.tree(plan))
    runs = [run for run in plan.runs if run.chain.stages[-1].seed == 0]
    assert len(runs) == 8
    assert len(found) == 8 + 2
    assert sorted(found.values()) == sorted(
        [
            "random\nweights",
            "inat17insect coral qat\nweights",
            "general +\npneumonia",
            "general",
            "pneumonia",
        ]
        + ["target"] * 5
    )


def test_a_box_stands_as_far_right_as_its_run_is_deep(plan):
    found = boxes(diagrams.tree(plan))
    columns = sorted({x for x, _ in found})
    at = {x: sorted(text for (other, _), text in found.items() if other == x) for x in columns}
    assert [at[x] for x in columns] == [
        ["inat17insect coral qat\nweights", "random\nweights"],
        ["general", "general +\npneumonia", "target", "target"],
        ["pneumonia", "target", "target"],
        ["target"],
    ]


def test_every_arm_is_named_beside_its_last_box_in_a_row_of_its_own(plan):
    figure = diagrams.tree(plan)
    names = {
        text.get_text(): text.get_position()
        for text in figure.axes[0].texts
        if not text.get_bbox_patch()
    }
    assert set(names) == {"T", "G→T", "G→P→T", "pooled", "elsewhere"}
    assert len({y for _, y in names.values()}) == 5
    found = boxes(figure)
    for x, y in some(names.values()):
        last = max(at for at, row in found if row == y and at < x)
        assert found[last, y] == "target"


def test_no_two_boxes_lie_on_each_other(plan):
    figure = diagrams.tree(plan)
    renderer = drawn(figure)
    patches = [text.get_bbox_patch() for text in figure.axes[0].texts if text.get_bbox_patch()]
    extents = [patch.get_window_extent(renderer) for patch in patches]
    for number, one in some(enumerate(extents)):
        assert not any(one.overlaps(other) for other in extents[number + 1 :])


def test_many_turns_fit_beside_each_other_and_before_the_name_of_their_arm(tmp_path):
    roles = [
        make_role(tmp_path),
        make_role(tmp_path, "multilabel", ("a", "b"), name="general"),
        make_role(tmp_path, "binary", ("opacity",), name="pneumonia"),
    ]
    target, general, pneumonia = (
        STAGE.but(roles=(name,)) for name in ("target", "general", "pneumonia")
    )
    arms = {}
    for turns in (1, 2, 4):
        chain = Chain(TINY) >> general
        for _ in range(turns):
            chain = chain >> general >> pneumonia
        arms[f"{turns} turns"] = chain >> target
    figure = diagrams.tree(make_plan(arms, 1, make_cohort(*roles)))
    renderer = drawn(figure)
    texts = figure.axes[0].texts
    extents = [(text.get_bbox_patch() or text).get_window_extent(renderer) for text in texts]
    assert len(extents) > 12
    for number, one in some(enumerate(extents)):
        assert not any(one.overlaps(other) for other in extents[number + 1 :])


def test_every_run_hangs_on_one_branch(plan):
    (axes,) = diagrams.tree(plan).axes
    branches = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    found = boxes(axes.figure)
    ends = [tuple(branch.get_path().vertices[-1]) for branch in branches]
    roots = {place for place, text in found.items() if "weights" in text}
    assert sorted(ends) == sorted(place for place in found if place not in roots)
    assert {tuple(branch.get_path().vertices[0]) for branch in branches} <= set(found)


def texts_of(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text)]


def test_arms_of_the_same_stages_are_both_named(tmp_path):
    chain = Chain(TINY) >> STAGE
    plan = make_plan(
        {"one": chain, "two": chain, "x" * 80: chain}, 1, make_cohort(make_role(tmp_path))
    )
    figure = diagrams.tree(plan)
    (name,) = [text for text in texts_of(figure) if text.startswith("one")]
    assert name.replace("\n", "").replace(" ", "") == f"one;two;{'x' * 80}"
    assert max(map(len, name.split("\n"))) <= diagrams.LETTERS


def test_what_is_empty_is_said(plan):
    assert texts_of(diagrams.tree(replace(plan, runs=(), ends={}))) == ["No arm is planned"]


def bytes_of(figure):
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def test_the_same_plan_is_the_same_file(plan):
    first = bytes_of(diagrams.tree(plan))
    assert first == bytes_of(diagrams.tree(plan))
    assert len(first) > 5_000


# --- Of several experiments ---------------------------------------------------------------------


def test_the_whole_plan_is_what_the_command_prints_and_is_no_html(records):
    record(records, graph_of("01_one"))
    made = graph_of()
    shown = diagrams.whole(made).data
    text = unescape(shown.removeprefix('<pre class="study-plan" tabindex="0">'))
    assert text.removesuffix("</pre>") == "\n".join(tree(made, forecast(made)))
    assert "<" not in shown[4:-6]
    assert "recorded" in shown
