"""Fetch: download the originals of a set in parallel, with retries and a progress bar."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal

from cxrstudy.base import numbers
from cxrstudy.base.threads import each
from cxrstudy.data.download import Downloader, Failure, Reason
from cxrstudy.data.sets import DataSet, FetchError, Image, where
from cxrstudy.data.verify import State, states_of

#: Outcome of the download of a file.
FetchStatus = Literal[Reason, "kept", "arrived", "not tried"]

#: Advice for each failure.
ADVICE: dict[FetchStatus, str] = {
    "missing": "there is no such file at this address; a mirror may have it: --mirror",
    "wrong hash": "the file differs from the manifest's and was not kept; try a mirror: --mirror",
    "truncated": "the connection ended too early; the network or the server is unreliable",
    "timeout": "the server was too slow; try later, with fewer --workers, or with --mirror",
    "unreachable": "no connection; check the network, or give a mirror: --mirror",
    "refused": "the server refused the request; wait, and try with fewer --workers",
    "not written": "check the free space and the permissions of the folder",
    "not tried": "too many failures in a row; no further requests were sent",
}

#: Failures of the server or the disk, not of a single file.
_OF_ALL = frozenset(("timeout", "unreachable", "refused", "not written"))


@dataclass(frozen=True)
class RetryPolicy:
    """Limits for requests to a server.

    Attributes
    ----------
    connections
        Maximum number of open connections.
    timeout
        Maximum number of seconds without data from the server.
    deadline
        Maximum number of seconds for one file.
    retries
        Maximum number of further attempts per file.
    pause
        Seconds before the first retry; doubled before each further one.
    patience
        Number of consecutive server failures after which the remaining files are not tried.
    """

    connections: int = 4
    timeout: float = 30
    deadline: float = 300
    retries: int = 3
    pause: float = 1
    patience: int = 20


@dataclass(frozen=True)
class FetchResult:
    """Outcome of the download of one file, with details."""

    path: str
    status: FetchStatus
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the original is not in the data folder."""
        return self.status not in ("kept", "arrived")


def fetch(
    data_set: DataSet, folder: Path, mirror: str = "", policy: RetryPolicy | None = None
) -> list[FetchResult]:
    """Download the original of every included image into a folder.

    Parameters
    ----------
    data_set
        From :func:`cxrstudy.data.sets.open_set`.
    folder
        Data folder; created if missing.
    mirror
        Folder or URL that contains ``<repository>/<commit>/<path>``; empty for the code host.
    policy
        Limits for requests to the server.

    Returns
    -------
    One result per image, in the manifest's order. After a failure, the file is missing or
    unchanged.

    Raises
    ------
    FetchError
        The set can't be downloaded, the mirror does not exist, or the folder contains prepared
        copies.
    """
    if not data_set.fetchable:
        raise FetchError(f"{data_set.name} can't be downloaded.\n" + "\n".join(where(data_set)))
    images, policy = data_set.images or (), policy or RetryPolicy()
    download = Downloader(mirror, policy.timeout, policy.deadline)
    states = states_of(images, folder, policy.connections)
    _refuse_prepared(data_set.name, states, folder)
    todo = [image for image, state in zip(images, states, strict=True) if state != "original"]
    fetcher = _Fetcher(folder, download, policy)
    arriving = each(
        fetcher, [(image, image.pinned) for image in todo], policy.connections,
        f"fetching {data_set.name}", fetcher.stopped,
    )  # fmt: skip
    fetched = {outcome.path: outcome for outcome in arriving}
    return [fetched.get(image.path, FetchResult(image.path, "kept")) for image in images]


def _refuse_prepared(name: str, states: Sequence[State], folder: Path) -> None:
    copies = states.count("prepared")
    if copies:
        raise FetchError(
            f"{folder} contains prepared copies of {numbers.count(copies)} images of {name}. "
            "Originals are not mixed with copies: give another folder for the originals with "
            "--to FOLDER. To use them, set CXRSTUDY_DATA=FOLDER and a cohort with the line "
            "'files: originals'."
        )


class _Fetcher:
    """Downloads one image per call, in any thread, and stops after too many server failures."""

    def __init__(self, folder: Path, download: Downloader, policy: RetryPolicy) -> None:
        self._folder, self._download, self._manners = folder, download, policy
        self.stopped, self._lock, self._in_a_row = threading.Event(), threading.Lock(), 0

    def __call__(self, item: tuple[Image, str]) -> FetchResult:
        """Download the original of an image; a failure is a result, not an exception."""
        image, pinned = item
        if self.stopped.is_set():
            detail = f"{self._manners.patience} failures in a row before it"
            return FetchResult(image.path, "not tried", detail)
        return self._noted(self._persist(image, pinned))

    def _persist(self, image: Image, pinned: str) -> FetchResult:
        for attempt in count(1):
            try:
                self._download(pinned, image.sha256, self._folder / image.path)
                break
            except Failure as failure:
                last = attempt > self._manners.retries or not failure.passing
                wait = max(failure.wait, self._manners.pause * 2 ** (attempt - 1))
                if last or self.stopped.wait(wait):
                    tries = f" ({attempt} tries)" if attempt > 1 else ""
                    return FetchResult(image.path, failure.reason, failure.detail + tries)
        return FetchResult(image.path, "arrived")

    def _noted(self, outcome: FetchResult) -> FetchResult:
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if outcome.status in _OF_ALL else 0
            if self._in_a_row >= self._manners.patience:
                self.stopped.set()
        return outcome
