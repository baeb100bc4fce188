"""The live explorer in a real browser: in a running JupyterLab, and in Voilà."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.support.lab import CELL, TOKEN, cells, in_kernel, open_lab, open_notebook, running
from tests.support.viewer import PATIENCE, Viewer, try_every_control

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Voilà's own page asks for these, whatever it shows; they are refused here, and not missed.
VOILAS_OWN = (
    "https://cdn.jsdelivr.net/npm/@fortawesome/",
    "https://cdnjs.cloudflare.com/ajax/libs/mathjax/",
)


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab on the loopback, with a notebook, and Voilà beside it."""
    pytest.importorskip("jupyterlab", reason="this test was not run: jupyterlab is not installed")
    with running(tmp_path_factory.mktemp("jupyter"), CELL, "explorer", "x = 1") as address:
        yield address


@pytest.fixture
def viewer(browser) -> Iterator[Viewer]:
    context = browser.new_context(viewport={"width": 1400, "height": 1100})
    viewer = Viewer(context, host="127.0.0.1")
    yield viewer
    context.close()
    assert viewer.outside == []
    # The hosts have warnings of their own; the widget's module is a blob, its errors name it.
    assert [said for said in viewer.complaints if "blob:" in said or "cxr" in said] == []


#: Scores of an upload as Python has them, of both arms, which are compared at first.
SCORES = """
for reading in explorer.uploads[{number}]["readings"].values():
    for p in reading["probabilities"].values():
        print(f"{{p:.2f}}")"""
DRAWN = "root => [...root.querySelectorAll('canvas[role=img]')].map(one => one.toDataURL()).join()"


def radiograph(shift: int = 0) -> bytes:
    grey = np.add.outer(np.arange(120) * 2, np.arange(100) + shift).astype(np.uint8)
    stream = BytesIO()
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def upload(viewer: Viewer, name: str, content: bytes) -> None:
    viewer.control("file").set_input_files({"name": name, "mimeType": "", "buffer": content})


def test_in_jupyterlab_everything_can_be_done(viewer, jupyter):
    open_lab(viewer, jupyter)
    root = viewer.root
    try_every_control(
        viewer,
        {
            "next": lambda: viewer.control("next").click(),
            "keys": lambda: root.locator(".cxr-stage").press("ArrowRight"),
            "class": lambda: viewer.choose("label", "other_pneumonia"),
            "layer": lambda: viewer.choose("layer", "layer3"),
            "method": lambda: viewer.choose("method", "hirescam"),
            "colours": lambda: viewer.choose("colours", "viridis"),
            "opacity": lambda: viewer.slide("opacity", 0.9),
            "threshold": lambda: viewer.slide("threshold", 0.5),
            "arm": lambda: viewer.choose("arm", "general first"),
            "compare": lambda: viewer.choose("other", "control"),
            "previous": lambda: viewer.control("previous").click(),
            "own image": lambda: upload(viewer, "mine.png", radiograph()),
        },
    )
    assert root.get_attribute("data-case") == "upload 1: mine.png"
    assert viewer.control("outline").is_disabled()  # nobody drew its lesion
    assert viewer.page.locator(".cxr-view").count() == 2
    root.locator(".cxr-filter summary").click()
    with viewer.changes("true class"):
        viewer.choose("truth", "covid19")
        viewer.control("next").click()
    with viewer.changes("outline"):
        viewer.control("outline").uncheck()

    upload(viewer, "broken.dcm", b"nothing at all")
    alert = root.locator(".cxr-refused")
    alert.wait_for(timeout=PATIENCE)
    assert "broken.dcm can't be used: not an image" in alert.inner_text()

    before = viewer.picture()
    viewer.choose("method", "endless")
    root.locator("progress").wait_for()
    viewer.page.wait_for_function("() => document.querySelector('.cxr-view progress').value > 0")
    viewer.control("cancel").focus()
    viewer.page.keyboard.press("Enter")
    assert viewer.says().startswith("Cancelled.")
    assert viewer.control("method").input_value() == "hirescam"
    assert viewer.picture() == before
    assert viewer.page.evaluate("document.activeElement.className") == "cxr-stage"
    assert "broken.dcm" in alert.inner_text()  # words of refusal stay


def go_through(viewer: Viewer) -> dict[str, str]:
    """What each image looks like."""
    shown = {}
    for name in viewer.control("image").locator("option").all_text_contents():
        viewer.choose("image", name)
        shown[name] = viewer.picture()
    assert len(set(shown.values())) == len(shown)
    return shown


def both_show_what_they_name(viewer: Viewer, shown: dict[str, str]) -> None:
    for viewer.number in (0, 1):
        picture, name = viewer.picture(), str(viewer.root.get_attribute("data-case"))
        assert shown[name] == picture, (viewer.number, name)
        assert viewer.control("image").input_value() == name
        assert viewer.root.locator("figcaption").text_content().startswith(f"{name}: ")


def test_one_name_one_picture_in_two_views_with_files_keys_silence_and_a_restart(viewer, jupyter):
    open_lab(viewer, jupyter)
    page = viewer.page
    viewer.number = 1
    viewer.ready()
    viewer.number = 0
    shown = go_through(viewer)

    # Only the other view is used: its numbers reach and pass those of the first.
    for _ in range(len(shown) + 2):
        viewer.number = 1
        viewer.control("previous").click()
        both_show_what_they_name(viewer, shown)
    page.evaluate(  # and both at once, without a pause
        """() => { const [one, two] = [...document.querySelectorAll('.cxr-view')]
            .map(view => view.querySelector('[data-control=next]'));
        for (let n = 0; n < 10; n++) { one.click(); two.click(); two.click(); } }"""
    )
    both_show_what_they_name(viewer, shown)

    # Letters typed inside leave the notebook alone; outside they are its commands.
    viewer.number = 0
    before = cells(viewer)
    for name, key in (
        ("next", "b"),
        ("opacity", "a"),
        ("label", "m"),
        ("image", "x"),
        ("image", "Shift+M"),
        ("next", "Shift+Enter"),
    ):
        viewer.control(name).focus()
        page.keyboard.press(key)
    assert cells(viewer) == before
    page.evaluate("jupyterapp.shell.currentWidget.content.activate()")
    page.locator(".jp-Cell").last.locator(".jp-InputPrompt").click()
    page.keyboard.press("b")
    page.wait_for_function(
        "before => jupyterapp.shell.currentWidget.content.widgets.length === before + 1",
        arg=len(before),
    )

    # Several files at once, read from a slow drive: each is itself, or refused by its name.
    page.evaluate(
        """() => { const read = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = function () {
            return new Promise(go => setTimeout(go, 50)).then(() => read.call(this)); } }"""
    )
    viewer.control("file").set_input_files(
        [
            {"name": "a.png", "mimeType": "", "buffer": radiograph()},
            {"name": "empty.dcm", "mimeType": "", "buffer": b""},
        ]
    )
    assert "empty.dcm is empty" in viewer.root.locator(".cxr-refused").inner_text()
    upload(viewer, "text.png", b"words")
    upload(viewer, "b.png", radiograph(40))
    page.wait_for_function(
        "() => document.querySelectorAll('.cxr-view')[0].dataset.case === 'upload 2: b.png'"
    )
    viewer.ready()
    assert "text.png can't be used" in viewer.root.locator(".cxr-refused").inner_text()
    numbers = viewer.root.locator(".cxr-number").all_text_contents()
    together = in_kernel(viewer, SCORES.format(number=1)).split()
    assert numbers == together
    viewer.number = 1
    names = viewer.control("image").locator("option").all_text_contents()
    assert names[-2:] == ["upload 1: a.png", "upload 2: b.png"]  # offered, but not chosen
    assert str(viewer.root.get_attribute("data-case")) in shown

    # A page that is opened anew still has what was uploaded, while the kernel lives.
    page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    open_notebook(viewer, jupyter)
    viewer.number = 0
    viewer.ready()
    assert viewer.control("image").locator("option").last.text_content() == "upload 2: b.png"
    viewer.choose("image", "upload 2: b.png")
    viewer.ready()
    assert viewer.root.locator(".cxr-number").all_text_contents() == numbers
    viewer.choose("image", next(iter(shown)))
    viewer.choose("arm", "control")
    viewer.ready()

    # A kernel that is stopped is said to be silent; the last picture stays, and comes again.
    process = int(in_kernel(viewer, "import os; print(os.getpid())"))
    name, picture = viewer.root.get_attribute("data-case"), viewer.picture()
    os.kill(process, signal.SIGSTOP)
    try:
        viewer.control("next").click()
        viewer.root.locator(".cxr-trouble").wait_for(timeout=PATIENCE)
        assert viewer.root.get_attribute("data-state") == "silent"
        assert viewer.root.get_attribute("data-case") == name
        assert viewer.control("image").input_value() == name
        assert viewer.root.evaluate(DRAWN) == picture
        assert viewer.control("again").is_visible()
    finally:
        os.kill(process, signal.SIGCONT)
    viewer.ready()
    assert viewer.root.get_attribute("data-case") != name  # what was wanted
    assert viewer.picture() == shown[viewer.control("image").input_value()]
    assert not viewer.control("again").is_visible()

    # After a restart nobody is there who could answer.
    name, picture = viewer.root.get_attribute("data-case"), viewer.picture()
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.locator(".cxr-view[data-state=gone]").first.wait_for(timeout=PATIENCE)
    assert "The kernel that made this explorer is gone" in viewer.root.inner_text()
    assert viewer.root.evaluate(DRAWN) == picture
    assert viewer.root.get_attribute("data-case") == name


def test_in_voila_it_is_shown_and_answers(viewer, jupyter):
    pytest.importorskip("voila", reason="this test was not run: voila is not installed")
    viewer.tolerated = VOILAS_OWN
    viewer.page.goto(f"{jupyter}/voila/render/live.ipynb?token={TOKEN}", wait_until="commit")
    try_every_control(
        viewer,
        {
            "next": lambda: viewer.control("next").click(),
            "class": lambda: viewer.choose("label", "other_pneumonia"),
            "compare with nothing": lambda: viewer.choose("other", ""),
            "colours": lambda: viewer.choose("colours", "inferno"),
        },
    )
