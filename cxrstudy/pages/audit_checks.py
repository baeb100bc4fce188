"""Audit checks: what each check of the audit looks for, how, what it finds, and what to do.

All of it is taken from the checks themselves: title, text and advice, the limits with the comments
that stand at them, and what was measured. Nothing of it is written a second time.
"""

import inspect
import re
from collections.abc import Iterator
from html import escape
from types import ModuleType
from typing import Any

from cxrstudy.audit import CHECKS, metadata_classifier, near_duplicate_pairs
from cxrstudy.base import numbers
from cxrstudy.pages import audit_missed, audit_strengths
from cxrstudy.pages.audit_strengths import PLANTED_IMAGES, PLANTED_SHORTCUTS, TIES
from cxrstudy.pages.html import HTML, fold

#: Checks that look for changed copies.
COPIES = "CXR003"
#: Where a page shows what the checks that predict a label have in common.
IN_COMMON = "predicted-labels"

#: A limit in a module: its comment, its names and its value on one line.
_LIMIT = re.compile(r"((?:^#: ?.*\n)+)^([A-Z][A-Z_]*(?:, [A-Z_]+)*) = (.+)$", re.M)


def of_check(code: str) -> HTML:
    """Show what a check looks for and how, its limits, what it finds, and what to do.

    Parameters
    ----------
    code
        Such as ``CXR001``.

    Raises
    ------
    KeyError
        There is no such check.

    Examples
    --------
    >>> of_check("CXR001")
    <HTML>
    """
    check: Any = {each.CODE: each for each in CHECKS}[code]
    what, *how = (f"<p>{_said(text)}</p>" for text in _paragraphs(check))
    missed = audit_missed.missed(code)
    warned = f"<p>{escape(missed)}</p>" if missed else ""
    parts = {
        "What decides": _decides(code, check),
        "At which strengths it finds it": _strengths(code),
        "What to do": f"<p>{escape(check.ADVICE)}</p>",
    }
    others = (f"<p><b>{name}.</b></p>{shown}" for name, shown in parts.items() if shown)
    inside = fold("How, by which limits, and what to do", "".join((*how, *others)))
    return HTML(f'<div id="{code}">{what}{warned}{inside}</div>')


def in_common() -> HTML:
    """Show the limits of all checks that predict a label, and at which strengths they find a tie.

    Examples
    --------
    >>> in_common()
    <HTML>
    """
    limits = "".join(_limits(metadata_classifier))
    strengths = "".join(map(audit_strengths.ties, dict.fromkeys(TIES.values())))
    said = (
        "<p>Of simulated ties with a label that half of the patients have: the share that is "
        "reported, and in brackets the share that is an issue. Columns: the AUROC that the feature "
        "alone would have. Without a tie, all that is reported is a false alarm."
        f"{audit_strengths.draws_of_ties()}</p>"
    )
    inside = f"{limits}{said}{strengths}"
    shown = fold("The limits of these checks, and at which strengths they find a tie", inside)
    return HTML(f'<div id="{IN_COMMON}">{shown}</div>')


def _paragraphs(check: Any) -> list[str]:
    """The text of a check, without the sections about exceptions."""
    text = inspect.getdoc(check.check) or ""
    return [
        " ".join(part.split()) for part in re.split(r"\nRaises\n", text)[0].split("\n\n") if part
    ]


def _decides(code: str, check: Any) -> str:
    """The limits of a check, and where those are that it shares with others."""
    modules = (check, near_duplicate_pairs) if code == COPIES else (check,)
    own = "".join(limit for module in modules for limit in _limits(module))
    if code in TIES:
        link = f'<a href="#{IN_COMMON}">of all checks that predict a label</a>'
        return f"{own}<p>By the limits {link}.</p>"
    return own or "<p>One case is enough.</p>"


def _limits(module: ModuleType) -> Iterator[str]:
    for comment, names, value in _LIMIT.findall(inspect.getsource(module)):
        why = " ".join(line.removeprefix("#:").strip() for line in comment.splitlines())
        yield f"<p><b>{escape(_set(names, value))}</b>. {_said(why)}</p>"


def _set(names: str, value: str) -> str:
    """Limits and their values in words: ``Note above: 0.6, issue above: 0.75``."""
    words = names.capitalize().replace("_", " ").split(", ")
    if value[-1] in "([{":
        return ", ".join(words)
    values = [numbers.plain(float(one)) for one in value.split(", ")]
    return ", ".join(f"{word}: {one}" for word, one in zip(words, values, strict=True))


def _strengths(code: str) -> str:
    """What was measured of a check; empty for those that compare what manifests and files say."""
    if code in TIES:
        link = f'<a href="#{IN_COMMON}">table of ties of {TIES[code]}</a>'
        own = audit_strengths.shortcuts(code) if code in PLANTED_SHORTCUTS else ""
        return f"<p>By the {link}.</p>{own}"
    if code == COPIES:
        return audit_strengths.copies()
    if code not in PLANTED_IMAGES:
        return ""
    first = PLANTED_IMAGES[0]
    if code != first:
        return f'<p>The <a href="#{first}">table of {first}</a> has what was measured of both.</p>'
    return audit_strengths.wrong_images()


def _said(text: str) -> str:
    """Text of a docstring or comment as HTML: names of code are set as such."""
    text = re.sub(r":\w+:`([^`]+)`", r"``\1``", text)
    parts = re.split(r"``(.+?)``|`([^`]+)`", text)
    return "".join(
        escape(part) if place % 3 == 0 else f"<code>{escape(part)}</code>"
        for place, part in enumerate(parts)
        if part is not None
    )
