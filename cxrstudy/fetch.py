"""Fetch: original images by pinned address, each checked by SHA-256 and moved into place whole.

The original of an image has the image's ``path``, in a data folder of its own: a file there is the
original or the reduced copy that the manifest names, never something in between, and one folder
holds one kind. What reads images tells a format from its bytes, so that a ``.jpg`` that is PNG
inside does no harm. Excluded images are never read; they are neither fetched nor verified.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote

from cxrstudy import __version__, places
from cxrstudy.identity import file_sha256
from cxrstudy.licence import publishable
from cxrstudy.progress import progress

if TYPE_CHECKING:  # asking for help should wait for neither
    import requests

    from cxrstudy.card import Card

#: Where the code host serves ``<repository>/<commit>/<path>``.
CODE_HOST = "https://raw.githubusercontent.com"

#: What a file on disk is, by its SHA-256.
State = Literal["original", "prepared", "wrong", "missing"]

#: How fetching a file ended.
Fate = Literal[
    "kept", "arrived", "missing", "wrong hash", "truncated", "timeout", "unreachable", "refused",
    "not written", "not tried",
]  # fmt: skip

#: What a reader can do about each failure.
ADVICE: dict[Fate, str] = {
    "missing": "there is no such file at this address; a mirror may have it: --mirror",
    "wrong hash": "other bytes than the manifest's were sent, and not kept; try a mirror: --mirror",
    "truncated": "the connection ended too early; the line or the server is unsteady",
    "timeout": "the server was too slow; try later, with fewer --workers, or with --mirror",
    "unreachable": "no connection; look at the network, or give a mirror: --mirror",
    "refused": "the server turned the request down; wait, and try with fewer --workers",
    "not written": "look at the space and the permissions of the folder",
    "not tried": "too many failures in a row; the server was left in peace",
}

#: Failures that may pass, so that they are tried again.
_PASSING = frozenset(("wrong hash", "truncated", "timeout", "unreachable"))
#: Failures that say more about the server or the disk than about one file.
_OF_ALL = frozenset(("timeout", "unreachable", "refused", "not written"))
#: Statuses by which a server asks for patience, and the longest that it may ask for, in seconds.
_BUSY, _LONGEST_WAIT = frozenset((429, 500, 502, 503, 504)), 60.0

_ORIGIN = re.compile(r"(?P<repository>[^@:]+)@(?P<commit>[^@:]+):(?P<path>.+)")

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class FetchError(ValueError):
    """Nothing can be fetched as asked; the message says what to do instead."""


@dataclass(frozen=True)
class Image:
    """What fetching and verifying need to know of a manifest's row."""

    path: str
    sha256: str
    prepared_sha256: str
    origin: str
    licence: str

    @property
    def pinned(self) -> str:
        """``<repository>/<commit>/<path>``: the original below a code host or a mirror.

        Raises
        ------
        FetchError
            The row names no origin, or one of another form.
        """
        found = _ORIGIN.fullmatch(self.origin)
        if not found:
            raise FetchError(f"{self.path}: {self.origin!r} is not repository@commit:path")
        return _inside("/".join(found.group("repository", "commit", "path")))


@dataclass(frozen=True)
class DataSet:
    """A set: its card, and its included images where a manifest is at hand."""

    card: Card
    images: tuple[Image, ...] | None

    @property
    def name(self) -> str:
        """As commands take it."""
        return self.card.name

    @property
    def fetchable(self) -> bool:
        """Whether every original has a pinned address that asks for no agreement."""
        pinned = bool(self.images) and all(image.origin for image in self.images or ())
        return self.card.access == "open" and pinned

    def present(self, folder: Path) -> int:
        """Count the images of which there is some file, unread."""
        return sum((folder / image.path).is_file() for image in self.images or ())


@dataclass(frozen=True)
class Manners:
    """How a server is treated.

    Attributes
    ----------
    connections
        The most that are open at a time.
    timeout
        Seconds that a server may stay silent.
    deadline
        Seconds that one file may take.
    retries
        The most times that a file is asked for again.
    pause
        Seconds before the first retry; twice as many before each further one.
    patience
        Failures of the server, in a row, after which the remaining files are not tried.
    """

    connections: int = 4
    timeout: float = 30
    deadline: float = 300
    retries: int = 3
    pause: float = 1
    patience: int = 20


@dataclass(frozen=True)
class Outcome:
    """How fetching one file ended, and what was seen."""

    path: str
    fate: Fate
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the original is not in its place."""
        return self.fate not in ("kept", "arrived")


@dataclass(frozen=True)
class Verification:
    """What the files of a set are.

    Attributes
    ----------
    name, folder
        The set, and where its files were looked for.
    states
        Of each included image.
    """

    name: str
    folder: Path
    states: tuple[tuple[Image, State], ...]

    @property
    def good(self) -> bool:
        """Whether every file is there, and is the original or the prepared copy."""
        return not self.paths("wrong") and not self.paths("missing")

    def paths(self, state: State) -> list[str]:
        """Paths of the images in a state."""
        return [image.path for image, seen in self.states if seen == state]

    def summary(self) -> dict[str, Any]:
        """Counts by state and by licence, and what is wrong or missing, as plain data."""
        states = Counter(state for _, state in self.states)
        licences = Counter(image.licence for image, _ in self.states)
        kinds: tuple[State, ...] = ("original", "prepared", "wrong", "missing")
        return {
            "set": self.name,
            "folder": str(self.folder),
            "good": self.good,
            "images": len(self.states),
            "counts": {state: states[state] for state in kinds},
            "licences": [
                {"licence": licence, "images": count, "publishable": publishable(licence)}
                for licence, count in licences.most_common()
            ],
            "wrong": self.paths("wrong"),
            "missing": self.paths("missing"),
        }


# --- sets ---------------------------------------------------------------------------------------


def names() -> list[str]:
    """Sets that have a card, those that a user brings last."""
    return list(_cards())


def open_set(name: str) -> DataSet:
    """Read a set's card and, where there is one, its manifest.

    Raises
    ------
    FetchError
        There is no such set, or a path of it leads out of the data folder.
    CardError, ManifestError
        Its card or manifest breaks the schema.
    """
    from cxrstudy.card import read_card
    from cxrstudy.manifest import read_manifest

    cards = _cards()
    if name not in cards:
        raise FetchError(f"there is no set {name!r}; there are {', '.join(cards)}")
    table = cards[name].with_suffix(".csv")
    if not table.exists():
        return DataSet(read_card(cards[name]), None)
    manifest = read_manifest(table)
    columns = ("path", "sha256", "prepared_sha256", "origin", "licence")
    rows = manifest.included.loc[:, list(columns)].itertuples(index=False, name=None)
    images = tuple(Image(*row) for row in rows)
    for image in images:
        _inside(image.path)
    return DataSet(manifest.card, images)


def _cards() -> dict[str, Path]:
    folders = (places.MANIFESTS, places.MANIFESTS / "brought")
    cards = [path for folder in folders for path in sorted(folder.glob("*.yaml"))]
    return {path.stem: path for path in cards}


# --- verifying ----------------------------------------------------------------------------------


def verify(data_set: DataSet, folder: Path, workers: int = 2) -> Verification:
    """Hash every file of a set.

    Parameters
    ----------
    data_set
        From :func:`open_set`.
    folder
        Data folder.
    workers
        Threads that read.

    Raises
    ------
    FetchError
        The set has no manifest yet.
    """
    if data_set.images is None:
        raise FetchError(
            f"{data_set.name}: there is no manifest to verify files against. "
            f"See: cxrstudy data where {data_set.name}"
        )
    states = _states(data_set.images, folder, workers)
    return Verification(data_set.name, folder, tuple(zip(data_set.images, states, strict=True)))


def state_of(image: Image, folder: Path) -> State:
    """Tell what the file of an image is."""
    file = folder / image.path
    if not file.exists():
        return "missing"
    try:
        found = file_sha256(file)
    except OSError:  # a folder, or nothing that may be read
        return "wrong"
    if found == image.sha256:
        return "original"
    return "prepared" if found == image.prepared_sha256 else "wrong"


def _states(images: Sequence[Image], folder: Path, workers: int) -> list[State]:
    return list(_each(lambda image: state_of(image, folder), images, workers, "checking"))


# --- fetching -----------------------------------------------------------------------------------


def fetch(
    data_set: DataSet, folder: Path, mirror: str = "", manners: Manners | None = None
) -> list[Outcome]:
    """Bring the original of every included image into a folder.

    Parameters
    ----------
    data_set
        From :func:`open_set`.
    folder
        Data folder; made when missing.
    mirror
        Folder or URL that holds ``<repository>/<commit>/<path>``; empty for the code host.
    manners
        How the server is treated.

    Returns
    -------
    One outcome an image, in the manifest's order. A file that failed is not in the folder, or is
    there as it was before.

    Raises
    ------
    FetchError
        The set can't be fetched, the mirror does not exist, or the folder holds prepared copies.
    """
    if not data_set.fetchable:
        raise FetchError(f"{data_set.name} can't be fetched.\n" + "\n".join(where(data_set)))
    images, manners = data_set.images or (), manners or Manners()
    source = _source(mirror, manners)
    states = _states(images, folder, manners.connections)
    _refuse_prepared(data_set.name, states, folder)
    todo = [image for image, state in zip(images, states, strict=True) if state != "original"]
    fetcher = _Fetcher(folder, source, manners)
    arriving = _each(
        fetcher, [(image, image.pinned) for image in todo], manners.connections,
        f"fetching {data_set.name}", fetcher.stopped,
    )  # fmt: skip
    fetched = {outcome.path: outcome for outcome in arriving}
    return [fetched.get(image.path, Outcome(image.path, "kept")) for image in images]


def where(data_set: DataSet) -> list[str]:
    """Say, in lines, where a set comes from and where its files are expected."""
    card, folder = data_set.card, places.data()
    apply = {"open": "published at", "registration": "register at", "agreement": "apply at"}
    lines = [
        f"{card.title}",
        f"access: {card.access}; {apply[card.access]} {' '.join(card.address.split())}",
        f"version: {' '.join(card.version.split())}",
        f"licence: {' '.join(card.licence.split())}",
        f"files: {' '.join(card.copies.split())}",
        f"data folder: {folder} (the environment variable CXRSTUDY_DATA moves it)",
    ]
    if data_set.images is not None:
        here = data_set.present(folder)
        lines.append(f"present: {here:,} of {len(data_set.images):,}")
        lines += [f"expected: {pattern}" for pattern in _layout(data_set.images, folder)]
    if data_set.fetchable:
        return [*lines, f"to fetch the originals: cxrstudy data fetch {card.name} [--to FOLDER]"]
    return [*lines, *(f"to know: {' '.join(trap.split())}" for trap in card.traps)]


def _layout(images: Sequence[Image], folder: Path) -> list[str]:
    """Folders that hold files, with how many and the name of one."""
    paths = [PurePosixPath(image.path) for image in images]
    counts = Counter(path.parent for path in paths)
    example = {path.parent: path.name for path in reversed(paths)}
    return [
        f"{count:,} in {folder / parent}, such as {example[parent]}"
        for parent, count in sorted(counts.items())
    ]


def _refuse_prepared(name: str, states: Sequence[State], folder: Path) -> None:
    copies = states.count("prepared")
    if copies:
        raise FetchError(
            f"{folder} holds prepared copies of {copies:,} images of {name}. An original does not "
            "take the place of a copy: name a folder for the originals with --to FOLDER. They are "
            "read with CXRSTUDY_DATA=FOLDER by a cohort that says 'files: originals'."
        )


def _inside(path: str) -> str:
    """Refuse a path that leads out of the folder it is meant for."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path:
        raise FetchError(f"{path!r} leads out of its folder; correct the manifest")
    return path


def _each(
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    workers: int,
    what: str,
    ended: threading.Event | None = None,
) -> Iterator[_Result]:
    """Work on items in threads, with progress; results come in order.

    `ended` is set at the end, also when it is an interrupt; threads may look at it.
    """
    if not items:
        return
    with ThreadPoolExecutor(workers) as pool, progress(len(items), what, "file") as bar:
        try:
            for result in pool.map(work, items):
                bar.update()
                yield result
        finally:
            if ended:
                ended.set()


class _Failure(Exception):
    """One attempt failed; `wait` is how many seconds the server asks for before another."""

    def __init__(self, fate: Fate, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.fate, self.detail, self.wait = fate, detail, wait or 0.0
        self.passing = fate in _PASSING or wait is not None


class _Fetcher:
    """Fetches one image at a call, in any thread, and knows when to leave the server in peace."""

    def __init__(self, folder: Path, source: _Source, manners: Manners) -> None:
        self._folder, self._source, self._manners = folder, source, manners
        self.stopped, self._lock, self._in_a_row = threading.Event(), threading.Lock(), 0

    def __call__(self, item: tuple[Image, str]) -> Outcome:
        """Fetch the original of an image; what goes wrong is an outcome, not an error."""
        image, pinned = item
        if self.stopped.is_set():
            detail = f"{self._manners.patience} failures in a row before it"
            return Outcome(image.path, "not tried", detail)
        return self._noted(self._persist(image, pinned))

    def _persist(self, image: Image, pinned: str) -> Outcome:
        for attempt in count(1):
            try:
                self._bring(image, pinned)
                break
            except _Failure as failure:
                last = attempt > self._manners.retries or not failure.passing
                wait = max(failure.wait, self._manners.pause * 2 ** (attempt - 1))
                if last or self.stopped.wait(wait):
                    tries = f" ({attempt} tries)" if attempt > 1 else ""
                    return Outcome(image.path, failure.fate, failure.detail + tries)
        return Outcome(image.path, "arrived")

    def _noted(self, outcome: Outcome) -> Outcome:
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if outcome.fate in _OF_ALL else 0
            if self._in_a_row >= self._manners.patience:
                self.stopped.set()
        return outcome

    def _bring(self, image: Image, pinned: str) -> None:
        target = self._folder / image.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._unfinished(target) as partial:
                with partial.open("wb") as stream:
                    body = _Body(stream, self._manners.deadline)
                    self._source(pinned, body)
                body.check(image.sha256)
                partial.replace(target)
        except OSError as error:
            detail = f"{target}: {error.strerror or error}"
            raise _Failure("not written", detail) from None

    @contextmanager
    def _unfinished(self, target: Path) -> Iterator[Path]:
        """Give a name to write under; what killed runs left under such names is removed."""
        for abandoned in target.parent.glob(f".{_glob_quoted(target.name)}.*.unfinished"):
            with suppress(FileNotFoundError):  # another process may remove it too
                # A live one is written to, or given up, within the timeout.
                if time.time() - abandoned.stat().st_mtime > 2 * self._manners.timeout:
                    abandoned.unlink()
        partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.unfinished")
        try:
            yield partial
        finally:
            partial.unlink(missing_ok=True)


def _glob_quoted(name: str) -> str:
    return re.sub(r"([*?[])", r"[\1]", name)


class _Body:
    """What arrives: written, hashed and timed as it comes."""

    def __init__(self, stream: IO[bytes], deadline: float) -> None:
        self._stream, self._hash, self._bytes = stream, hashlib.sha256(), 0
        self.seconds, self._ends = deadline, time.monotonic() + deadline

    @property
    def late(self) -> bool:
        """Whether the file takes longer than it may."""
        return time.monotonic() >= self._ends

    def write(self, content: bytes) -> int:
        """Take a piece.

        Raises
        ------
        _Failure
            The file takes longer than it may.
        """
        if self.late:
            raise self.too_slow()
        self._hash.update(content)
        self._bytes += len(content)
        return self._stream.write(content)

    def flush(self) -> None:
        """Do nothing: pooch flushes every piece, a file is flushed when it is closed."""

    def check(self, sha256: str) -> None:
        """Compare with the manifest.

        Raises
        ------
        _Failure
            These are other bytes.
        """
        found = self._hash.hexdigest()
        if found != sha256:
            detail = f"{self._bytes:,} bytes with SHA-256 {found}, the manifest says {sha256}"
            raise _Failure("wrong hash", detail)

    def too_slow(self) -> _Failure:
        return _Failure("timeout", f"not whole after {self.seconds:g} s, {self._bytes:,} bytes")


# --- where originals come from ------------------------------------------------------------------

#: Puts the file with a pinned address into a body, or raises `_Failure`.
_Source = Callable[[str, _Body], None]


def _source(mirror: str, manners: Manners) -> _Source:
    address = mirror or CODE_HOST
    if address.startswith(("http://", "https://")):
        return lambda pinned, body: _download(
            f"{address.rstrip('/')}/{quote(pinned)}", body, manners
        )
    folder = Path(address).expanduser()
    if not folder.is_dir():
        raise FetchError(f"--mirror: {address!r} is neither an http(s) address nor a folder")
    return lambda pinned, body: _copy(folder / pinned, body)


def _copy(file: Path, body: _Body) -> None:
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise _Failure("missing", str(file)) from None
    except OSError as error:
        raise _Failure("refused", f"{file}: {error.strerror}") from None
    with stream:
        shutil.copyfileobj(stream, body, 1 << 20)


def _download(address: str, body: _Body, manners: Manners) -> None:
    import pooch  # type: ignore[import-untyped]
    import requests

    # Compressed on the way, a file could not be told from a cut one by its length.
    headers = {"Accept-Encoding": "identity", "User-Agent": f"cxrstudy/{__version__}"}
    with _Watch(body) as watch:
        downloader = pooch.HTTPDownloader(
            timeout=manners.timeout, chunk_size=1 << 14, headers=headers, hooks={"response": watch}
        )
        try:
            downloader(address, body, None)
        except requests.RequestException as error:
            raise _failure(error, address, body, manners) from None
    if body.late:  # cut off by the watch, a body of unstated length looks whole
        raise body.too_slow()


class _Watch:
    """Cuts off a response that goes on for longer than it may, however steadily it drips."""

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
        """Take note of a response whose head is here and whose body is still to come."""
        self._response = response
        if self._body.late:
            self._cut()

    def _cut(self) -> None:
        response = self._response
        # It may have ended in this very moment.
        with suppress(ValueError, RuntimeError, OSError):
            if response is not None:
                response.raw.shutdown()


def _failure(
    error: requests.RequestException, address: str, body: _Body, manners: Manners
) -> _Failure:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _turned_down(error.response, address)
    if body.late:
        return body.too_slow()
    if isinstance(error, requests.Timeout) or "Read timed out" in str(error):
        return _Failure("timeout", f"{address}: silent for {manners.timeout:g} s")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return _Failure("truncated", f"{address}: {_last_words(error)}")
    return _Failure("unreachable", f"{address}: {_last_words(error)}")


def _turned_down(response: requests.Response, address: str) -> _Failure:
    seen = f"{address}: {response.status_code} {response.reason}"
    if response.status_code in (404, 410):
        return _Failure("missing", seen)
    if response.status_code not in _BUSY:
        return _Failure("refused", seen)
    asked = response.headers.get("Retry-After", "")
    return _Failure("refused", seen, min(float(asked), _LONGEST_WAIT) if asked.isdigit() else 0.0)


def _last_words(error: BaseException) -> str:
    """Say what lies under the layers of an error, in one line."""
    while error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return _last_words(reason)
    return " ".join(str(error).split()) or type(error).__name__
