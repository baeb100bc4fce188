"""Diagrams: the stages of experiments, as boxes and lines."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as MovePath

from cxrstudy.base.words import arm_shown
from cxrstudy.pages.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, WIDTH, finished
from cxrstudy.pages.figures.style import nothing
from cxrstudy.pages.figures.words import wrapped
from cxrstudy.pages.html import HTML
from cxrstudy.runs.plan import Plan, PlannedRun
from cxrstudy.study.forecast import forecast
from cxrstudy.study.graph import Graph
from cxrstudy.study.plan_tree import tree as tree_of_stages

LETTERS = 32  # per line of the name of an arm
#: Stages of a chain whose boxes lie so close that words in them are broken, and letters per line.
MANY_STAGES, LETTERS_OF_MANY = 6, 6
#: Points of the text in boxes. A figure keeps its size on a phone.
BOXED = 8.2

#: Colour of a stage by the first of its roles; others are grey.
ROLE_COLOURS = {"target": BLUE, "general": GREEN, "pneumonia": ORANGE, "natural_large": PURPLE}


def tree(plan: Plan) -> Figure:
    """Draw the stages of all arms as a tree; a box is a run, shared by all arms to its right.

    Parameters
    ----------
    plan
        The plan; its first seed is drawn.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, diagrams
    >>> study = Study("quick", "phantom", seeds=1)
    >>> diagrams.tree(arms_of("06_sequential_schemes", study).plan)
    <Figure size ...>
    """
    if not plan.ends:
        return nothing("No arm is planned")
    first_seed = min(seed for _, seed in plan.ends)
    ends = _arms_of_ends(plan, first_seed)
    runs = {run.id: run for run in plan.runs if run.chain.stages[-1].seed == first_seed}
    below = _children(runs)
    heights = _heights(below, ends)
    depths = {name: len(run.chain.stages) for name, run in runs.items()}
    many = max(depths.values()) > MANY_STAGES
    letters, row = (LETTERS_OF_MANY, 0.66) if many else (LETTERS, 0.5)
    figure, axes = plt.subplots(figsize=(WIDTH + 0.6, row * len(ends) + 0.3))
    step = 1.4
    titles = {run.chain.start.weights: run.chain.start.title for run in runs.values()}
    for parent, children in below.items():
        for child in children:
            start = (depths.get(parent, 0) * step, heights[parent])
            _branch(axes, start, (depths[child] * step, heights[child]))
        if parent not in runs:
            title = fill(titles[parent].replace("_", " "), 22)
            _box(axes, (0, heights[parent]), f"{title}\nweights", GREY)
    for name, run in runs.items():
        roles, at = run.chain.stages[-1].roles, (depths[name] * step, heights[name])
        colour = GREY if len(roles) > 1 else ROLE_COLOURS.get(roles[0], GREY)
        _box(axes, at, " +\n".join(_broken(role, letters) for role in roles), colour)
        if name in ends:
            label = wrapped(ends[name], LETTERS)
            size = 9.5 if len(label) <= LETTERS else 7.5
            axes.text(at[0] + 0.65, at[1], label, va="center", fontsize=size)
    axes.set_xlim(-0.5, (max(depths.values()) + 1) * step)
    axes.set_ylim(len(ends) - 0.45, -0.55)
    axes.axis("off")
    return finished(figure)


def whole(plan: Graph) -> HTML:
    """Show the stages of several experiments as text, as ``cxrstudy plan`` prints them.

    Examples
    --------
    >>> from cxrstudy.notebook import diagrams, make_graph
    >>> diagrams.whole(make_graph(["06"], "quick", "phantom", seeds=1))
    <HTML>
    """
    lines = tree_of_stages(plan, forecast(plan))
    return HTML(f'<pre class="study-plan" tabindex="0">{escape(chr(10).join(lines))}</pre>')


def _broken(role: str, letters: int) -> str:
    r"""A role with a line for each word; longer words are broken in the middle.

    Examples
    --------
    >>> _broken("natural_large", 6).split("\n"), _broken("pneumonia", 32)
    (['natu-', 'ral', 'large'], 'pneumonia')
    """
    lines = []
    for word in role.split("_"):
        half = (len(word) + 1) // 2
        lines += [word] if len(word) <= letters else [f"{word[:half]}-", word[half:]]
    return "\n".join(lines)


def _arms_of_ends(plan: Plan, seed: int) -> dict[str, Hashable]:
    """Last run of every arm to its name; arms of the same stages share one."""
    names: dict[str, list[str]] = {}
    for (arm, its_seed), run in plan.ends.items():
        if its_seed == seed:
            names.setdefault(run, []).append(arm_shown(arm))
    return {run: "; ".join(arms) for run, arms in names.items()}


def _children(runs: Mapping[str, PlannedRun]) -> dict[str, list[str]]:
    """Children of each run; runs without a parent are children of their initial weights."""
    below: dict[str, list[str]] = {}
    for name, run in runs.items():
        below.setdefault(run.parent or run.chain.start.weights, []).append(name)
    return below


def _heights(below: Mapping[str, Sequence[str]], ends: Mapping[str, Hashable]) -> dict[str, float]:
    """Row of each end, depth first so that no branches cross; other nodes amid their children."""
    heights: dict[str, float] = {}
    rows = iter(range(len(ends)))

    def place(name: str) -> float:
        own = [float(next(rows))] if name in ends else []
        heights[name] = float(np.mean(own + [place(child) for child in below.get(name, [])]))
        return heights[name]

    children = {child for names in below.values() for child in names}
    for root in [name for name in below if name not in children]:
        place(root)
    return heights


def _branch(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    middle = (start[0] + end[0]) / 2
    points = [start, (middle, start[1]), (middle, end[1]), end]
    codes = [MovePath.MOVETO, MovePath.CURVE4, MovePath.CURVE4, MovePath.CURVE4]
    curve = PathPatch(MovePath(points, codes), fill=False, edgecolor=GREY, linewidth=1.2, zorder=0)
    axes.add_patch(curve)


def _box(axes: Axes, at: tuple[float, float], text: str, colour: str) -> None:
    axes.text(
        *at, text, ha="center", va="center", fontsize=BOXED, color="black", linespacing=1.0,
        bbox={
            "boxstyle": "round,pad=0.32", "facecolor": "white", "edgecolor": colour,
            "linewidth": 1.6,
        },
    )  # fmt: skip
