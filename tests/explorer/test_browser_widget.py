"""The widget in a browser, with a made kernel: what is shown when answers are late, wrong or none.

The kernel is a few lines of script (``assets/kernel.js``): a test decides what it answers and when.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cxrstudy.explorer import frontend, static_explorer
from tests.support.explored import made_case
from tests.support.viewer import Viewer

pytestmark = pytest.mark.browser

CASES = [made_case(number) for number in range(5)]

KERNEL = Path(__file__).parent / "assets" / "kernel.js"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>made</title>
<style>{style}</style><body><div id="one"></div><div id="two"></div>
<script type="application/json" id="data">{data}</script>
<script type="module">{script}
{{ {kernel} }}</script></body></html>"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    html = static_explorer(CASES, "Made maps").html
    found = re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    json.loads(found.group(1))
    script = frontend.script().replace("export default", "const explorer =")
    file = tmp_path_factory.mktemp("widget") / "page.html"
    page = PAGE.format(
        style=frontend.style(), data=found.group(1), script=script, kernel=KERNEL.read_text()
    )
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def viewer(browser, address):
    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    viewer = Viewer(context)
    viewer.page.goto(address)
    for viewer.number in (1, 0):
        viewer.ready()
    yield viewer
    context.close()
    assert viewer.complaints == []


@pytest.fixture
def shown(viewer) -> dict[str, str]:
    """What each image looks like."""
    found = {}
    for case in CASES:
        viewer.choose("image", case.id)
        found[case.id] = viewer.picture()
    viewer.choose("image", "image-0")
    viewer.ready()
    return found


DRAWN = """root => [...root.querySelectorAll('canvas[role=img]')].map(one =>
    one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(value => value > 0)
        ? one.toDataURL() : '').join()"""


def state_of(viewer: Viewer) -> dict[str, Any]:
    root = viewer.root
    return {
        "state": root.get_attribute("data-state"),
        "case": root.get_attribute("data-case"),
        "image": viewer.control("image").input_value(),
        "picture": root.evaluate(DRAWN),
        "caption": root.locator("figcaption").text_content(),
        "scores": root.locator(".cxr-number").count(),
    }


def kernel(viewer: Viewer, **changes: Any) -> None:
    viewer.page.evaluate("changes => Object.assign(kernel, changes)", changes)


def test_a_view_that_nobody_touches_goes_on_showing_its_image(viewer, shown):
    for _ in range(12):
        viewer.number = 1
        viewer.control("next").click()
        viewer.ready()
        viewer.number = 0
        now = state_of(viewer)
        assert now["case"] == now["image"] == "image-0"
        assert now["picture"] == shown["image-0"]


def test_an_awaited_picture_is_an_empty_place_and_cancel_brings_the_last_one_back(viewer, shown):
    kernel(viewer, stopped=True)
    viewer.control("next").click()
    viewer.page.locator(".cxr-view[data-place=waiting]").wait_for()
    now = state_of(viewer)
    assert (now["state"], now["case"], now["picture"], now["scores"]) == ("busy", "", ",", 0)
    assert now["caption"] == "Waiting for image-1: Grad-CAM at layer4."
    viewer.control("cancel").focus()
    viewer.page.keyboard.press("Enter")
    now = state_of(viewer)
    assert (now["state"], now["case"], now["image"]) == ("ready", "image-0", "image-0")
    assert now["picture"] == shown["image-0"]
    assert viewer.page.evaluate("document.activeElement.className") == "cxr-stage"
    kernel(viewer, stopped=False)
    viewer.page.wait_for_timeout(300)  # the answer that was cancelled comes
    assert state_of(viewer) == now
    assert viewer.root.locator(".cxr-thumbs img").count() == len(CASES)


def test_a_kernel_that_stops_is_said_to_within_five_seconds_and_comes_back(viewer, shown):
    kernel(viewer, stopped=True)
    viewer.control("next").click()
    viewer.page.locator(".cxr-view[data-state=silent]").wait_for()
    now = state_of(viewer)
    assert now["case"] == now["image"] == "image-0"
    assert now["picture"] == shown["image-0"]
    assert "does not answer" in viewer.root.locator(".cxr-trouble").inner_text()
    viewer.control("again").click()
    kernel(viewer, stopped=False)
    viewer.ready()
    now = state_of(viewer)
    assert now["case"] == now["image"] == "image-1"
    assert now["picture"] == shown["image-1"]
    assert not viewer.control("again").is_visible()


def test_a_kernel_that_dies_is_gone_though_nothing_was_asked(viewer, shown):
    kernel(viewer, status="dead", stopped=True)
    viewer.page.locator("#one .cxr-view[data-state=gone]").wait_for()
    assert "is gone; run its cell again" in viewer.root.locator(".cxr-trouble").inner_text()
    assert state_of(viewer)["picture"] == shown["image-0"]
    viewer.control("again").click()
    assert state_of(viewer)["picture"] == shown["image-0"]


def test_what_fails_is_said_by_name_and_the_controls_go_back(viewer, shown):
    viewer.choose("layer", "layer3")
    error = viewer.root.locator(".cxr-error:not(.cxr-trouble, .cxr-refused)")
    error.wait_for()
    assert error.inner_text() == "image-0: no such layer"
    assert viewer.control("layer").input_value() == "layer4"
    assert state_of(viewer)["picture"] == shown["image-0"]
    viewer.control("clear").click()
    assert not error.is_visible()


def test_files_chosen_together_arrive_one_by_one_and_are_answered_by_name(viewer):
    def put(*files: tuple[str, int]) -> None:
        viewer.control("file").set_input_files(
            [{"name": name, "mimeType": "", "buffer": bytes(size)} for name, size in files]
        )

    put(("a.png", 1_300_000), ("broken.dcm", 10), ("empty.png", 0))
    put(("b.png", 600_000))
    viewer.page.locator(".cxr-view[data-case='upload 2: b.png']").wait_for()
    viewer.ready()
    words = viewer.root.locator(".cxr-refused li").all_text_contents()
    assert sorted(words) == ["broken.dcm can't be used", "empty.png is empty; choose another file."]
    parts = viewer.page.evaluate("Object.values(kernel.parts)")
    step = 1 << 19
    assert parts == [
        [["a.png", 0, step], ["a.png", step, step], ["a.png", 2 * step, 1_300_000 - 2 * step]],
        [["broken.dcm", 0, 10]],
        [["b.png", 0, step], ["b.png", step, 600_000 - step]],
    ]
    viewer.choose("image", "image-2")
    viewer.ready()
    assert viewer.root.locator(".cxr-refused li").count() == 2  # words stay
    viewer.number = 1
    assert state_of(viewer)["case"] == "image-0"
    assert viewer.control("image").locator("option").last.text_content() == "upload 2: b.png"


def test_what_is_warned_of_an_own_image_stands_beside_it_and_beside_no_other(viewer):
    for name in ("lateral.png", "frontal.png"):
        viewer.control("file").set_input_files({"name": name, "mimeType": "", "buffer": b"0"})
        viewer.page.locator(f".cxr-view[data-case$='{name}']").wait_for()
    viewer.ready()
    warnings = viewer.root.locator(".cxr-warnings")
    assert not warnings.is_visible()
    viewer.choose("image", "upload 1: lateral.png")
    viewer.ready()
    assert warnings.inner_text() == "Warning: a lateral view."
    kernel(viewer, stopped=True)
    viewer.choose("image", "image-2")
    viewer.page.locator(".cxr-view[data-place=waiting]").wait_for()
    assert not warnings.is_visible()
    viewer.control("cancel").click()
    assert warnings.is_visible()


def test_a_lost_connection_is_said_and_the_button_connects_again(viewer, shown):
    kernel(viewer, connectionStatus="connecting", stopped=True)
    viewer.page.locator("#one .cxr-view[data-state=cut]").wait_for()
    assert (
        "The connection to the kernel is lost" in viewer.root.locator(".cxr-trouble").inner_text()
    )
    assert state_of(viewer)["picture"] == shown["image-0"]
    viewer.control("again").click()
    assert viewer.page.evaluate("kernel.reconnected") == 1
    kernel(viewer, connectionStatus="connected", stopped=False)
    viewer.ready()
    assert state_of(viewer)["picture"] == shown["image-0"]
    assert not viewer.control("again").is_visible()


def test_a_new_view_begins_with_what_was_shown_last(viewer, shown):
    viewer.choose("image", "image-3")
    viewer.slide("opacity", 0.9)
    left = viewer.picture()
    viewer.page.wait_for_function("() => kernel.choice.opacity === 0.9")
    viewer.page.evaluate("show('two')")
    viewer.number = 1
    assert viewer.picture() == left
    now = state_of(viewer)
    assert now["case"] == now["image"] == "image-3"


def test_a_view_that_is_taken_away_says_so_and_listens_no_more(viewer):
    viewer.page.evaluate("async () => (await one)()")
    assert viewer.page.evaluate("kernel.sent.at(-1).kind") == "close"


def tell(viewer, name: str, **fields: Any) -> None:
    """The kernel has something new."""
    viewer.page.evaluate(
        "([name, fields]) => { Object.assign(kernel, fields); kernel.tell(name); }", [name, fields]
    )


def not_scored_yet(viewer) -> Any:
    """The place of a view that was opened before there is a catalogue."""
    viewer.page.evaluate(
        """() => { kernel.scored = false; document.body.append(document.createElement('div'));
        document.body.lastElementChild.id = 'three'; show('three'); }"""
    )
    return viewer.page.locator("#three")


def test_until_the_images_are_scored_the_widget_says_how_far_the_kernel_is(viewer, shown):
    place = not_scored_yet(viewer)
    assert place.inner_text() == "The kernel scores the images: it begins."
    tell(viewer, "change:scoring", scoring={"share": 0.25, "text": "3 of 6 images read"})
    assert place.inner_text() == "The kernel scores the images: 3 of 6 images read."
    assert place.locator("progress").evaluate("bar => bar.value") == 0.25
    assert place.locator(".cxr-view").count() == 0
    tell(viewer, "change:catalogue", scored=True, scoring={})
    viewer.number = 2
    assert viewer.picture() == shown["image-0"]
    assert place.locator(".cxr-scoring").count() == 0
    tell(viewer, "change:scoring", scoring={"share": 0.5, "text": "too late"})
    assert "too late" not in place.inner_text()


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("change:scoring", {"scoring": {"error": "a.dcm: missing"}}, "a.dcm: missing"),
        ("comm:close", {}, "is gone; run its cell again"),
    ],
)
def test_scoring_that_failed_is_said(viewer, name, fields, words):
    place = not_scored_yet(viewer)
    tell(viewer, name, **fields)
    assert words in place.locator("[role=alert]").inner_text()
    assert not place.locator("progress").is_visible()


def test_while_a_file_is_scored_it_is_said_how_far_it_is(viewer):
    files = [{"name": f"{name}.png", "mimeType": "", "buffer": b"grey"} for name in ("slow", "b")]
    viewer.control("file").set_input_files(files)
    says = viewer.root.locator(".cxr-waiting-says")
    says.get_by_text("slow.png: scored by control; 1 more file waits").wait_for()
    assert viewer.root.locator("progress").evaluate("bar => bar.value") == 0.5
    viewer.control("cancel").click()
    assert "slow.png was not read: it was cancelled." in viewer.root.inner_text()
    assert not says.is_visible()
