"""Line: what connects a browser with a server of this machine, which a test can cut and mend."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Line:
    """Passes bytes on, both ways, until it is cut.

    Attributes
    ----------
    address
        Where the server is found, through this line.
    """

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._to = str(parts.hostname), int(parts.port or 80)
        self._listens = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._passes = True
        place = f"127.0.0.1:{self._listens.getsockname()[1]}"
        self.address = urlunsplit(parts._replace(netloc=place))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End all connections, and accept none."""
        self._passes = False
        for end in self._ends:
            _close(end)
        self._ends.clear()

    def mend(self) -> None:
        """Accept connections again."""
        self._passes = True

    def close(self) -> None:
        """Cut it for ever."""
        self.cut()
        _close(self._listens)

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                near, _ = self._listens.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        if not self._passes:
            return _close(near)
        far = socket.create_connection(self._to)
        self._ends += [near, far]
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """A line to a server, by its address."""
    line = Line(server)
    try:
        yield line
    finally:
        line.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):  # the line was cut
        while part := one.recv(1 << 16):
            other.sendall(part)
    _close(other)


def _close(end: socket.socket) -> None:
    with suppress(OSError):  # nobody is at the other end
        end.shutdown(socket.SHUT_RDWR)
    end.close()
