"""Style: the colours, marks and sizes that all figures share.

Colours are Okabe and Ito's (2008), which colour-blind readers can distinguish. Every difference in
colour is also one in mark, position or text, so that figures can be read in grey.
"""

import sys
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from cxrstudy.base.words import arm_name
from cxrstudy.pages.figures.gate import FigureError

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F6670",
)  # fmt: skip
WIDTH = 7.2  # inches: the text width of the book
SMALL = 8.5  # points: text inside a figure
CAPTION_LINE = 0.16  # inches: height of a line of a caption
BROKEN = (0, (4, 3))  # for lines that are not estimates: chance, an ideal, a published number


@dataclass(frozen=True)
class Look:
    """The style of a series: colour, mark and dashes."""

    colour: str
    marker: str
    dashes: Any = "-"


#: Styles, in the order in which series get them.
LOOKS = (
    Look(BLUE, "o", "-"),
    Look(ORANGE, "s", (0, (6, 2))),
    Look(GREEN, "^", (0, (2, 1.5))),
    Look(RED, "D", (0, (6, 2, 1, 2))),
    Look(PURPLE, "v", (0, (10, 2))),
    Look(SKY, "P", (0, (4, 1, 1, 1, 1, 1))),
    Look(GREY, "X", (0, (1, 1))),
)


def use_style() -> None:
    """Set the style of all figures, and vector graphics where a notebook shows them.

    Examples
    --------
    >>> use_style()
    """
    sns.set_theme(
        context="notebook", style="ticks", palette=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY]
    )
    plt.rcParams.update(
        {
            "font.size": 10, "axes.labelsize": 10, "xtick.labelsize": 9.5, "ytick.labelsize": 10,
            "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY,
            "figure.dpi": 110, "savefig.bbox": "tight", "savefig.facecolor": "white",
            # A dollar in somebody's name of an arm is no formula.
            "text.parse_math": False,
            # Equal figures give equal files: no dates, no random ids.
            "svg.hashsalt": "cxrstudy",
        }
    )  # fmt: skip
    if "IPython" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})


def are_told_apart(names: Iterable[Hashable]) -> bool:
    """Whether a reader can tell the lines of so many series apart."""
    return len(dict.fromkeys(names)) <= len(LOOKS)


def looks(names: Iterable[Hashable]) -> dict[Hashable, Look]:
    """Give every series its style, in order.

    Raises
    ------
    FigureError
        There are more series than styles.
    """
    distinct = list(dict.fromkeys(names))
    if len(distinct) > len(LOOKS):
        raise FigureError(
            f"{len(distinct)} series in one figure; a reader can tell {len(LOOKS)} lines apart: "
            f"draw the others, from {arm_name(distinct[len(LOOKS)])!r} on, in another figure, or "
            "all as rows of a table"
        )
    return dict(zip(distinct, LOOKS, strict=False))


def ink(colour: str) -> str:
    """Darken a colour until text in it has a contrast of 4.5 on white (WCAG 2.1)."""
    red, green, blue = to_rgb(colour)
    while 1.05 / (_luminance(red, green, blue) + 0.05) < 4.5:
        red, green, blue = 0.97 * red, 0.97 * green, 0.97 * blue
    return to_hex((red, green, blue))


def figure_of(axes: Axes) -> Figure:
    """The figure that contains axes."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def caption_below(figure: Figure, text: str, **place: Any) -> None:
    """Write a caption below a figure, which becomes higher by the lines beyond two.

    Parameters
    ----------
    figure
        The figure.
    text
        The caption.
    place
        As for :meth:`matplotlib.figure.Figure.supxlabel`.
    """
    more = max(0, text.count("\n") - 1)
    figure.set_figheight(figure.get_figheight() + CAPTION_LINE * more)
    figure.supxlabel(text, fontsize=9.5, **place)


def nothing(said: str) -> Figure:
    """A figure of one line of text, for a selection that is empty: a page goes on without it."""
    figure = plt.figure(figsize=(WIDTH, 0.5))
    figure.text(0.0, 0.5, said, va="center", fontsize=10, color=GREY, style="italic")
    return finished(figure)


def finished(figure: Figure) -> Figure:
    """Close a figure in pyplot, so that a notebook does not show it twice."""
    plt.close(figure)
    return figure


def _luminance(*levels: float) -> float:
    """Relative luminance of red, green and blue, as WCAG 2.1 defines it."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
