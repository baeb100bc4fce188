"""The two networks in the built book: they load when asked for, from a file, and compute."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "book/_build/html/experiments/08_shortcuts.html"
#: Bytes that a page may load before anybody asks for more.
FIRST = 1_200_000

pytestmark = pytest.mark.book


def test_the_networks_load_when_asked_for_and_give_the_recorded_scores(browser):
    context = browser.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    page = context.new_page()
    loaded, complaints = [], []
    page.on("request", lambda asked: loaded.append(asked.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(PAGE.as_uri())
    start = page.locator(".lx-live [data-control=start]")
    start.wait_for()
    assert not any("/late/" in address for address in loaded)
    assert PAGE.stat().st_size < FIRST
    start.click()
    page.locator(".lx-view[data-state=ready]").wait_for(timeout=120_000)
    said = page.locator(".lx-agreement").inner_text()
    assert float(said.split("recorded ones by ")[1].split(" ")[0]) < 0.001
    assert [address for address in loaded if "/late/" in address]
    assert not [address for address in loaded if address.startswith("http")]
    assert complaints == []
    context.close()
