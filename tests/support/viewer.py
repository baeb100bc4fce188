"""Viewer: an explorer in a browser, as a test sees and moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

#: Milliseconds that anything may take on a busy machine.
PATIENCE = 60_000

_READY = "number => document.querySelectorAll('.cxr-view')[number]?.matches('[data-state=ready]')"
_PICTURE = """root => root.matches('[data-state=ready]')
    && [...root.querySelectorAll('canvas[role=img]')].map(canvas => canvas.toDataURL()).join()"""


class Viewer:
    """An explorer on a page.

    Attributes
    ----------
    complaints
        Errors and warnings that the page has logged.
    outside
        Addresses on another host that it asked for; no such request is let through.
    tolerated
        Beginnings of addresses that are no fault of the explorer's; they are refused as well.
    """

    #: Which of the page's explorers is looked at.
    number = 0

    def __init__(self, context: Any, host: str = "") -> None:
        self.complaints: list[str] = []
        self.outside: list[str] = []
        self.host = host
        self.tolerated: tuple[str, ...] = ()
        context.set_default_timeout(PATIENCE)
        context.route("**/*", self._gate)
        self.page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("websocket", lambda socket: self._is_outside(socket.url))

    def _gate(self, route: Any) -> None:
        route.abort() if self._is_outside(route.request.url) else route.continue_()

    def _is_outside(self, address: str) -> bool:
        parts = urlsplit(address)
        if parts.scheme in ("file", "data", "blob") or (self.host and parts.hostname == self.host):
            return False
        if not address.startswith(self.tolerated):
            self.outside.append(address)
        return True

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def root(self) -> Any:
        return self.page.locator(".cxr-view").nth(self.number)

    def control(self, name: str) -> Any:
        return self.root.locator(f"[data-control={name}]")

    def ready(self) -> None:
        self.page.wait_for_function(_READY, arg=self.number, timeout=5 * PATIENCE)

    def picture(self) -> str:
        """Everything that is drawn, once it has come to rest."""
        self.ready()
        return str(self.root.evaluate(_PICTURE))

    @contextmanager
    def changes(self, what: str) -> Iterator[None]:
        """What is done inside must change the picture."""
        before = self.picture()
        yield
        self.page.wait_for_function(
            f"([before, number]) => {{ const now = ({_PICTURE})"
            "(document.querySelectorAll('.cxr-view')[number]); return now && now !== before; }",
            arg=[before, self.number],
        )
        assert self.picture() != before, what

    def choose(self, name: str, value: str) -> None:
        self.control(name).select_option(value)

    def slide(self, name: str, value: float) -> None:
        self.control(name).fill(str(value))

    def says(self) -> str:
        return str(self.root.locator("[role=status]").text_content())


def try_every_control(viewer: Viewer, steps: dict[str, Callable[[], None]]) -> None:
    """Do all steps; each must change the picture."""
    for what, step in steps.items():
        with viewer.changes(what):
            step()
