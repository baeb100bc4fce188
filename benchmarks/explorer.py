"""Time from a click to the picture in the live explorer, in a real JupyterLab and Chromium.

    python benchmarks/explorer.py               # 20 clicks of each kind
    python benchmarks/explorer.py --to benchmarks/explorer.csv

Needs what `make test` installs, a Chromium, and the recorded runs of the quick study (`make book`).
The clock runs in the page, from the click until the drawing is finished and differs from the
previous picture.
"""

from __future__ import annotations

import argparse
import csv
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

#: Milliseconds that an interaction may take.
TARGET = 250
#: Columns of the table.
COLUMNS = ("interaction", "clicks", "median", "longest", "machine")

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
    parser.add_argument("--to", type=Path, help="a table to write, beside what is printed")
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
        rows = report(viewer, asked.clicks)
        browser.close()
    machine = f"{device.name(device.kind())}, {os.cpu_count()} cores"
    say(f"{machine}, load {os.getloadavg()[0]:.1f}")
    if asked.to:
        with asked.to.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerows([COLUMNS, *((*row, machine) for row in rows)])


def report(viewer: Viewer, clicks: int) -> list[tuple[str, ...]]:
    """Time three interactions: a row of each."""
    layers = viewer.control("layer").locator("option").all_text_contents()
    say(f"layers {', '.join(layers)}; milliseconds from click to picture, {clicks} clicks each")
    return [
        timed(viewer, "next image", "next", [None] * clicks),
        # Before a mean and a linear head, at the last layer, HiResCAM would be the same picture.
        timed(viewer, "other method", "method", ["hirescam", "gradcam"] * (clicks // 2)),
        timed(viewer, "other layer", "layer", layers * (clicks // len(layers))),
    ]


def timed(viewer: Viewer, what: str, control: str, values: list[Any]) -> tuple[str, ...]:
    if viewer.control(control).evaluate("part => part.value") == values[0]:
        values = values[1:]  # a choice that is made already changes nothing
    took = [viewer.page.evaluate(CLOCK, [control, value]) for value in values]
    row = what, str(len(took)), f"{statistics.median(took):.0f}", f"{max(took):.0f}"
    say(f"  {what}: median {row[2]}, longest {row[3]}{' (over)' * (max(took) > TARGET)}")
    return row


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
