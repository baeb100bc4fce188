"""Sets of made originals: a code host that has them, a manifest that names them, a data folder.

A test module takes a fixture over by its name: ``made = originals.made``.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxrstudy.data.fetch import FetchResult, RetryPolicy
from cxrstudy.data.sets import DataSet, open_set
from tests.support.servers import Origin

QUICK = RetryPolicy(connections=3, timeout=1, deadline=1.5, retries=1, pause=0.01)
NAMES = tuple(f"made/images/{letter}.jpg" for letter in "abcdefgh")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def content_of(path: str) -> bytes:
    return hashlib.sha256(path.encode()).digest() * 3000


def address_of(path: str) -> str:
    """The origin's file has another name and ending, and characters that a URL quotes."""
    return f"owner/repository/{COMMIT}/X-Ray images #1/{Path(path).stem} 100%.png"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def row(image: str, **changes: object) -> dict[str, object]:
    repository, name = address_of(image).split(f"/{COMMIT}/")
    origin = f"{repository}@{COMMIT}:{name}"
    return {"path": image, "sha256": sha256(content_of(image)), "origin": origin} | changes


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin({address_of(path): content_of(path) for path in NAMES}).running() as running:
        yield running


@pytest.fixture
def made(folder: SimpleNamespace) -> Callable[..., DataSet]:
    """Write a manifest and open it as a set."""

    def make(*rows: dict[str, object]) -> DataSet:
        folder.source("made", ["normal"], *(rows or [row(path) for path in NAMES]))
        return open_set("made")

    return make


@pytest.fixture
def brought(folder: SimpleNamespace) -> DataSet:
    """A set that has a card and no manifest."""
    (folder.path / "user_supplied").mkdir()
    card = json.loads(
        """{"name": "far", "title": "A hospital far away", "citation": "none",
        "address": "example.org/apply", "version": "2.0", "licence": "research use only",
        "access": "agreement", "copies": "none; put files/ and labels.csv here",
        "label_map": {"normal": "NORMAL"}, "counts": {"images": 377110},
        "traps": ["views are mixed"]}"""
    )
    (folder.path / "user_supplied" / "far.yaml").write_text(json.dumps(card))
    return open_set("far")


def statuses(outcomes: list[FetchResult]) -> dict[str, str]:
    return {Path(outcome.path).stem: outcome.status for outcome in outcomes}


def stored(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, unfinished ones included."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def right(*paths: str) -> dict[str, bytes]:
    return {path: content_of(path) for path in paths}
