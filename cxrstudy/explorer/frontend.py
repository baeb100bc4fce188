"""Frontend: the script and style sheet that the live and the static explorer share.

The script is written as ES modules in ``assets``. A notebook and a page need it as one module that
fetches nothing, so :func:`script` joins them (:mod:`cxrstudy.base.es_modules`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cxrstudy.base.es_modules import joined_file

_ASSETS = Path(__file__).parent / "assets"


@cache
def script() -> str:
    """Join the modules into one ES module.

    Raises
    ------
    ValueError
        As :func:`cxrstudy.base.es_modules.joined`.
    """
    return joined_file(_ASSETS / "explorer.js")


@cache
def style() -> str:
    """Read the style sheet."""
    return (_ASSETS / "explorer.css").read_text(encoding="utf-8")


def modules() -> list[Path]:
    """The modules of the script."""
    return sorted(_ASSETS.glob("*.js"))
