"""What several tests use: small manifests and cohorts, and the folder of real radiographs."""

# First of all, because numpy reads only once how it may compute.
import cxrstudy  # noqa: F401  # isort: skip

import gc
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import settings

from tests.support import small as small_study
from tests.support.manifests import card_of, image_table
from tests.support.project import use

# Before Jupyter's reader of notebooks is imported: it reads a grammar of addresses for four
# seconds, which no test asks for.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

trained, small = small_study.trained, small_study.small

# How long an example takes says nothing on a shared machine. `make test` draws the same examples
# each time, so that it is never red by chance; `make search` draws others, thirty times as many.
settings.register_profile("study", deadline=None, derandomize=True, max_examples=30)
settings.register_profile("search", deadline=None, max_examples=900)
settings.load_profile("study")


#: What takes longest begins first, so that the processes of `make test` end together.
LONGEST = (
    "test_kill", "test_browser_live", "test_interruption", "test_journey", "test_open",
    "test_audit", "test_train", "test_recipes",
)  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONGEST)


def pytest_runtest_setup() -> None:
    """Let each test draw the same, whichever ran before it in its process."""
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 (what is drawn without a generator is meant)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for garbage: a million objects."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture
def images() -> Callable[..., pd.DataFrame]:
    return image_table


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Manifests and cohorts of a test's own: `folder.source(...)`, `folder.cohort(...)`."""
    (tmp_path / "project").mkdir()
    manifests = use(monkeypatch, tmp_path / "project", "data_manifests") / "data_manifests"

    def source(name: str, labels: list[str], *rows: dict[str, object], **common: object) -> Path:
        path = manifests / f"{name}.csv"
        named = [{"id": f"{name}-{n}", "patient": f"{name}-{n}"} | r for n, r in enumerate(rows)]
        image_table(*named, **common).to_csv(path, index=False)
        path.with_suffix(".yaml").write_text(yaml.safe_dump(card_of(name, labels), sort_keys=False))
        return path

    def cohort(name: str, **roles: dict[str, object]) -> Path:
        path = manifests / "cohorts" / f"{name}.yaml"
        texts = {"name": name, "title": name, "copies": "as made", "caveat": "says nothing"}
        path.write_text(yaml.safe_dump(texts | {"roles": roles}, sort_keys=False))
        return path

    return SimpleNamespace(path=manifests, source=source, cohort=cohort)


@pytest.fixture(scope="session")
def radiographs() -> Path:
    """Folder of the real radiographs, for tests with the mark `data`."""
    named = os.environ.get("CXRSTUDY_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip(f"this test was not run: CXRSTUDY_DATA names no folder ({named!r})")
    return Path(named)


#: Names of Chromium, and what it is started with.
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium() -> str | None:
    """Where Chromium is: CXRSTUDY_CHROMIUM, or on the path."""
    named = os.environ.get("CXRSTUDY_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="this test was not run: playwright is not installed"
    )
    path = chromium()
    if path is None:
        pytest.skip("this test was not run: no Chromium is installed (CXRSTUDY_CHROMIUM names one)")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()
