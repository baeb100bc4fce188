"""Page: the explorer of verdicts as one piece of HTML, which needs no kernel and no network."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cxrstudy.base.es_modules import joined_file
from cxrstudy.base.identity import fingerprint
from cxrstudy.pages.html import HTML
from cxrstudy.pages.verdict_explorer.evidence import DRAWS, budgets
from cxrstudy.pages.verdict_explorer.stored import data_of, text_of

ASSETS = Path(__file__).parent / "assets"
ENTRANCE = ASSETS / "verdicts.js"

#: What stands in place of the controls where no script runs.
_STILL = """<p class="vx-still">With scripts switched on, verdicts can be recomputed here with
another margin, measure, correction or budget. What is recorded stands above.</p>"""

_PAGE = """<div class="vx-explorer" dir="ltr" lang="en" data-verdicts="{key}">
<style>{style}</style>
{still}
<script type="application/json">{data}</script>
</div>
<script type="module">{script}
mountVerdicts({key_text});
</script>
"""


def verdict_explorer(folders: Sequence[Path] | None = None) -> HTML:
    """Show verdicts that a reader can recompute with other settings, and all settings side by side.

    Parameters
    ----------
    folders
        Of recorded results; None: those of profiles that decide, and of their halves.

    Examples
    --------
    >>> from cxrstudy.notebook import show
    >>> show.verdict_explorer([])
    <HTML>
    """
    data = data_of(budgets() if folders is None else folders)
    if not data["evidence"]:
        return HTML("<p>No results are recorded yet, so there is no verdict to recompute.</p>")
    text = text_of(data | {"draws": DRAWS})
    key = fingerprint(text)[:12]
    return HTML(
        _PAGE.format(
            key=key, key_text=json.dumps(key), style=style(), script=script(), data=text,
            still=_STILL,
        )
    )  # fmt: skip


@cache
def script() -> str:
    """Join the modules of the front end into one."""
    return joined_file(ENTRANCE)


@cache
def style() -> str:
    """Read the style sheet."""
    return (ASSETS / "verdicts.css").read_text(encoding="utf-8")


def modules() -> list[Path]:
    """The modules of the front end."""
    return sorted(ASSETS.glob("*.js"))
