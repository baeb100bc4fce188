"""The live explorer in a real browser: in a running JupyterLab, and in Voilà."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.lab import TOKEN, open_lab, running
from tests.support.viewer import PATIENCE, Viewer, try_every_control

pytestmark = pytest.mark.browser

#: Voilà's own page asks for these, whatever it shows; they are refused here, and not missed.
VOILAS_OWN = (
    "https://cdn.jsdelivr.net/npm/@fortawesome/",
    "https://cdnjs.cloudflare.com/ajax/libs/mathjax/",
)
CELL = f"""import sys
sys.path.insert(0, {str(Path(__file__).parents[1] / "support")!r})
from explored import made_cohort, made_explainer, made_network
from cxrstudy.explorer import explore
arms = {{"control": made_network(0), "general first": made_network(1)}}
explore(arms, made_cohort(7), explain=made_explainer())"""


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a JupyterLab on the loopback, with a notebook, and Voilà beside it."""
    pytest.importorskip("jupyterlab", reason="this test was not run: jupyterlab is not installed")
    with running(tmp_path_factory.mktemp("jupyter"), CELL) as address:
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


def radiograph() -> bytes:
    grey = np.add.outer(np.arange(120) * 2, np.arange(100)).astype(np.uint8)
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
    root.locator("summary").click()
    with viewer.changes("true class"):
        viewer.choose("truth", "covid19")
        viewer.control("next").click()
    with viewer.changes("outline"):
        viewer.control("outline").uncheck()

    upload(viewer, "broken.dcm", b"nothing at all")
    alert = root.locator("[role=alert]")
    alert.wait_for(timeout=PATIENCE)
    assert "broken.dcm can't be used: not an image" in alert.inner_text()

    before = viewer.picture()
    viewer.choose("method", "endless")
    root.locator("progress").wait_for()
    viewer.page.wait_for_function("() => document.querySelector('.cxr-view progress').value > 0")
    viewer.control("cancel").click()
    assert viewer.says() == "Cancelled."
    viewer.choose("method", "hirescam")
    assert viewer.picture() == before


def test_in_voila_it_is_shown_and_answers(viewer, jupyter):
    pytest.importorskip("voila", reason="this test was not run: voila is not installed")
    viewer.tolerated = VOILAS_OWN
    viewer.page.goto(f"{jupyter}/voila/render/live.ipynb?token={TOKEN}", wait_until="commit")
    try_every_control(
        viewer,
        {
            "next": lambda: viewer.control("next").click(),
            "class": lambda: viewer.choose("label", "other_pneumonia"),
            "compare": lambda: viewer.choose("other", "general first"),
            "colours": lambda: viewer.choose("colours", "inferno"),
        },
    )
