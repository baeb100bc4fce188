"""The live networks in a real browser: from a file, with the network off, by hand and by keys."""

import re

import pytest

from cxrstudy.pages.computed.late import moved
from cxrstudy.pages.live_network import live_network
from cxrstudy.predict.notice import NOTICE
from tests.support.some import some
from tests.support.viewer import PATIENCE, Viewer

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>made</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><body>{}</body></html>"""
DESKTOP, PHONE = {"width": 1100, "height": 900}, {"width": 390, "height": 844}
SHOWN = ["control", "permuted labels"]


@pytest.fixture(scope="module")
def html(small):
    return live_network(small.arms, SHOWN, images=3).data


@pytest.fixture(scope="module")
def page_file(html, tmp_path_factory):
    """As in the book: weights in a file beside the page."""
    folder = tmp_path_factory.mktemp("page")
    light, _ = moved(html, folder)
    file = folder / "page.html"
    file.write_text(PAGE.format(light), encoding="utf-8")
    return file


class Live:
    """The networks as a reader moves them."""

    def __init__(self, context, file):
        self.viewer = Viewer(context)
        self.page = self.viewer.page
        self.page.goto(file.as_uri())
        self.page.locator(".lx-view").wait_for()

    def load(self):
        self.control("start").click()
        self.page.locator(".lx-view[data-state=ready]").wait_for()
        self.rested()
        return self

    def control(self, name):
        return self.page.locator(f"[data-control={name}]")

    def rested(self):
        """After the last map is whole."""
        self.page.wait_for_function(
            "document.querySelector('.lx-row').getAttribute('aria-busy') === 'false'",
            timeout=5 * PATIENCE,
        )

    @property
    def numbers(self):
        return self.page.locator(".lx-number").all_inner_texts()

    @property
    def changes(self):
        return self.page.locator(".lx-changes").inner_text()

    @property
    def says(self):
        return self.page.locator(".lx-says").text_content()

    def maps(self):
        return self.page.locator(".lx-panel > canvas").evaluate_all(
            "canvases => canvases.map(canvas => canvas.toDataURL())"
        )

    def change(self, what, step, expected):
        """Do a step: the image, the scores and the maps must change, and the change is said."""
        image = "document.querySelector('.lx-stage canvas').toDataURL()"
        before, maps, said = self.page.evaluate(image), self.maps(), self.says
        step()
        self.page.wait_for_function(
            "said => document.querySelector('.lx-says').textContent !== said", arg=said
        )
        self.rested()
        assert self.page.evaluate(image) != before, what
        assert all(now != then for now, then in zip(self.maps(), maps, strict=True)), what
        assert re.search(expected, self.changes), (what, self.changes)


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def live(browser, page_file, request):
    context = browser.new_context(
        viewport=request.param, offline=True, has_touch=request.param is PHONE
    )
    live = Live(context, page_file).load()
    yield live
    context.close()
    assert live.viewer.complaints == []
    assert live.viewer.outside == []


def test_every_change_changes_image_scores_and_maps_and_reset_takes_all_back(live):
    page, canvas = live.page, live.page.locator(".lx-stage canvas")
    first, maps = live.numbers, live.maps()
    assert all(re.fullmatch(r"\d\.\d\d", number) for number in some(first))
    own = live.control("site").input_value()
    other = next(name for name in ("alder", "birch") if name != own)
    live.change(
        "hospital", lambda: live.control("site").select_option(other), f"Changed: hospital {other}."
    )
    assert all("→" in number for number in some(live.numbers))
    live.change("marker", lambda: live.control("marker").select_option("erased"), "marker erased")
    live.change("lesion", lambda: live.control("lesion").uncheck(), "lesion removed")
    live.change("blur", lambda: live.control("blur").fill("2"), "blurred by 2 pixels")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    middle = {"x": box["width"] / 2, "y": box["height"] / 2}
    press = canvas.tap if page.evaluate("navigator.maxTouchPoints") else canvas.click
    live.change("square", lambda: press(position=middle), "1 square erased")
    live.control("tool").select_option("marker")
    live.change("moved", lambda: press(position=middle), "marker moved to column 3[12], row 3[12]")
    live.control("undo").click()
    live.control("reset").click()
    live.rested()
    assert live.changes.endswith("As in the test.")
    assert (live.numbers, live.maps()) == (first, maps)
    live.control("tool").select_option("erase")


def test_keys_do_what_the_pointer_does(live):
    page = live.page
    page.locator(".lx-stage").focus()
    page.keyboard.press("ArrowDown")
    at = re.fullmatch(r"Column (\d+), row (\d+)\.", live.says)
    assert at
    page.keyboard.press("Shift+ArrowDown")
    assert live.says == f"Column {at[1]}, row {int(at[2]) + 8}."
    live.change("Space", lambda: page.keyboard.press("Space"), "1 square erased")
    live.change("Backspace", lambda: page.keyboard.press("Backspace"), "As in the test")
    assert live.control("reset").is_disabled()


def test_a_drag_erases_along_its_way(live):
    canvas = live.page.locator(".lx-stage canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    x, y = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    live.page.mouse.move(x, y)
    live.page.mouse.down()
    live.page.mouse.move(x + box["width"] / 4, y, steps=5)
    live.page.mouse.up()
    live.page.wait_for_function(
        "document.querySelector('.lx-changes').textContent.includes('6 squares')"
    )
    live.control("reset").click()


def test_the_scores_are_the_recorded_ones_nearly_and_the_page_says_so(live):
    said = live.page.locator(".lx-agreement").inner_text()
    apart = float(re.search(r"recorded ones by ([\d.]+) at most", said)[1])
    assert 0 < apart < 0.001
    assert "these 3 images" in said


def test_another_patient_and_another_label(live):
    live.control("patient").select_option("2")
    live.rested()
    assert "Truth: normal." in live.changes
    assert live.control("lesion").is_disabled()
    before = live.maps()
    live.control("label").select_option("normal")
    live.rested()
    assert live.maps() != before
    assert "score for normal falls" in live.page.locator(".lx-legend").inner_text()
    live.control("label").select_option("covid19")
    live.control("patient").select_option("0")
    live.rested()


def test_it_fits_the_screen_and_fingers_and_has_names(live):
    page = live.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    heights = page.locator(".lx-view :is(select, button, input)").evaluate_all(
        "parts => parts.map(part => part.offsetHeight)"
    )
    assert len(heights) >= 11
    assert min(heights) >= 44
    named = "view => [...view.querySelectorAll('select, input')].every(c => c.labels.length === 1)"
    assert page.locator(".lx-view").evaluate(named)
    assert page.locator("canvas[role=img]").evaluate_all(
        "all => all.every(canvas => canvas.getAttribute('aria-label'))"
    )
    assert page.get_by_text(NOTICE).is_visible()


def test_the_page_answers_while_a_map_is_computed(live):
    """A task never lasts as long as a map: others run in between."""
    ran = live.page.evaluate(
        """async () => {
            const label = document.querySelector('[data-control=label]');
            label.value = 'normal';
            label.dispatchEvent(new Event('change'));
            let ran = 0;
            const row = document.querySelector('.lx-row');
            const turn = () => new Promise(done => setTimeout(done, 0));
            const isBusy = () => row.getAttribute('aria-busy') === 'true';
            for (let n = 0; n < 1000 && !isBusy(); n += 1) await turn();
            while (isBusy()) {
                await turn();
                ran += 1;
            }
            return ran;
        }"""
    )
    assert ran > 20
    live.control("label").select_option("covid19")
    live.rested()


def test_a_file_that_is_missing_is_named_and_can_be_asked_for_again(browser, html, tmp_path):
    light, (file,) = moved(html, tmp_path)
    page_file = tmp_path / "page.html"
    page_file.write_text(PAGE.format(light), encoding="utf-8")
    kept = file.rename(tmp_path / "kept.js")
    context = browser.new_context(viewport=DESKTOP, offline=True)
    live = Live(context, page_file)
    assert re.fullmatch(r"Load the networks \(\d\.\d MB\)", live.control("start").inner_text())
    live.control("start").click()
    trouble = live.page.locator(".lx-trouble")
    trouble.wait_for()
    assert f"late/{file.name} is not there" in trouble.inner_text()
    kept.rename(file)
    live.load()
    assert not trouble.is_visible()
    context.close()


def test_an_executed_notebook_holds_its_weights_itself(browser, html, tmp_path):
    file = tmp_path / "notebook.html"
    file.write_text(PAGE.format(html), encoding="utf-8")
    context = browser.new_context(viewport=DESKTOP, offline=True)
    live = Live(context, file)
    assert live.control("start").inner_text() == "Load the networks"
    live.load()
    assert live.viewer.complaints == []
    context.close()


def test_without_scripts_recorded_scores_are_there_and_no_control(browser, page_file):
    context = browser.new_context(viewport=DESKTOP, offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri(), timeout=PATIENCE)
    assert page.locator(".lx-still table").is_visible()
    assert page.locator("select, input, button").count() == 0
    assert page.get_by_text(NOTICE).is_visible()
    context.close()
