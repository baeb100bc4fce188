"""What a host does to an explorer: cells and views come and go, lines break, kernels end."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from tests.support.lab import CELL, TOKEN, in_kernel, in_notebook, open_lab, running
from tests.support.line import Line, line_to
from tests.support.viewer import PATIENCE, Viewer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: All that a person can compare.
SAID = """view => { const value = name => view.querySelector(`[data-control=${name}]`).value;
    return [view.dataset.case, value('image'), value('layer'), value('method'), value('opacity'),
        view.querySelector('figcaption').textContent] }"""
DRAWN = "root => [...root.querySelectorAll('canvas[role=img]')].map(one => one.toDataURL()).join()"


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab on the loopback."""
    pytest.importorskip("jupyterlab", reason="this test was not run: jupyterlab is not installed")
    with running(tmp_path_factory.mktemp("jupyter"), CELL) as address:
        yield address


@pytest.fixture
def line(jupyter) -> Iterator[Line]:
    with line_to(jupyter) as line:
        yield line


@pytest.fixture
def viewer(browser, line) -> Iterator[Viewer]:
    context = browser.new_context(viewport={"width": 1400, "height": 1100})
    viewer = Viewer(context, host="127.0.0.1")
    open_lab(viewer, line.address)
    yield viewer
    context.close()
    assert viewer.outside == []
    assert [said for said in viewer.complaints if "blob:" in said or "cxr" in said] == []


def move_everything(viewer: Viewer) -> tuple[list[str], str]:
    """Choose something else in every control; what is said then, and what is drawn."""
    viewer.choose("method", "hirescam")
    viewer.choose("layer", "layer3")
    viewer.control("next").click()
    viewer.slide("opacity", 0.9)
    viewer.ready()
    # The kernel is told what is shown once it has come to rest.
    while "0.9" not in in_kernel(viewer, "print(explorer.choice['opacity'])"):
        viewer.page.wait_for_timeout(100)
    return viewer.root.evaluate(SAID), viewer.picture()


def wait_for(viewer: Viewer, state: str) -> None:
    viewer.page.locator(f".cxr-view[data-state={state}]").first.wait_for(timeout=PATIENCE)


def test_what_was_shown_is_shown_after_undo_in_a_new_view_and_by_a_link(viewer, browser, jupyter):
    left, picture = move_everything(viewer)
    assert left[0] == left[1]

    in_notebook(viewer, "notebook:delete-cell")
    viewer.page.locator(".cxr-view").wait_for(state="detached")
    in_notebook(viewer, "notebook:undo-cell-action")
    assert viewer.picture() == picture
    assert viewer.root.evaluate(SAID) == left

    in_notebook(viewer, "notebook:create-output-view")
    viewer.number = 1
    assert viewer.picture() == picture
    assert viewer.root.evaluate(SAID) == left
    viewer.control("next").click()  # in one view only
    viewer.ready()
    assert viewer.root.evaluate(SAID)[0] != left[0]
    viewer.number = 0
    assert viewer.picture() == picture
    assert viewer.root.evaluate(SAID) == left

    # The address leads to what is shown, also after it was asked for.
    viewer.control("link").click()
    viewer.control("previous").click()
    viewer.choose("method", "gradcam")
    before = viewer.picture()
    viewer.page.wait_for_function("decodeURIComponent(location.hash).includes('\"gradcam\"')")
    viewer.page.evaluate("jupyterapp.commands.execute('docmanager:save-all')")
    address = viewer.page.url.replace("#", f"?token={TOKEN}#")
    context = browser.new_context(viewport={"width": 1400, "height": 1100})
    other = Viewer(context, host="127.0.0.1")
    other.page.goto(address)
    assert other.picture() == before
    assert other.root.evaluate(SAID) == viewer.root.evaluate(SAID)
    context.close()


def test_a_line_that_is_cut_is_said_and_the_button_connects_again(viewer, line):
    shown, picture = viewer.root.evaluate(SAID), viewer.picture()
    line.cut()
    wait_for(viewer, "cut")
    assert (
        "The connection to the kernel is lost" in viewer.root.locator(".cxr-trouble").inner_text()
    )
    press(viewer, "next")  # what is wanted now comes when the line is there again
    wait_for(viewer, "cut")
    viewer.page.wait_for_function(
        "() => document.querySelector('.cxr-view').dataset.case", timeout=PATIENCE
    )
    assert viewer.root.evaluate(SAID) == shown
    assert viewer.root.evaluate(DRAWN) == picture
    assert viewer.control("again").inner_text() == "Connect again"
    line.mend()
    press(viewer, "again")
    viewer.ready()
    assert viewer.root.evaluate(SAID)[0] == viewer.root.evaluate(SAID)[1] != shown[0]
    assert viewer.picture() != picture
    assert not viewer.control("again").is_visible()


def test_a_kernel_that_is_taken_away_is_gone_and_its_cell_brings_the_explorer_back(viewer, jupyter):
    shown, picture = viewer.root.evaluate(SAID), viewer.picture()
    # As the server does it with a kernel that was idle for too long.
    kernel = viewer.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
    urlopen(Request(f"{jupyter}/api/kernels/{kernel}?token={TOKEN}", method="DELETE")).close()
    press(viewer, "next")
    wait_for(viewer, "gone")
    assert "The kernel that made this explorer is gone" in viewer.root.inner_text()
    assert viewer.root.evaluate(SAID) == shown
    assert viewer.root.evaluate(DRAWN) == picture
    viewer.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.startKernel()")
    in_notebook(viewer, "notebook:run-all-cells")
    wait_for(viewer, "ready")
    assert viewer.picture() == picture


def press(viewer: Viewer, control: str) -> None:
    """Press a button, though the host has put words over the page."""
    viewer.control(control).evaluate("button => button.click()")
