"""Style: the colours, marks and sizes that all figures share.

Colours are Okabe and Ito's (2008), which colour-blind readers can tell apart; what a colour says is
also said by a mark, by place or by text, so that a figure survives a grey printer.
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

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F6670",
)  # fmt: skip
WIDTH = 7.2  # inches: the text width of the book
SMALL = 8.5  # points: what is written into a figure
BROKEN = (0, (4, 3))  # line of what is no estimate: chance, an ideal, a published number


@dataclass(frozen=True)
class Look:
    """How a series is told from the others: by colour, and by mark or dashes."""

    colour: str
    marker: str
    dashes: Any = "-"


#: In the order in which series take them.
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
            # The same figure is the same file: no dates, no random ids.
            "svg.hashsalt": "cxrstudy",
        }
    )  # fmt: skip
    if "IPython" in sys.modules:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", metadata={"Date": None})


def looks(names: Iterable[Hashable]) -> dict[Hashable, Look]:
    """Give every series its look, in order.

    Raises
    ------
    ValueError
        There are more series than a reader can tell apart.
    """
    distinct = list(dict.fromkeys(names))
    if len(distinct) > len(LOOKS):
        raise ValueError(f"{len(distinct)} series in one figure; draw at most {len(LOOKS)}")
    return dict(zip(distinct, LOOKS, strict=False))


def ink(colour: str) -> str:
    """Darken a colour until text in it can be read on white: a contrast of 4.5 (WCAG 2.1)."""
    red, green, blue = to_rgb(colour)
    while 1.05 / (_luminance(red, green, blue) + 0.05) < 4.5:
        red, green, blue = 0.97 * red, 0.97 * green, 0.97 * blue
    return to_hex((red, green, blue))


def figure_of(axes: Axes) -> Figure:
    """The figure that axes stand in."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure


def finished(figure: Figure) -> Figure:
    """Take a figure from pyplot's hands, or a notebook would show it a second time."""
    plt.close(figure)
    return figure


def _luminance(*levels: float) -> float:
    """Relative luminance of red, green and blue, as WCAG 2.1 defines it."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
