"""Download: get one file from an address or a mirror, with a time limit, and check its SHA-256.

A file gets its final name only when it is complete and its SHA-256 is right.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from cxrstudy import __version__
from cxrstudy.base import numbers
from cxrstudy.base.atomic import now_in, unfinished_of, whole_file
from cxrstudy.data.sets import FetchError

if TYPE_CHECKING:  # not needed for --help, which must be fast
    import requests

#: Address of the code host, before ``/<repository>/<commit>/<path>``.
CODE_HOST = "https://raw.githubusercontent.com"

#: Reason for the failure of a download.
Reason = Literal[
    "missing", "wrong hash", "truncated", "timeout", "unreachable", "refused", "not written"
]

#: Failures that may be temporary, so that another attempt makes sense.
_PASSING = frozenset(("wrong hash", "truncated", "timeout", "unreachable"))
#: HTTP statuses by which a server asks to wait, and the longest wait that is accepted, in seconds.
_BUSY, _LONGEST_WAIT = frozenset((429, 500, 502, 503, 504)), 60.0


class Failure(Exception):
    """One attempt failed.

    Parameters
    ----------
    reason
        Kind of the failure.
    detail
        Details, such as the server's answer.
    wait
        Seconds to wait before the next attempt, from the server; None if it did not state any.

    Attributes
    ----------
    passing
        Whether another attempt may succeed.
    """

    def __init__(self, reason: Reason, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.wait = reason, detail, wait or 0.0
        self.passing = reason in _PASSING or wait is not None


class Downloader:
    """Downloads one file per call, in any thread.

    Parameters
    ----------
    mirror
        Folder or URL that contains ``<repository>/<commit>/<path>``; empty for the code host.
    timeout
        Maximum number of seconds without data from the server.
    deadline
        Maximum number of seconds for one file.

    Raises
    ------
    FetchError
        The mirror does not exist.
    """

    def __init__(self, mirror: str, timeout: float, deadline: float) -> None:
        self._source = _source(mirror, timeout)
        self._timeout, self._deadline = timeout, deadline

    def __call__(self, pinned: str, sha256: str, target: Path) -> None:
        """Download a file.

        Parameters
        ----------
        pinned
            ``<repository>/<commit>/<path>``.
        sha256
            SHA-256 of the original.
        target
            Path to write. An existing file is replaced only by a correct one.

        Raises
        ------
        Failure
            The file could not be downloaded or written.
        """
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._remove_abandoned(target)
            with whole_file(target) as unfinished:
                with unfinished.open("wb") as stream:
                    body = _Body(stream, self._deadline)
                    self._source(pinned, body)
                body.check(sha256)
        except OSError as error:
            detail = f"{target}: {error.strerror or error}"
            raise Failure("not written", detail) from None

    def _remove_abandoned(self, target: Path) -> None:
        """Remove the partial downloads of killed processes."""
        for abandoned in unfinished_of(target):
            with suppress(FileNotFoundError):  # another process may remove it too
                # A download in progress writes to its file, or fails, within the timeout.
                if now_in(target.parent) - abandoned.stat().st_mtime > 2 * self._timeout:
                    abandoned.unlink()


class _Body:
    """Writes and hashes the content while it arrives, and checks the deadline."""

    def __init__(self, stream: IO[bytes], deadline: float) -> None:
        self._stream, self._hash, self._bytes = stream, hashlib.sha256(), 0
        self.seconds, self._ends = deadline, time.monotonic() + deadline

    @property
    def late(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() >= self._ends

    def write(self, content: bytes) -> int:
        """Write a block of bytes.

        Raises
        ------
        Failure
            The file takes longer than the deadline.
        """
        if self.late:
            raise self.too_slow()
        self._hash.update(content)
        self._bytes += len(content)
        return self._stream.write(content)

    def flush(self) -> None:
        """Do nothing. pooch calls this after every block; the file is flushed when it is closed."""

    def check(self, sha256: str) -> None:
        """Compare the SHA-256 with the manifest.

        Raises
        ------
        Failure
            The SHA-256 differs.
        """
        found = self._hash.hexdigest()
        if found != sha256:
            size = numbers.count(self._bytes)
            detail = f"{size} bytes with SHA-256 {found}, the manifest says {sha256}"
            raise Failure("wrong hash", detail)

    def too_slow(self) -> Failure:
        """Make the failure for a file that takes longer than the deadline."""
        return Failure(
            "timeout",
            f"not complete after {numbers.plain(self.seconds)} s, {numbers.count(self._bytes)} "
            "bytes",
        )


# --- where files come from ----------------------------------------------------------------------

#: Function that writes the file at a pinned address into a body, or raises `Failure`.
_Source = Callable[[str, _Body], None]


def _source(mirror: str, timeout: float) -> _Source:
    address = mirror or CODE_HOST
    if address.startswith(("http://", "https://")):
        return lambda pinned, body: _download(
            f"{address.rstrip('/')}/{quote(pinned)}", body, timeout
        )
    folder = Path(address).expanduser()
    if not folder.is_dir():
        raise FetchError(f"--mirror: {address!r} is neither an http(s) address nor a folder")
    return lambda pinned, body: _copy(folder / pinned, body)


def _copy(file: Path, body: _Body) -> None:
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise Failure("missing", str(file)) from None
    except OSError as error:
        raise Failure("refused", f"{file}: {error.strerror}") from None
    with stream:
        shutil.copyfileobj(stream, body, 1 << 20)


def _download(address: str, body: _Body, timeout: float) -> None:
    import pooch  # type: ignore[import-untyped]
    import requests

    # Without compression, so that the length shows whether a file is complete.
    headers = {"Accept-Encoding": "identity", "User-Agent": f"cxrstudy/{__version__}"}
    with _Watch(body) as watch:
        downloader = pooch.HTTPDownloader(
            timeout=timeout, chunk_size=1 << 14, headers=headers, hooks={"response": watch}
        )
        try:
            downloader(address, body, None)
        except requests.RequestException as error:
            raise _failure(error, address, body, timeout) from None
    if body.late:  # a response of unknown length looks complete after the watch has closed it
        raise body.too_slow()


class _Watch:
    """Closes a response that takes longer than the deadline, even if data still arrive."""

    def __init__(self, body: _Body) -> None:
        self._response: requests.Response | None = None
        self._body, self._timer = body, threading.Timer(body.seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._response is not None:
            self._response.close()

    def __call__(self, response: requests.Response, **_: Any) -> None:
        """Store a response whose headers have arrived."""
        self._response = response
        if self._body.late:
            self._cut()

    def _cut(self) -> None:
        response = self._response
        # The response may end at the same moment.
        with suppress(ValueError, RuntimeError, OSError):
            if response is not None:
                response.raw.shutdown()


def _failure(
    error: requests.RequestException, address: str, body: _Body, timeout: float
) -> Failure:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _turned_down(error.response, address)
    if body.late:
        return body.too_slow()
    if isinstance(error, requests.Timeout) or "Read timed out" in str(error):
        return Failure("timeout", f"{address}: no data for {numbers.plain(timeout)} s")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return Failure("truncated", f"{address}: {_last_words(error)}")
    return Failure("unreachable", f"{address}: {_last_words(error)}")


def _turned_down(response: requests.Response, address: str) -> Failure:
    seen = f"{address}: {response.status_code} {response.reason}"
    if response.status_code in (404, 410):
        return Failure("missing", seen)
    if response.status_code not in _BUSY:
        return Failure("refused", seen)
    asked = response.headers.get("Retry-After", "")
    return Failure("refused", seen, min(float(asked), _LONGEST_WAIT) if asked.isdigit() else 0.0)


def _last_words(error: BaseException) -> str:
    """Write the innermost cause of an error in one line."""
    while error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return _last_words(reason)
    return " ".join(str(error).split()) or type(error).__name__
