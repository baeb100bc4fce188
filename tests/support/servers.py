"""A code host on the loopback address, laid out like the real one, with faults on demand."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

Fault = Literal[
    "corrupt", "truncated", "reset", "silent", "stalls", "drips", "busy", "forbidden", "error page"
]

#: Longer than any test waits; a handler ends with its server.
_LONG = 30.0


class Origin:
    """Files by address, how each misbehaves, and what was asked of the server.

    Parameters
    ----------
    files
        Content by ``<repository>/<commit>/<path>``, or a folder that holds such files.
    """

    def __init__(self, files: dict[str, bytes] | Path) -> None:
        self.files = files
        self.requests: Counter[str] = Counter()
        self.most_at_once = 0
        self.ended = threading.Event()
        self._faults: dict[str, Iterator[Fault]] = {}
        self._lock, self._now = threading.Lock(), 0
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with origin._counted(unquote(self.path).removeprefix("/")) as address:
                    origin._answer(self, address)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                pass  # a client that gave up

        self._server = Server(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def fails(self, address: str, *faults: Fault, always: bool = False) -> None:
        """Misbehave in turn, then serve what is right; or misbehave always."""
        self._faults[address] = repeat(faults[0]) if always else iter(faults)

    @contextmanager
    def running(self) -> Iterator[Origin]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self.ended.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    @contextmanager
    def _counted(self, address: str) -> Iterator[str]:
        with self._lock:
            self.requests[address] += 1
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            yield address
        finally:
            with self._lock:
                self._now -= 1

    def _content(self, address: str) -> bytes | None:
        if isinstance(self.files, dict):
            return self.files.get(address)
        file = self.files / address
        return file.read_bytes() if file.is_file() else None

    def _answer(self, request: BaseHTTPRequestHandler, address: str) -> None:
        content = self._content(address)
        with self._lock:
            fault = next(self._faults.get(address, iter(())), None)
        if content is None:
            request.send_error(404)
        elif fault == "busy":
            request.send_response(503)
            request.send_header("Retry-After", "0")
            request.end_headers()
        elif fault == "forbidden":
            request.send_error(403)
        elif fault == "error page":
            self._send(request, [b"<html>not here</html>"], 21)
        elif fault == "corrupt":
            self._send(request, [bytes([content[0] ^ 1]), content[1:]], len(content))
        elif fault == "truncated":
            self._send(request, [content[: len(content) // 2]], len(content))
        elif fault == "reset":
            request.connection.close()
        elif fault == "silent":
            self.ended.wait(_LONG)
        elif fault == "stalls":
            self._send(request, [content[: len(content) // 2]], len(content))
            self.ended.wait(_LONG)
        elif fault == "drips":
            self._send(request, self._drips(content), len(content))
        else:
            self._send(request, [content], len(content))

    def _drips(self, content: bytes) -> Iterator[bytes]:
        for byte in content:
            yield bytes([byte])
            if self.ended.wait(0.05):
                return

    @staticmethod
    def _send(request: BaseHTTPRequestHandler, pieces: Iterable[bytes], length: int) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(length))
        request.end_headers()
        for piece in pieces:
            request.wfile.write(piece)
            request.wfile.flush()
