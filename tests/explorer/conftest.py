"""A real browser for the tests with the mark `browser`, or a reason why they were not run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

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
