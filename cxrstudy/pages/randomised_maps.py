"""Randomised maps: how like the maps of a network stay to themselves as its weights become random.

Names of blocks are those of timm's networks, which a reader of pages need not know.
"""

import re

import pandas as pd
from matplotlib.figure import Figure

from cxrstudy.base import numbers
from cxrstudy.pages import figures
from cxrstudy.pages.html import HTML

#: The depth at which nothing is random yet, and the blocks that have no number, in words.
TRAINED = "none"
BLOCKS = {
    TRAINED: "as trained", "fc": "head", "head": "head", "classifier": "head",
    "bn1": "first normalisation", "conv1": "first convolution",
}  # fmt: skip
#: A block of a stage, both numbered; timm counts stages from 1 and blocks from 0.
NUMBERED = re.compile(r"layer(\d+)\.(\d+)")


def block_in_words(name: str) -> str:
    """A block of a network in words, with its name in code; others keep their name.

    Examples
    --------
    >>> block_in_words("layer4.0"), block_in_words("fc"), block_in_words("norm")
    ('stage 4, block 1 (layer4.0)', 'head (fc)', 'norm')
    """
    if name == TRAINED:
        return BLOCKS[name]
    if found := NUMBERED.fullmatch(name):
        return f"stage {found[1]}, block {int(found[2]) + 1} ({name})"
    return f"{BLOCKS[name]} ({name})" if name in BLOCKS else name


def randomised_figure(sane: pd.DataFrame) -> Figure:
    """Draw the similarity of maps by the block down to which weights are random.

    Parameters
    ----------
    sane
        From :func:`cxrstudy.explain.reliability.sanity`.

    Examples
    --------
    >>> from cxrstudy.explain.reliability import sanity, subject
    >>> control = subject(arms, "control", most=5)  # arms are trained, as in a chapter
    >>> randomised_figure(sanity(control))
    <Figure size ...>
    """
    named = sane.assign(arm=sane["block"].map(block_in_words))
    return figures.estimates(named, "rank correlation of maps", published={"no similarity": 0.0})


def randomised_said(sane: pd.DataFrame) -> HTML:
    """Say within which range the similarity lies once weights are random.

    Parameters
    ----------
    sane
        From :func:`cxrstudy.explain.reliability.sanity`.

    Examples
    --------
    >>> sane = pd.DataFrame({"block": ["none", "fc", "conv1"], "estimate": [1.0, -0.4, 0.2]})
    >>> randomised_said(sane).data[:64]
    '<p>With random weights, it lies between −0.400 and 0.200 here. A'
    """
    found = sane.loc[sane["block"] != TRAINED, "estimate"].dropna()
    if found.empty:
        return HTML("")
    low, high = numbers.level(found.min()), numbers.level(found.max())
    said = f"With random weights, it lies between {low} and {high} here."
    if found.min() < 0:
        said += (
            " A value below zero is no independence: the network with random weights then marks "
            "what the trained one leaves out."
        )
    return HTML(f"<p>{said}</p>")
