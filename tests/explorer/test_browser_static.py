"""The static explorer in a real browser: opened from a file, with the network off."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from PIL import Image

from cxrstudy.explorer import static_explorer
from tests.support.explored import made_case
from tests.support.some import some
from tests.support.viewer import Viewer, try_every_control

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>made</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><body>{}</body></html>"""
DESKTOP, PHONE = {"width": 1100, "height": 900}, {"width": 360, "height": 760}


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "page.html"
    cases = [made_case(number) for number in range(5)] + [made_case(9, "not stated")]
    file.write_text(PAGE.format(static_explorer(cases, "Made maps").html), encoding="utf-8")
    return file


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def viewer(browser, page_file, request):
    context = browser.new_context(viewport=request.param, offline=True)
    viewer = Viewer(context)
    viewer.page.goto(page_file.as_uri())
    viewer.ready()
    yield viewer
    context.close()
    assert viewer.complaints == []
    assert viewer.outside == []


@pytest.fixture
def desktop(browser, page_file):
    context = browser.new_context(viewport=DESKTOP, offline=True)
    yield Viewer(context)
    context.close()


def test_every_control_changes_the_picture(viewer):
    viewer.root.locator(".cxr-filter summary").click()
    try_every_control(
        viewer,
        {
            "next": lambda: viewer.control("next").click(),
            "previous": lambda: viewer.control("previous").click(),
            "image": lambda: viewer.choose("image", "image-3"),
            "class": lambda: viewer.choose("label", "covid19"),
            "layer": lambda: viewer.choose("layer", "layer3"),
            "method": lambda: viewer.choose("method", "hirescam"),
            "viridis": lambda: viewer.choose("colours", "viridis"),
            "grey": lambda: viewer.choose("colours", "grey"),
            "opacity": lambda: viewer.slide("opacity", 0.8),
            "threshold": lambda: viewer.slide("threshold", 0.6),
            "outline": lambda: viewer.control("outline").uncheck(),
            "magnify": lambda: viewer.control("closer").click(),
            "whole image": lambda: viewer.control("whole").click(),
            "window of greys": lambda: viewer.slide("width", 0.4),
            "level": lambda: viewer.slide("level", 0.7),
            "compare with nothing": lambda: viewer.choose("other", ""),
            "arm": lambda: viewer.choose("arm", "general first"),
            "compare": lambda: viewer.choose("other", "control"),
            "predicted class": lambda: viewer.choose("label", ""),
            "each its own": lambda: viewer.choose("label", "*"),
            "true class": lambda: viewer.choose("truth", "other_pneumonia"),
            "site": lambda: viewer.choose("source", "birch"),
        },
    )
    assert viewer.root.locator(".cxr-count").text_content() == "1 of 1"
    assert viewer.root.locator(".cxr-thumbs [role=option]").count() == 1
    viewer.choose("outcome", "right")  # of the arm "general first", which is wrong here
    assert viewer.root.locator(".cxr-count").text_content() == "none"
    assert viewer.says() == "No image fits the filter."


def test_nothing_is_wider_than_the_screen(viewer):
    for other in ("", "general first"):
        viewer.choose("other", other)
        viewer.ready()
        assert viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_keys_alone_are_enough(viewer):
    page = viewer.page
    reached = set()
    for _ in range(23):  # so many, and no more, can be reached
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.dataset.control || document.activeElement.className"
        )
        reached.add(name)
        if name == "cxr-stage":
            with viewer.changes("arrow right"):
                page.keyboard.press("ArrowRight")
            assert "Image 2 of 5: image-1" in viewer.says()
        if name == "cxr-thumbs":
            with viewer.changes("arrow right among thumbnails"):
                page.keyboard.press("ArrowRight")
            assert viewer.root.get_attribute("data-case") == "image-1"
            page.keyboard.press("ArrowLeft")
        if name == "opacity":
            with viewer.changes("arrow on a slider"):
                page.keyboard.press("ArrowRight")
            assert viewer.says().startswith("opacity 55 %")
        if name == "outline":
            with viewer.changes("space on a box"):
                page.keyboard.press("Space")
    wanted = {
        "previous",
        "image",
        "next",
        "cxr-thumbs",
        "cxr-stage",
        "arm",
        "other",
        "label",
        "method",
        "layer",
    }
    assert wanted | {"colours", "opacity", "threshold", "outline"} <= reached


def test_it_says_what_it_shows(viewer):
    root = viewer.root
    assert root.get_attribute("aria-label") == "Made maps"
    canvas = root.locator("canvas[role=img]")
    assert [one.get_attribute("aria-label") for one in canvas.all()] == [
        "Radiograph image-0 with the Grad-CAM map of control for normal",
        "Radiograph image-0 with the Grad-CAM map of general first for normal",
    ]
    assert (
        root.locator(".cxr-note").all_text_contents()
        == ["map for normal, 4 × 4 cells, peak 0.5"] * 2
    )
    assert root.locator(".cxr-notice").inner_text().startswith("Not for clinical use.")
    viewer.choose("other", "")
    viewer.choose("method", "hirescam")
    viewer.ready()
    assert viewer.says() == (
        "Method: HiResCAM. Image 1 of 5: image-0. control calls normal, probability 0.70, right."
    )
    assert root.locator(".cxr-bars li").all_text_contents() == [
        "normal (truth)0.70", "other pneumonia0.15", "COVID-190.15",
    ]  # fmt: skip
    facts = root.locator(".cxr-facts").inner_text().split("\n")
    assert {"image-0", "patient-7", "birch", "PA", "F", "51", "CC0-1.0", "normal"} <= set(facts)
    named = root.evaluate(
        "root => [...root.querySelectorAll('select, input')].every(c => c.labels.length === 1)"
    )
    assert named


def test_the_picture_is_the_blend_that_it_claims_to_be(viewer):
    """Full opacity and no outline: the corner's colour is that of the map's corner."""
    viewer.slide("opacity", 1)
    viewer.control("outline").uncheck()
    viewer.choose("colours", "grey")
    viewer.choose("label", "covid19")
    shown = viewer.root.evaluate(
        "root => [...root.querySelector('canvas[role=img]').getContext('2d')"
        ".getImageData(0, 0, 1, 1).data]"
    )
    from cxrstudy.explorer import MapKey

    low = made_case(0).readings["control"].maps[MapKey("gradcam", "layer4", "covid19")]
    assert shown[:3] == [int(low.values[0, 0])] * 3


def test_it_prints_as_a_figure(desktop, page_file):
    desktop.page.goto(page_file.as_uri())
    desktop.ready()
    desktop.page.emulate_media(media="print")
    assert not desktop.root.locator(".cxr-controls").is_visible()
    assert not desktop.control("next").is_visible()
    assert desktop.root.locator(".cxr-plain canvas").is_visible()
    assert desktop.root.locator("canvas[role=img]").first.is_visible()
    assert "Grad-CAM at layer4" in desktop.root.locator("figcaption").inner_text()


def test_several_on_a_page_do_not_meddle(desktop, tmp_path):
    one = static_explorer([made_case(number) for number in range(3)], "One").html
    two = static_explorer([made_case(number) for number in range(3, 6)], "Two").html
    empty = static_explorer([made_case(0, "not stated")], "None").html
    (tmp_path / "page.html").write_text(PAGE.format(one + two + one + empty), encoding="utf-8")
    desktop.page.goto((tmp_path / "page.html").as_uri())
    views = desktop.page.locator(".cxr-view[data-state=ready]")
    views.nth(2).wait_for()
    assert views.count() == 3
    views.nth(1).locator("[data-control=next]").click()
    shown = [views.nth(n).get_attribute("data-case") for n in range(3)]
    assert shown == ["image-0", "image-4", "image-0"]
    assert "there is no image to show" in desktop.page.locator("body").inner_text()
    assert desktop.complaints == []


def test_without_scripts_the_figure_and_the_reason_are_there(browser, page_file):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator(".cxr-still img").is_visible()
    assert "1 image left out" in page.locator("body").inner_text()
    context.close()


def canvas_of(viewer):
    return viewer.root.locator(".cxr-panel:not(.cxr-plain) canvas").first


def test_a_hand_magnifies_moves_and_reads_what_is_under_it(desktop, page_file):
    viewer = desktop
    page = viewer.page
    page.goto(page_file.as_uri())
    viewer.ready()
    box = canvas_of(viewer).bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    assert "column" in viewer.root.locator(".cxr-readout").text_content()
    page.keyboard.down("Control")
    with viewer.changes("wheel"):
        page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    assert viewer.root.locator(".cxr-zoom").text_content() != "1.0 ×"
    with viewer.changes("drag"):
        page.mouse.down()
        page.mouse.move(middle[0] + 60, middle[1] + 30)
        page.mouse.up()
    with viewer.changes("window"):
        page.keyboard.down("Shift")
        page.mouse.down()
        page.mouse.move(middle[0] - 60, middle[1], steps=3)
        page.mouse.up()
        page.keyboard.up("Shift")
    assert float(viewer.control("width").input_value()) < 1
    with viewer.changes("double click"):
        page.mouse.dblclick(*middle)
    assert viewer.root.locator(".cxr-zoom").text_content() == "1.0 ×"
    assert float(viewer.control("width").input_value()) == 1
    assert viewer.complaints == []


def test_a_link_brings_another_reader_to_the_same_picture(browser, page_file):
    context = browser.new_context(viewport=DESKTOP, offline=True)
    first = Viewer(context)
    first.page.goto(page_file.as_uri())
    first.ready()
    first.choose("image", "image-3")
    first.control("closer").click()
    first.control("link").click()
    address = first.page.url
    context.close()
    assert "#explorer=" in address
    context = browser.new_context(viewport=DESKTOP, offline=True)
    second = Viewer(context)
    second.page.goto(address)
    second.ready()
    assert second.root.get_attribute("data-case") == "image-3"
    assert second.root.locator(".cxr-zoom").text_content() == "1.5 ×"
    # The page is open already: only its address changes.
    with second.changes("a link on an open page"):
        second.page.goto(address.replace("image-3", "image-2"))
    assert second.root.get_attribute("data-case") == "image-2"
    assert second.complaints == []
    context.close()


def test_a_picture_is_saved_with_its_words_around_it(desktop, page_file, tmp_path):
    viewer = desktop
    viewer.page.goto(page_file.as_uri())
    viewer.ready()
    with viewer.page.expect_download() as waiting:
        viewer.control("save").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == "image-0.png"
    side = canvas_of(viewer).evaluate("(canvas) => canvas.width")
    with Image.open(file) as picture:
        assert picture.width >= side
        assert picture.height > side + 80
        assert picture.getpixel((2, 2))[:3] == (255, 255, 255)


def test_the_radiograph_stands_beside_the_map_where_it_is_wanted(viewer):
    plain = viewer.root.locator(".cxr-plain")
    assert not plain.is_visible()
    viewer.control("original").check()
    assert plain.is_visible()
    assert viewer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_question_mark_lists_keys(viewer):
    viewer.root.locator(".cxr-stage").focus()
    viewer.page.keyboard.press("?")
    assert viewer.root.locator(".cxr-keys dl").is_visible()
    viewer.page.keyboard.press("?")
    assert not viewer.root.locator(".cxr-keys dl").is_visible()


def test_thumbnails_are_the_images_that_they_name_and_bring_them(desktop, page_file):
    viewer = desktop
    viewer.page.goto(page_file.as_uri())
    viewer.ready()
    options = viewer.root.locator(".cxr-thumbs [role=option]")
    assert options.count() == 5
    cases = {f"image-{number}": made_case(number).written for number in range(5)}
    for one in some(options.all()):
        case = cases[one.get_attribute("data-id")]
        assert one.locator("img").get_attribute("src") == case["image"]
        worth = "right, error 20 %"
        if not case["readings"]["control"]["right"]:
            worth = "wrong, error 20 %"
        assert one.get_attribute("aria-label").endswith(worth)
        shown = viewer.root.get_attribute("data-case") == case["id"]
        with nullcontext() if shown else viewer.changes("a thumbnail"):
            one.click()
        assert viewer.root.get_attribute("data-case") == case["id"]
        assert one.get_attribute("aria-selected") == "true"
    assert viewer.root.locator(".cxr-thumbs [aria-selected=true]").count() == 1
    viewer.root.locator(".cxr-filter summary").click()
    viewer.choose("apart", "large")
    assert viewer.says() == "No image fits the filter."
    viewer.choose("apart", "middle")
    viewer.ready()
    assert options.count() == 5
    assert viewer.complaints == []
