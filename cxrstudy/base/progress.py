"""Progress of long work: number of items, rate and remaining time, in one of three forms.

============  =====================================================================================
terminal      a live bar (tqdm's)
notebook      one line that is updated in place; the stored notebook keeps only its last state
log           full lines, at most one per ten seconds and one at the end; no control characters
============  =====================================================================================

The environment variable ``CXRSTUDY_PROGRESS`` may name one of them; otherwise the form is detected.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args, overload

from tqdm import tqdm

from cxrstudy.base import numbers

Place = Literal["terminal", "notebook", "log"]
Item = TypeVar("Item")

_SECONDS_BETWEEN = {"notebook": 0.5, "log": 10.0}

if TYPE_CHECKING:
    Bar = tqdm[Any]
else:
    Bar = tqdm


def place() -> Place:
    """Detect where progress is displayed.

    Returns
    -------
    {"terminal", "notebook", "log"}
        ``CXRSTUDY_PROGRESS`` if it is set; otherwise notebook inside a Jupyter kernel (papermill
        included), terminal if standard error is one, log anywhere else.

    Raises
    ------
    ValueError
        ``CXRSTUDY_PROGRESS`` has another value.
    """
    wish = os.environ.get("CXRSTUDY_PROGRESS", "")
    if wish and wish not in get_args(Place):
        raise ValueError(f"CXRSTUDY_PROGRESS must be one of {get_args(Place)}, not {wish!r}")
    if wish:
        return cast(Place, wish)
    if _in_kernel():
        return "notebook"
    return "terminal" if sys.stderr.isatty() else "log"


@overload
def progress(
    items: Iterable[Item], what: str = ..., unit: str = ..., *, total: int | None = ...
) -> tqdm[Item]: ...
@overload
def progress(
    items: int | None = ..., what: str = ..., unit: str = ..., *, total: int | None = ...
) -> tqdm[Any]: ...
def progress(
    items: Iterable[Any] | int | None = None,
    what: str = "",
    unit: str = "image",
    *,
    total: int | None = None,
) -> tqdm[Any]:
    """Show the progress of long work.

    ``for row in progress(rows, "decoding"): ...`` counts the items itself. In
    ``with progress(total=n, what="decoding") as bar: bar.update(3)``, the caller counts them.

    Parameters
    ----------
    items : iterable or int, optional
        Items to iterate over, or the number of items.
    what : str
        Name of the work, in one or two words.
    unit : str
        Name of an item, in the singular.
    total : int, optional
        The number of items, if `items` has no length.

    Returns
    -------
    tqdm
        Iterable over the items, and a context manager with ``update(n)``.
    """
    if isinstance(items, int):
        items, total = None, items
    where = place()
    if where == "terminal":
        return Bar(items, desc=what, total=total, unit=f" {unit}", dynamic_ncols=True)
    return _Lines(items, what, total, unit, where)


class _Lines(Bar):
    """A tqdm that writes whole lines instead of a bar."""

    def __init__(
        self, items: Iterable[Any] | None, what: str, total: int | None, unit: str, where: Place
    ) -> None:
        self._where = where
        self._shown: Any = None
        self._echoed = time.monotonic()
        pause = _SECONDS_BETWEEN[where]
        # gui=True: tqdm itself does not write. miniters=1: lines depend on time, not on the count.
        super().__init__(
            items, desc=what, total=total, unit=unit,
            mininterval=pause, maxinterval=2 * pause, miniters=1, gui=True,
        )  # fmt: skip

    def display(self, msg: str | None = None, pos: int | None = None) -> None:
        self._say(self._line())

    def close(self) -> None:
        if self.disable:
            return
        super().close()
        # One item, such as the image of one prediction, is no long work.
        if self.total != 1 or self.n < 1:
            self._say(self._last_line())

    def _line(self) -> str:
        state = self.format_dict
        rate = state["rate"] or self.n / max(state["elapsed"], 1e-9)
        if not self.total:
            return f"{self.desc}: {numbers.count(self.n)}, {_pace(rate, self.unit)}"
        left = tqdm.format_interval((self.total - self.n) / rate) if rate else "?"
        part = numbers.percent(min(1.0, self.n / self.total))
        share = f"{numbers.count(self.n)} of {numbers.count(self.total)} ({part})"
        return f"{self.desc}: {share}, {_pace(rate, self.unit)}, {left} left"

    def _last_line(self) -> str:
        elapsed = self.format_dict["elapsed"]
        part = (
            f" of {numbers.count(self.total)}, stopped"
            if self.total and self.n < self.total
            else ""
        )
        pace = _pace(self.n / max(elapsed, 1e-9), self.unit)
        return (
            f"{self.desc}: {numbers.count(self.n)}{part} in {tqdm.format_interval(elapsed)}, {pace}"
        )

    def _say(self, line: str) -> None:
        if self._where == "log":
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
            return
        from IPython import display as rich

        display: Any = rich.display
        self._echo(line)
        shown = {"text/plain": line}
        if self._shown is None:
            self._shown = display(shown, raw=True, display_id=True)
            return
        self._shown.update(shown, raw=True)

    def _echo(self, line: str) -> None:
        """Also write to the terminal or log of papermill, which does not show the notebook."""
        launcher = getattr(sys.stderr, "_original_stdstream_copy", None)  # of ipykernel: an int
        now, last = time.monotonic(), self.total is not None and self.n >= self.total
        if launcher is None or (now < self._echoed + _SECONDS_BETWEEN["log"] and not last):
            return
        self._echoed = now
        os.write(launcher, f"{line}\n".encode())


def _pace(rate: float, unit: str) -> str:
    return f"{numbers.count(rate)} {unit}/s" if rate >= 10 else _slow_pace(rate, unit)


def _slow_pace(rate: float, unit: str) -> str:
    if rate >= 1 or not rate:
        return f"{numbers.level(rate, least=1)} {unit}/s"
    return f"{numbers.level(1 / rate, least=1)} s/{unit}"


def _in_kernel() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
