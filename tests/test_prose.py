"""Prose: pages and notebooks hold no number by hand, except those whose origin is named here."""

import json
import re
from pathlib import Path

import pytest

from tests.support.commands import cxrstudy

ROOT = Path(__file__).parents[1]
PROSE = [*(ROOT / "book").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]

#: What is no prose: code, roles, targets of links, formulas, settings of directives.
NO_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|\$[^$]*\$|^:+\{.*?$|^:\w.*?$", re.DOTALL | re.M
)
#: A citation covers the numbers of its paragraph: they are the cited paper's.
CITED = re.compile(r"\{cite\}")
NUMBER = re.compile(r"(?<![\w.-])\.?\d[\d,.]*")
#: A run as pages name it, by the first characters of its id.
RUN = re.compile(r"\b[0-9a-f]{12}\b")
YEAR = re.compile(r"(19|20)\d\d")

#: Numbers that prose may hold, by file, and where they come from.
MAY = {
    "how_to_run.md": {
        "3.11": "pyproject.toml, requires-python",
        "168 40 1.79 1.80 358 200 350 195": "benchmarks that the page names",
        "64 1 2 4 1.08 0.84 2.03 1.74 1.69 1.50 1.91 1.59": "the table of cores; benchmarks",
    },
    "your_own.md": {
        "160": "the example that the page shows",
        "0.15 0.23 0.26 20": "benchmarks that the page names",
    },
    "since_2021.md": {"224 512 1,024": "the abstract of the work that is cited there"},
    "00_papers.ipynb": {"475 1,060 801": "paper B's abstract, as claims/paper_b.yaml quotes it"},
    "01_data_audit.ipynb": {"8 9": "versions of COVIDx"},
    "02_pretraining_source.ipynb": {"300": "the BiT paper"},
    "04_mixup.ipynb": {"0 1": "the alpha that is off, and the shape of a distribution"},
    "06_sequential_schemes.ipynb": {
        "0.9": "a threshold that the page's cells use", "1,060": "paper B's abstract",
    },
    "07_gradcam.ipynb": {"8": "cells of a layer"},
    "20_map_checks.ipynb": {"1": "the value of a perfect correlation"},
    "19_planning.ipynb": {"80": "POWER in statistics/power.py"},
    "17_which_is_real.ipynb": {"8": "squares along a side, in benchmarks/realism.py"},
    "15_transfusion.ipynb": {"100": "lines of code, at most", "0.7": "a setting of its cell"},
}  # fmt: skip


def prose_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


def numbers_in(text: str) -> list[str]:
    """Numbers that are no year, no version and of no cited paper."""
    found = []
    for paragraph in re.split(r"\n\s*\n|\n(?=- )", re.sub(r"```.*?```", " ", text, flags=re.S)):
        if CITED.search(paragraph):
            continue
        plain = NO_PROSE.sub(" ", paragraph)
        found += [each.rstrip(".,") for each in NUMBER.findall(plain)]
    return [each for each in found if not YEAR.fullmatch(each)]


def may(path: Path) -> set[str]:
    return {number for numbers in MAY.get(path.name, {}) for number in numbers.split()}


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.stem)
def test_prose_holds_no_number_that_no_record_gave(path: Path) -> None:
    assert set(numbers_in(prose_of(path))) <= may(path)


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.stem)
def test_every_number_that_prose_may_hold_is_there(path: Path) -> None:
    assert may(path) <= set(numbers_in(prose_of(path)))


def test_what_may_hold_numbers_exists() -> None:
    assert set(MAY) <= {path.name for path in PROSE}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The AUROC is .91, of 959 patients.", [".91", "959"]),
        ("In 2021, COVID-19 and ChestX-ray14.", []),
        ("A gain of .10 {cite}`fricks2021`.", []),
        ("A gain of .10 {cite}`fricks2021`.\n\nOurs is .02.", [".02"]),
        ("Run `--seeds 5`, then see [two](x2.md#3).", []),
        ("- first {cite}`a`\n- second is 7 % better", ["7"]),
    ],
)
def test_a_number_is_found_wherever_prose_holds_one(text: str, found: list[str]) -> None:
    assert numbers_in(text) == found


def test_runs_that_pages_name_are_those_of_this_version():
    named = {
        found
        for path in (ROOT / "book").glob("*.md")
        for found in RUN.findall(path.read_text(encoding="utf-8"))
    }
    recorded = (ROOT / "results" / "phantom" / "quick" / "arms.csv").read_text(encoding="utf-8")
    assert named
    assert [each for each in named if f",{each}" not in recorded] == []


def test_the_plan_on_the_page_how_to_run_is_what_plan_prints(monkeypatch, tmp_path):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    page = (ROOT / "book" / "how_to_run.md").read_text(encoding="utf-8")
    command, shown = re.search(r"\$ cxrstudy (plan .*)\n([^`]*)```", page).groups()
    printed = cxrstudy(*command.split()).out.partition("Estimated")[0]

    def without_states(text):
        text = re.sub(r" · [^·]* · ", " · ", text)
        return re.sub(r": \d+ recorded or not needed, \d+ to do", "", text).split("\n")

    assert without_states(shown.rstrip()) == without_states(printed.rstrip())
    assert "├─" in shown
