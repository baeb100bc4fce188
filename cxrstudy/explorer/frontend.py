"""Frontend: the one script and style sheet that the live and the static explorer share."""

from pathlib import Path

_ASSETS = Path(__file__).parent / "assets"


def script() -> str:
    """Read the ES module."""
    return (_ASSETS / "explorer.js").read_text(encoding="utf-8")


def style() -> str:
    """Read the style sheet."""
    return (_ASSETS / "explorer.css").read_text(encoding="utf-8")
