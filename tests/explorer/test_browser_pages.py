"""The static explorer on pages of every kind: left and come back to, saved, mirrored, enlarged."""

from __future__ import annotations

import base64
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from cxrstudy.explorer import MapKey, static_explorer
from tests.support.explored import made_case
from tests.support.some import some
from tests.support.viewer import Viewer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><meta charset="utf-8"><title>made</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>html {{ font-size: {size}% }}</style><body><h1 id="top">Made</h1>{body}
<a id="top-link" href="#top">top</a> <a id="away" href="other.html">away</a></body></html>"""
CASES = [made_case(number) for number in range(5)]

#: All that a person can compare: what the controls say, and what the picture says.
SAID = """view => { const value = name => view.querySelector(`[data-control=${name}]`).value;
    return {image: value('image'), case: view.dataset.case, arm: value('arm'),
        layer: value('layer'), method: value('method'), label: value('label'),
        opacity: value('opacity'),
        said: view.querySelector('output').textContent, colours: value('colours'),
        heading: view.querySelector('.cxr-panel:not(.cxr-plain) h3').textContent,
        caption: view.querySelector('figcaption').textContent,
        alternative: view.querySelector('canvas[role=img]').getAttribute('aria-label'),
        facts: view.querySelector('.cxr-facts dd').textContent} }"""


def page(body: str, lang: str = "en", dir: str = "ltr", size: int = 100) -> str:
    return PAGE.format(body=body, lang=lang, dir=dir, size=size)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    body = static_explorer(CASES, "Made maps").html
    (folder / "page.html").write_text(page(body), encoding="utf-8")
    (folder / "mirrored.html").write_text(page(body, "ar", "rtl"), encoding="utf-8")
    (folder / "enlarged.html").write_text(page(body, size=200), encoding="utf-8")
    (folder / "other.html").write_text(page("Elsewhere."), encoding="utf-8")
    return folder


@pytest.fixture
def viewer(browser, folder):
    context = browser.new_context(viewport={"width": 1100, "height": 900}, offline=True)
    viewer = Viewer(context)
    viewer.page.goto((folder / "page.html").as_uri())
    viewer.ready()
    yield viewer
    context.close()
    assert viewer.complaints == []
    assert viewer.outside == []


def agrees(viewer: Viewer) -> dict[str, str]:
    """What is said; controls, picture, caption, heading and facts must not contradict."""
    viewer.ready()
    said: dict[str, str] = viewer.root.evaluate(SAID)
    assert said["image"] == said["case"] == said["facts"]
    assert said["arm"] == said["heading"]
    assert said["caption"].startswith(f"{said['case']}: ")
    assert f" at {said['layer']}." in said["caption"]
    assert f"Radiograph {said['case']} with the " in said["alternative"]
    assert f" map of {said['arm']} for " in said["alternative"]
    assert said["said"] == f"{float(said['opacity']):.0%}".replace("%", " %")
    return said


def move_everything(viewer: Viewer) -> dict[str, str]:
    viewer.choose("image", "image-3")
    viewer.choose("arm", "general first")
    viewer.choose("method", "hirescam")
    viewer.choose("layer", "layer3")
    viewer.choose("label", "normal")
    viewer.choose("colours", "viridis")
    viewer.slide("opacity", 0.9)
    return agrees(viewer)


def test_after_back_forward_reload_and_a_link_everything_is_as_it_was_left(viewer):
    left, picture = move_everything(viewer), viewer.picture()
    for away in (  # at once: nothing is said to be kept before it is left
        lambda: (viewer.page.click("#away"), viewer.page.go_back()),
        viewer.page.reload,
        lambda: (viewer.page.click("#top-link"), viewer.page.reload()),
        lambda: (viewer.page.go_back(), viewer.page.go_forward(), viewer.page.reload()),
    ):
        away()
        assert agrees(viewer) == left
        assert viewer.picture() == picture


def test_fields_that_a_browser_restores_say_what_is_shown(viewer):
    """Chromium fills fields after scripts have run, Firefox when a page is reloaded."""
    viewer.page.evaluate(
        """() => { const image = document.querySelector('[data-control=image]');
        image.value = 'image-4'; document.querySelector('[data-control=opacity]').value = 0.1;
        dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false})); }"""
    )
    assert agrees(viewer)["case"] == "image-0"


def test_a_page_saved_with_the_explorer_in_it_opens_as_it_was_left(viewer, tmp_path):
    left, picture = move_everything(viewer), viewer.picture()
    viewer.page.wait_for_function(
        "() => document.querySelector('.cxr-explorer').dataset.choice?.includes('0.9')"
    )
    (tmp_path / "saved.html").write_text(viewer.page.content(), encoding="utf-8")
    viewer.page.goto((tmp_path / "saved.html").as_uri())
    assert agrees(viewer) == left
    assert viewer.picture() == picture
    assert viewer.page.locator(".cxr-view").count() == 1
    viewer.control("next").click()
    assert agrees(viewer)["case"] == "image-4"


def test_a_saved_page_whose_scripts_do_not_run_shows_the_figure_and_no_dead_controls(
    viewer, tmp_path
):
    move_everything(viewer)
    session = viewer.page.context.new_cdp_session(viewer.page)
    snapshot = session.send("Page.captureSnapshot", {"format": "mhtml"})["data"]
    (tmp_path / "saved.mhtml").write_text(snapshot, encoding="utf-8", newline="")
    viewer.page.goto((tmp_path / "saved.mhtml").as_uri())
    assert viewer.page.locator(".cxr-still img").is_visible()
    assert not viewer.page.locator(".cxr-controls").is_visible()
    viewer.complaints.clear()  # Chromium says there that scripts don't run


def test_many_clicks_without_a_pause_end_on_the_right_picture(viewer):
    shown = {}
    for name in (case.id for case in CASES):
        viewer.choose("image", name)
        shown[name] = viewer.picture()
    viewer.page.evaluate(
        "() => { const next = document.querySelector('[data-control=next]');"
        "for (let n = 0; n < 43; n++) next.click(); }"
    )
    name = agrees(viewer)["case"]
    assert name == "image-2"  # from the last of five
    assert viewer.picture() == shown[name]


def pixels(viewer: Viewer) -> np.ndarray:
    png = viewer.root.locator("canvas[role=img]").first.evaluate("canvas => canvas.toDataURL()")
    content = base64.b64decode(png.split(",")[1])
    return np.array(Image.open(BytesIO(content)).convert("RGB"), float)


def interpolated(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Bilinear between centres of cells, written anew: numpy's interpolation in each direction."""
    rows = (np.arange(height) + 0.5) * values.shape[0] / height - 0.5
    columns = (np.arange(width) + 0.5) * values.shape[1] / width - 0.5
    along = np.stack([np.interp(columns, np.arange(values.shape[1]), row) for row in values])
    return np.stack([np.interp(rows, np.arange(len(values)), c) for c in along.T], axis=1)


@pytest.mark.parametrize("number", [0, 3])
def test_every_pixel_is_that_of_the_map_that_python_holds(viewer, number):
    case = CASES[number]
    viewer.control("outline").uncheck()
    viewer.slide("opacity", 1)
    viewer.choose("image", case.id)
    for method, label in (("gradcam", "normal"), ("hirescam", "covid19")):
        viewer.choose("method", method)
        viewer.choose("label", label)
        viewer.ready()
        shown = pixels(viewer)
        low = case.readings["control"].maps[MapKey(method, "layer4", label)]
        value = np.round(interpolated(low.values.astype(float), *shown.shape[:2])) / 255
        expected = colormaps["magma"](value)[..., :3] * 255
        # 33 points of the table, linear in between: 2.5; one step of 256 by rounding: 2.5.
        assert np.abs(shown - expected).max() <= 6
        assert np.abs(shown - expected).mean() < 1
    viewer.slide("opacity", 0)
    grey = np.array(Image.open(BytesIO(case.image)).convert("L").resize(shown.shape[1::-1]), float)
    assert np.abs(pixels(viewer)[..., 0] - grey).mean() < 4


def places(viewer: Viewer) -> list[Any]:
    """Where the pieces of the explorer are, from its left edge."""
    return viewer.root.evaluate(
        """view => ['.cxr-scale', '.cxr-bar > span', '.cxr-number', '[data-control=previous]',
        '[data-control=next]', '.cxr-controls', 'output', '.cxr-facts dt'].map(name => {
            const box = view.querySelector(name).getBoundingClientRect();
            return Math.round(box.left - view.getBoundingClientRect().left) })"""
    )


def test_on_a_page_that_runs_from_right_to_left_everything_reads_the_same(viewer, folder):
    here = places(viewer)
    viewer.page.goto((folder / "mirrored.html").as_uri())
    viewer.ready()
    assert places(viewer) == here


def test_with_forced_colours_the_scale_and_the_bars_are_still_there(browser, folder):
    context = browser.new_context(forced_colors="active", offline=True)
    viewer = Viewer(context)
    viewer.page.goto((folder / "page.html").as_uri())
    viewer.ready()
    scale, full, empty = viewer.root.evaluate(
        """view => { const style = name => getComputedStyle(view.querySelector(name));
        return [style('.cxr-scale').backgroundImage, style('.cxr-bar > span').backgroundColor,
            style('.cxr-bar').backgroundColor] }"""
    )
    assert scale.startswith("linear-gradient(to right, rgb(0, 0, 4)")
    assert full != empty
    context.close()


CUT = """view => [...view.querySelectorAll(
        'button, figcaption, dd, h3, .cxr-note, .cxr-bars li, label > span')]
    .filter(one => one.offsetParent && one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).display !== 'inline'
        && !one.closest('.cxr-image, details:not([open])'))
    .map(one => one.className + ' ' + one.textContent)"""


@pytest.mark.parametrize("name", ["page.html", "enlarged.html"])
def test_nothing_is_cut_or_wider_than_the_screen_at_any_width_and_text_size(browser, folder, name):
    context = browser.new_context(viewport={"width": 320, "height": 900}, offline=True)
    viewer = Viewer(context)
    viewer.page.goto((folder / name).as_uri())
    for other in ("", "general first"):
        viewer.choose("other", other)
        viewer.ready()
        for width in (320, 390, 560, 768, 1024, 1280, 1920, 2560):
            viewer.page.set_viewport_size({"width": width, "height": 900})
            inside = viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert inside, width
            assert viewer.root.evaluate(CUT) == [], width
    context.close()


def test_the_picture_is_the_same_at_every_ratio_of_pixels_and_zoom(browser, folder):
    found = []
    for ratio, width in ((1, 1280), (2, 1280), (3, 1280), (0.67, 1910), (1.5, 853)):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, device_scale_factor=ratio, offline=True
        )
        viewer = Viewer(context)
        viewer.page.goto((folder / "page.html").as_uri())
        found.append(viewer.picture())
        context.close()
    assert all(one == other for one, other in some(pairwise(found)))


def test_letters_typed_inside_never_reach_the_page(viewer):
    """A notebook listens on its document, before any element does."""
    viewer.page.evaluate(
        """() => { window.heard = [];
        document.addEventListener('keydown', event => heard.push(event.key), true); }"""
    )
    for name in ("next", "image", "opacity", "outline"):
        viewer.control(name).focus()
        for key in ("x", "d", "Shift+M", "Enter", "Control+z"):
            viewer.page.keyboard.press(key)
    heard = viewer.page.evaluate("heard")
    assert heard == []
    viewer.page.locator("#away").focus()
    viewer.page.keyboard.press("b")
    assert viewer.page.evaluate("heard") == ["b"]


def test_a_letter_in_a_list_chooses_from_it(viewer):
    viewer.control("colours").focus()
    viewer.page.keyboard.press("v")
    assert viewer.control("colours").input_value() == "viridis"
    assert agrees(viewer)["colours"] == "viridis"


def test_the_focus_stays_inside_when_what_has_it_is_disabled(browser, tmp_path):
    from dataclasses import replace

    cases = [CASES[0], replace(CASES[1], outline=None)]
    (tmp_path / "page.html").write_text(page(static_explorer(cases).html), encoding="utf-8")
    context = browser.new_context(offline=True)
    viewer = Viewer(context)
    viewer.page.goto((tmp_path / "page.html").as_uri())
    viewer.ready()
    viewer.control("outline").focus()
    viewer.page.evaluate("document.querySelector('[data-control=next]').click()")
    viewer.page.locator(".cxr-view[data-case='image-1']").wait_for()
    assert viewer.page.evaluate("document.activeElement.className") == "cxr-stage"
    context.close()
