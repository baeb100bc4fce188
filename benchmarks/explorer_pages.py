"""Time of every interaction with the explorer of a built page, in Chromium, without a network.

    python benchmarks/explorer_pages.py                     # the page of the built book
    python benchmarks/explorer_pages.py PAGE.html --to benchmarks/explorer_pages.csv

Needs what `make test` installs, and a Chromium. The clock runs in the page: from the event until
the first frame after the last drawing, when nothing is awaited. Beside it stands the processor time
of the page's main thread, as Chromium counts it, which a machine with much else to do does not
change; drawing on the screen is the work of other threads and not in it.
`benchmarks/explorer.py` does the same for the live explorer.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from cxrstudy.base import device, places

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.conftest import FLAGS, chromium
from tests.support.viewer import Viewer

PAGE = Path("book/_build/html/experiments/20_map_checks.html")
#: Milliseconds that an interaction may take.
TARGET = 100
#: Columns of the table.
COLUMNS = (
    "interaction", "clicks", "median", "longest", "cpu_median", "cpu_longest", "machine",
)  # fmt: skip

#: Notes when something was drawn last.
WATCH = """() => {
    window.drawn = 0;
    for (const name of ['drawImage', 'putImageData', 'stroke']) {
        const draw = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...all) {
            const made = draw.apply(this, all);
            window.drawn = performance.now();
            return made;
        };
    }
}"""

#: Does one thing, and waits in the page itself, where no message has to travel.
CLOCK = """([selector, act]) => new Promise((resolve, reject) => {
    const root = document.querySelector('.cxr-view'), part = root.querySelector(selector);
    const began = performance.now();
    if (act === 'click') part.click();
    else if ('key' in act) part.dispatchEvent(new KeyboardEvent('keydown',
        { key: act.key, bubbles: true, composed: true, cancelable: true }));
    else {
        part.value = act.value;
        const kind = part.type === 'range' ? 'input' : 'change';
        part.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    let before = -1, at = 0;
    const look = () => {
        const now = performance.now();
        if (now - began > 20000) return reject(new Error(`${selector}: no picture came`));
        if (!root.matches('[data-state=ready]')) before = -1;
        else if (before === window.drawn) return resolve(at - began);
        else [before, at] = [window.drawn, now];
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""


@dataclass(frozen=True)
class Interaction:
    """What a reader does, again and again: the part of the explorer, and each act in turn."""

    name: str
    selector: str
    acts: Sequence[Any]


def control(name: str) -> str:
    return f"[data-control={name}]"


def chosen(*values: Any) -> list[dict[str, str]]:
    return [{"value": str(value)} for value in values]


def interactions(viewer: Viewer) -> list[Interaction]:
    """All that changes the picture, each back and forth so that every act changes it."""
    one, other = [value for value in options(viewer, "other") if value][:2]
    labels = [value for value in options(viewer, "label") if value not in ("", "*")]
    return [
        Interaction("next image", control("next"), ["click"]),
        Interaction("arrow key", ".cxr-stage", [{"key": "ArrowRight"}]),
        Interaction("magnify", control("closer"), ["click"]),
        Interaction("whole image", control("whole"), ["click"]),
        Interaction("map for class", control("label"), chosen(*labels)),
        Interaction("method", control("method"), chosen(*options(viewer, "method"))),
        Interaction("layer", control("layer"), chosen(*options(viewer, "layer"))),
        Interaction("colours", control("colours"), chosen("viridis", "magma")),
        Interaction("opacity", control("opacity"), chosen(0.3, 0.7)),
        Interaction("threshold", control("threshold"), chosen(0.4, 0.2)),
        Interaction("window of greys", control("width"), chosen(0.5, 0.8)),
        Interaction("level", control("level"), chosen(0.4, 0.6)),
        Interaction("outline", control("outline"), ["click"]),
        Interaction("radiograph beside", control("original"), ["click"]),
        Interaction("compare with", control("other"), chosen(one, other)),
        Interaction("thumbnail", ".cxr-thumbs [aria-selected=false]", ["click"]),
        Interaction("largest error first, and back", control("order"), chosen("error", "")),
    ]


def options(viewer: Viewer, name: str) -> list[str]:
    found = viewer.control(name).locator("option").all()
    return [str(each.get_attribute("value")) for each in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", type=Path, default=places.root() / PAGE)
    parser.add_argument(
        "--clicks", type=int, default=20, help="how often each is measured, at least 2"
    )
    parser.add_argument("--to", type=Path, help="a table to write, beside what is printed")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        size = {"width": 1400, "height": 1000}
        viewer = Viewer(browser.new_context(viewport=size, offline=True))
        viewer.page.goto(asked.page.resolve().as_uri())
        viewer.ready()
        viewer.page.evaluate(WATCH)
        processor = viewer.page.context.new_cdp_session(viewer.page)
        processor.send("Performance.enable", {"timeDomain": "threadTicks"})
        rows = [
            measured(viewer, processor, each, max(asked.clicks, 2)) for each in interactions(viewer)
        ]
        browser.close()
    machine = f"{device.name(device.kind())}, {os.cpu_count()} cores"
    say(f"{machine}, load {os.getloadavg()[0]:.1f}; target {TARGET} milliseconds")
    if asked.to:
        with asked.to.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerows([COLUMNS, *((*row, machine) for row in rows)])


def measured(viewer: Viewer, processor: Any, each: Interaction, clicks: int) -> tuple[str, ...]:
    """Time an interaction; those whose act would change nothing are left out."""
    took, spent = [], []
    for number in range(clicks):
        if each.name == "whole image":
            viewer.page.evaluate(CLOCK, [control("closer"), "click"])
        if each.name == "magnify" and number and number % 4 == 0:  # not beyond the most
            viewer.page.evaluate(CLOCK, [control("whole"), "click"])
        act = each.acts[number % len(each.acts)]
        if is_there(viewer, each.selector, act):
            continue
        before = busy(processor)
        took.append(viewer.page.evaluate(CLOCK, [each.selector, act]))
        spent.append(busy(processor) - before)
    row = each.name, str(len(took)), *summed(took), *summed(spent)
    say(
        f"{each.name}: median {row[2]}, longest {row[3]}{' (over)' * (max(took) > TARGET)}; "
        f"processor time {row[4]} and {row[5]}{' (over)' * (max(spent) > TARGET)}"
    )
    return row


def busy(processor: Any) -> float:
    """Milliseconds of processor time that the page's main thread has spent."""
    found = {
        each["name"]: each["value"] for each in processor.send("Performance.getMetrics")["metrics"]
    }
    return float(found["TaskDuration"]) * 1000


def summed(milliseconds: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(milliseconds):.0f}", f"{max(milliseconds):.0f}"


def is_there(viewer: Viewer, selector: str, act: Any) -> bool:
    """Whether a field already says what would be chosen."""
    if not isinstance(act, dict) or "value" not in act:
        return False
    return bool(viewer.root.locator(selector).first.evaluate("part => part.value") == act["value"])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
