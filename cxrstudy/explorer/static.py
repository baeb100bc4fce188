"""Static: the explorer as one piece of HTML, without a kernel and without internet access."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cxrstudy.base.identity import fingerprint
from cxrstudy.base.standard_json import plain_value
from cxrstudy.base.words import label_name
from cxrstudy.explain import METHODS
from cxrstudy.explorer import frontend
from cxrstudy.explorer.case import Case, as_address, as_text
from cxrstudy.explorer.catalogue import static_catalogue
from cxrstudy.explorer.still import first_maps, still

_PAGE = """<div class="cxr-explorer" dir="ltr" lang="en" data-explorer="{key}">
<style>{style}</style>
<div class="cxr-still">{still}</div>
{left_out}
<script type="application/json">{data}</script>
</div>
<script type="module">{script}
mountAll({key_text});
</script>
"""


@dataclass(frozen=True)
class StaticExplorer:
    """The output of a notebook cell: HTML, and an image for formats without HTML.

    Attributes
    ----------
    html
        The whole explorer.
    shown, left_out
        Number of cases that are shown, and numbers of those left out, by licence.
    png
        A figure of the first case; None if there is no case.
    """

    html: str
    shown: int
    left_out: Mapping[str, int]
    png: bytes | None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """The explorer for a notebook, the figure for a PDF, and a sentence for a terminal."""
        bundle: dict[str, Any] = {"text/html": self.html, "text/plain": self._sentence}
        return bundle if self.png is None else bundle | {"image/png": as_text(self.png)}

    @property
    def _sentence(self) -> str:
        return f"Grad-CAM explorer of {self.shown} images, {sum(self.left_out.values())} left out"


def static_explorer(
    cases: Sequence[Case],
    title: str = "Grad-CAM explorer",
    methods: Mapping[str, str] | None = None,
) -> StaticExplorer:
    """Make an explorer for a published page.

    Images whose licence in the manifest does not allow publication are left out, and the page says
    how many and why.

    Parameters
    ----------
    cases
        From :func:`cxrstudy.explorer.build_cases`. Images without a known licence are left out
        too.
    title
        Title above the figure and for screen readers.
    methods
        Name of a method to its title for people; None: those of :mod:`cxrstudy.explain`.

    Raises
    ------
    ValueError
        A case has no image, or no map of one of its arms.
    """
    refused = Counter(_licence(case) for case in cases if not _publishable(case))
    kept = [case for case in cases if _publishable(case)]
    for case in kept:
        _check(case)
    data = _as_json(static_catalogue(kept, methods or _titles(), title))
    key = fingerprint(data)[:12]
    html = _PAGE.format(
        key=key, key_text=json.dumps(key), style=frontend.style(), script=frontend.script(),
        data=data, still=_still(kept, title), left_out=_said_of(refused),
    )  # fmt: skip
    return StaticExplorer(html, len(kept), dict(refused), still(kept[0], "PNG") if kept else None)


def _publishable(case: Case) -> bool:
    return case.facts is not None and case.facts.publishable


def _licence(case: Case) -> str:
    return case.facts.licence if case.facts is not None else "not stated"


def _check(case: Case) -> None:
    if case.image is None:
        raise ValueError(f"case {case.id} holds no image: make cases with build_cases")
    empty = [arm for arm, reading in case.readings.items() if not reading.maps]
    if empty or not case.readings:
        whose = f"arm {empty[0]!r}" if empty else "any arm"
        raise ValueError(f"case {case.id} holds no map of {whose}: make cases with build_cases")


def _as_json(data: dict[str, Any]) -> str:
    """Compact JSON, without characters that could end the surrounding script."""
    text = json.dumps(plain_value(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _still(cases: Sequence[Case], title: str) -> str:
    if not cases:
        return f"<p>{escape(title)}: there is no image to show.</p>"
    case = cases[0]
    said = "; ".join(_captions(case))
    caption = f"{escape(title)}. {escape(case.id)}; {escape(said)}."
    address = as_address(still(case))
    return (
        f'<figure><img class="dark-light" src="{address}" alt="{caption}">'
        f"<figcaption>{caption} With scripts switched on, this figure can be explored."
        "</figcaption></figure>"
    )


def _captions(case: Case) -> Iterator[str]:
    maps = first_maps(case)
    for arm, reading in case.readings.items():
        where = f", map for {label_name(maps[arm][0].label)}" if arm in maps else ""
        yield f"{arm}: calls {reading.words}{where}"


def _said_of(refused: Mapping[str, int]) -> str:
    if not refused:
        return ""
    count = sum(refused.values())
    one = count == 1
    reasons = ", ".join(f"{licence} ({n})" for licence, n in sorted(refused.items()))
    return (
        f'<p class="cxr-left-out">{count} image{"" if one else "s"} left out: '
        f"{'its licence does' if one else 'their licences do'} not allow publication here: "
        f"{escape(reasons)}.</p>"
    )


def _titles() -> dict[str, str]:
    return {name: method.title for name, method in METHODS.items()}
