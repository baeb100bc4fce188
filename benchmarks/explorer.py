"""Time from a click to the picture in the live explorer, in a real JupyterLab and Chromium.

    python benchmarks/explorer.py               # 20 clicks of each kind

Needs what `make test` installs, a Chromium, and the recorded runs of the quick study (`make book`).
The clock runs in the page, from the click until the drawing is finished and differs from the
previous picture.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from cxrstudy.base import device
from cxrstudy.study import experiment
from cxrstudy.study.study import Study

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.conftest import FLAGS, chromium
from tests.support.lab import open_lab, running
from tests.support.viewer import Viewer

#: Waits in the page itself, where no message has to travel: milliseconds until the picture is new.
CLOCK = """([name, value]) => new Promise(resolve => {
    const root = document.querySelector('.cxr-view');
    const drawn = () => root.matches('[data-state=ready]')
        && [...root.querySelectorAll('canvas[role=img]')].map(one => one.toDataURL()).join();
    const before = drawn(), control = root.querySelector(`[data-control=${name}]`);
    const began = performance.now();
    const look = () => {
        const now = drawn();
        if (now && now !== before) resolve(performance.now() - began);
        else setTimeout(look, 5);
    };
    if (value === null) control.click();
    else { control.value = value; control.dispatchEvent(new Event('change', { bubbles: true })); }
    look();
})"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=20, help="how often each is measured")
    asked = parser.parse_args()
    study = Study("quick", "phantom", 1)
    run = study.plan(experiment.arms_of("06_sequential_schemes", study)).ends["control", 0]
    cell = f"import cxrstudy\ncxrstudy.explore('{run}', 'phantom')"
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), cell) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        viewer = Viewer(browser.new_context(viewport={"width": 1400, "height": 1100}), "127.0.0.1")
        open_lab(viewer, address)
        report(viewer, asked.clicks)
        browser.close()
    say(f"{device.name(device.kind())}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def report(viewer: Viewer, clicks: int) -> None:
    layers = viewer.control("layer").locator("option").all_text_contents()
    say(f"layers {', '.join(layers)}; milliseconds from click to picture, {clicks} clicks each")
    timed(viewer, "next image", "next", [None] * clicks)
    # Before a mean and a linear head, at the last layer, HiResCAM would be the same picture.
    timed(viewer, "other method", "method", ["hirescam", "gradcam"] * (clicks // 2))
    timed(viewer, "other layer", "layer", layers * (clicks // len(layers)))


def timed(viewer: Viewer, what: str, control: str, values: list[Any]) -> None:
    if viewer.control(control).evaluate("part => part.value") == values[0]:
        values = values[1:]  # a choice that is made already changes nothing
    took = [viewer.page.evaluate(CLOCK, [control, value]) for value in values]
    say(f"  {what}: median {statistics.median(took):.0f}, longest {max(took):.0f}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
