"""The explorer in the built book: it answers in a real browser, from a file, with no network."""

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "book/_build/html/experiments/20_map_checks.html"

pytestmark = pytest.mark.book

_PICTURE = """() => [...document.querySelectorAll('.cxr-view canvas[role=img]')]
    .map(canvas => canvas.toDataURL()).join()"""


@pytest.fixture(scope="module")
def page(browser):
    context = browser.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    page = context.new_page()
    page.outside = []
    page.on(
        "request",
        lambda asked: page.outside.append(asked.url) if asked.url.startswith("http") else None,
    )
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: page.complaints.append(said.text) if said.type == "error" else None,
    )
    page.goto(PAGE.as_uri())
    page.locator(".cxr-view[data-state=ready]").first.wait_for()
    yield page
    context.close()


@pytest.mark.parametrize(
    ("control", "value"),
    [("opacity", "0.9"), ("threshold", "0.5"), ("colours", "viridis"),
     # At the last layer, before a mean and a linear head, HiResCAM is Grad-CAM.
     ("layer", "layer2"), ("method", "hirescam"),
     ("arm", "from scratch"), ("other", "control")],
)  # fmt: skip
def test_a_control_changes_the_picture(page, control, value):
    part = page.locator(f".cxr-view [data-control={control}]").first
    before = page.evaluate(_PICTURE)
    if part.evaluate("part => part.tagName") == "SELECT":
        part.select_option(value)
    else:
        part.fill(value)
    page.wait_for_function(f"before => ({_PICTURE})() !== before", arg=before)


def test_the_next_image_is_another_picture(page):
    before = page.evaluate(_PICTURE)
    page.locator(".cxr-view [data-control=next]").first.click()
    page.wait_for_function(f"before => ({_PICTURE})() !== before", arg=before)


def test_nothing_was_asked_of_another_host(page):
    assert page.outside == []


def test_no_error_was_logged(page):
    assert page.complaints == []
