"""Failed arms: what a page says first of networks whose training has no result.

A page about maps or errors looks at a network whatever it has learnt. One that is no better than a
constant has maps and errors too; they show nothing about networks that learnt something.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from html import escape
from typing import Any

from cxrstudy.base.words import arm_name
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.names import spaced
from cxrstudy.study.arms import Arms

#: What follows from what is shown of such networks.
SAYS_NOTHING = (
    "What this page shows of them says nothing about networks that have learnt something."
)
#: What stands behind the name of an arm whose training has no result.
NO_RESULT = " (no result)"


def marking_failed(arms: Arms, named: Callable[[Any], str] = arm_name) -> Callable[[Hashable], str]:
    """A function that names arms, and marks those whose training has no result.

    A box at the head of a page is out of sight where its figures and tables are.

    Parameters
    ----------
    arms
        Arms that the page looks at; they are trained.
    named
        What the page calls an arm.

    Examples
    --------
    >>> from cxrstudy.pages.failed_arms import marking_failed
    >>> marking_failed(arms.only(["control"]))("control")  # arms are trained, as in a chapter
    'control'
    """
    failed = set(arms.failed)
    return lambda arm: f"{named(arm)}{NO_RESULT if arm in failed else ''}"


def failed_arms(*shown: Arms, named: Callable[[Any], str] = arm_name) -> HTML:
    """Name the arms that a page looks at and whose training has no result; empty if there are none.

    Parameters
    ----------
    shown
        Arms that the page looks at, of one study or of several; they are trained.
    named
        What the page calls an arm.

    Examples
    --------
    >>> from cxrstudy.pages.failed_arms import failed_arms
    >>> failed_arms(arms.only(["control"]))  # arms are trained, as in a chapter
    <HTML>
    """
    items = _items(shown, named)
    if not items:
        return HTML("")
    return HTML(
        '<div class="admonition warning"><p class="admonition-title">Networks without a result</p>'
        f"<p>{SAYS_NOTHING}</p><ul>{items}</ul></div>"
    )


def folded_failed_arms(*shown: Arms) -> HTML:
    """Name the same arms in a fold, on a page whose figures stand beside those of a record.

    Examples
    --------
    >>> from cxrstudy.pages.failed_arms import folded_failed_arms
    >>> folded_failed_arms(arms.only(["control"]))  # arms are trained, as in a chapter
    <HTML>
    """
    items = _items(shown, arm_name)
    if not items:
        return HTML("")
    return HTML(
        fold("Networks of this run without a result", f"<p>{SAYS_NOTHING}</p><ul>{items}</ul>")
    )


def _items(shown: Sequence[Arms], named: Callable[[Any], str]) -> str:
    """Arms without a result, by their reason; with the cohort where two have such a name."""
    cohorts = {(named(arm), arms.study.cohort.name) for arms in shown for arm in arms}
    many = Counter(name for name, _ in cohorts)
    by_reason: dict[str, list[str]] = {}
    for arms in shown:
        for arm, why in arms.failed.items():
            name = named(arm)
            by_reason.setdefault(why, []).append(f"{name}{_of(arms) if many[name] > 1 else ''}")
    return "".join(
        f"<li>{escape(', '.join(names))}: {escape(spaced(why))}</li>"
        for why, names in by_reason.items()
    )


def _of(arms: Arms) -> str:
    return f" ({cohort_title(arms.study.cohort.name)})"
