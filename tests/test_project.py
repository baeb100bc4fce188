"""What holds the project together: pins, notebooks and facts that stand in more than one file."""

import re
import tomllib
from importlib.metadata import version as installed_version
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import cxrstudy
from cxrstudy.data.cohort_file import cohort_names
from cxrstudy.study.parameters import DECLARED, declared
from cxrstudy.study.profile import profile_names
from tests.support.some import some

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def requirements() -> dict[str, Requirement]:
    lines = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        lines += extra
    return {Requirement(line).name.lower(): Requirement(line) for line in lines}


def pins() -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        pin = Requirement(line)
        found.setdefault(pin.name.lower().replace("_", "-"), []).append(pin)
    return found


@pytest.mark.parametrize("name", sorted(requirements()))
def test_every_requirement_is_pinned_to_a_version_that_it_allows(name: str) -> None:
    for pin in some(pins()[name]):
        (pinned,) = pin.specifier
        assert pinned.operator == "=="
        assert requirements()[name].specifier.contains(pinned.version)


@pytest.mark.parametrize("name", ["torch", "fastai", "timm", "numpy", "jupyter-book", "papermill"])
def test_what_is_installed_is_what_is_pinned(name: str) -> None:
    here = [pin for pin in pins()[name] if pin.marker is None or pin.marker.evaluate()]
    assert [pin.specifier.contains(installed_version(name)) for pin in here] == [True]


def test_the_lock_file_holds_pins_and_no_addresses() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert not [line for line in text.splitlines() if "==" not in line]


def test_the_conda_environment_uses_the_same_python_the_same_pins_and_extras_that_exist() -> None:
    (python, *_, pip) = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert SpecifierSet(PROJECT["requires-python"]).contains(python.removeprefix("python="))
    constraint, editable = pip["pip"]
    assert constraint == "--constraint requirements.lock"
    extras = re.fullmatch(r"--editable \.\[(.*)\]", editable)
    assert extras
    assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_citation_agrees_with_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"] == cxrstudy.__version__
    assert citation["license"] == PROJECT["license"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in PROJECT["authors"]
    ]


def parameters_cells(path: Path) -> list[str]:
    """Sources of the cells that declare parameters; a page of text has none."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestNotebook:
    def test_is_stored_without_outputs(self, path: Path) -> None:
        for cell in some(nbformat.read(path, as_version=4).cells):
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None

    def test_opens_with_its_question(self, path: Path) -> None:
        first = nbformat.read(path, as_version=4).cells[0]
        assert first.cell_type == "markdown"
        assert re.search(r"^# .+\n\n\*\*.+\?\*\*$", first.source, re.MULTILINE)

    def test_declares_every_parameter_with_what_is_legal(self, path: Path) -> None:
        cells = parameters_cells(path)
        assert [cell for cell in cells if not cell.startswith(DECLARED)] == []
        for cell in cells:
            for parameter in declared(cell).values():
                parameter.check(parameter.default)

    def test_takes_every_profile_and_cohort_that_is_there(self, path: Path) -> None:
        names = {"profile": profile_names(), "cohort": cohort_names()}
        assert min(map(len, names.values())) > 2
        for parameters in map(declared, parameters_cells(path)):
            for name in set(names) & set(parameters):
                for value in names[name]:
                    parameters[name].check(value)

    def test_gives_every_figure_a_caption_and_a_text_alternative(self, path: Path) -> None:
        cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.source]
        drawing = re.compile(r"figures\.(?!use_style)")
        shown = [
            cell.metadata["mystnb"]
            for cell in cells
            if cell.cell_type == "code" and drawing.match(cell.source.splitlines()[-1])
        ]
        said = [words["figure"]["caption"] for words in shown]
        said += [words["image"]["alt"] for words in shown]
        assert [text for text in said if len(text) <= 20] == []

    def test_holds_no_number_that_looks_like_a_result(self, path: Path) -> None:
        prose = [
            cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "markdown"
        ]
        assert not re.findall(r"(?<![\w.])[01]?\.\d{2,}", "\n".join(prose))


def test_actions_are_named_by_commit_with_their_version() -> None:
    """A tag can be moved to other code."""
    texts = [path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    used = [line for line in "\n".join(texts).splitlines() if "uses:" in line]
    assert len(used) > 5
    pinned = re.compile(r"(- )?uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line.strip())] == []


# --- The tests themselves -----------------------------------------------------------------------

TESTS, PACKAGE = ROOT / "tests", ROOT / "cxrstudy"
#: Tests that belong to no module, and what they are about.
OF_NO_MODULE = {
    "test_assertions.py": "the tests themselves",
    "test_installed.py": "the wheel, in an empty folder and without torch",
    "test_layers.py": "the folders of the package",
    "test_notebooks.py": "the notebooks, as papermill starts them",
    "test_prose.py": "prose of the book and of the notebooks",
    "test_cures.py": "the cures beside the notebooks",
    "test_recipes.py": "the ten recipes beside the notebooks",
    "test_third_paper.py": "the files of the third paper",
    "test_project.py": "what stands in several files",
    "book/test_accessibility.py": "the built book",
    "book/test_explorer.py": "the explorer in the built book",
    "book/test_layout.py": "the built book",
    "book/test_live_network.py": "the two networks in the built book",
    "book/test_pages.py": "the built book",
    "audit/test_open.py": "the committed manifests",
    "data/test_committed_cohorts.py": "the committed cohorts",
    "data/test_mutated_files.py": "files that people write, mutated",
    "data/own/test_changed_tables.py": "tables of users that people changed",
    "explorer/test_browser_hosts.py": "the widget in a browser, and what its host does to it",
    "explorer/test_browser_live.py": "the widget in a browser",
    "explorer/test_browser_static.py": "the page in a browser",
    "pages/test_copy_buttons.py": "the blocks of all pages, and the book's configuration",
    "pages/figures/test_any_table.py": "all figures, with any table",
    "pages/figures/test_gallery.py": "all figures alike",
    "base/test_encoding.py": "texts that are read and written anywhere",
    "data/sources/test_changed_tables.py": "the publishers' files, changed in many ways",
    "explorer/test_assets.py": "the front end, without a browser",
    "explorer/test_calls.py": "predict and both explorers: what an image is called",
    "explorer/test_live_uploads.py": "the widget without a browser, and files that are sent to it",
    "explorer/test_browser_pages.py": "the page in a browser: left, reloaded, saved, enlarged",
    "explorer/test_browser_widget.py": "the widget in a browser, with a made kernel",
    "journey/test_journey.py": "prompt, make, kernel, worker and pages of one tiny study",
    "journey/test_kinds.py": "the table of faults beside it",
    "phantom/test_drawing.py": "all that the phantom draws",
    "phantom/test_people.py": "anatomy by view, side and sex",
    "phantom/test_physics.py": "the image chain, from slab to detector",
    "phantom/test_presence.py": "all findings, in the chest",
    "training/test_gpu.py": "what only a GPU runs",
    "training/test_augmentation.py": "how batches augment images",
    "study/test_given_values.py": "values that papermill gives a notebook",
    "test_mutants.py": "how faults are planted, in benchmarks/mutants",
    "pixels/test_mutated_images.py": "files of every kind, mutated",
    "pixels/test_png_and_jpeg.py": "files of two kinds, decoded",
    "pixels/test_peers.py": "the files of pydicom and Pillow",
    "pixels/test_stopped_builds.py": "builds of pixel files that are stopped or killed",
    "statistics/test_edges.py": "all estimators at their edges",
    "test_number_formats.py": "numbers that any module writes",
    "runs/test_kill.py": "runs, locks, checkpoints and the store together",
    "test_evidence_on_cohorts.py": "what chapters show of recorded results, on real cohorts",
    "runs/test_own_functions.py": "runs with recipes and networks of one's own",
    "runs/test_altered_records.py": "records that were altered after they were written",
    "runs/test_unfinished_records.py": "records whose writing is stopped",
    "training/test_learner.py": "what fastai's users do with a learner",
    "pages/live_network/test_assets.py": "its front end, beside PyTorch",
    "pages/live_network/test_browser.py": "the page in a browser",
    "pages/verdict_explorer/test_assets.py": "its front end, beside the rule",
    "pages/verdict_explorer/test_browser.py": "the page in a browser",
    "pages/verdict_explorer/test_rule.py": "the rule in its front end, and the study's",
    "verdicts/test_recorded_results.py": "the committed results",
}


def module_of(test: Path) -> Path:
    """The module that a file of tests is about; what is named after its folder is `__init__`."""
    folder = test.relative_to(TESTS).parent
    name = test.stem.removeprefix("test_")
    return PACKAGE / folder / (f"{name}.py" if name != folder.name else "__init__.py")


def test_tests_mirror_the_package() -> None:
    tests = set(TESTS.rglob("test_*.py"))
    without = {test for test in tests if not module_of(test).is_file()}
    assert {test.relative_to(TESTS).as_posix() for test in without} == set(OF_NO_MODULE)
    others = set(TESTS.rglob("*.py")) - tests - set((TESTS / "support").glob("*.py"))
    assert {path.name for path in others} <= {"conftest.py"}
    borrowed = re.compile(r"from tests\.(?!support)")
    assert [path for path in TESTS.rglob("*.py") if borrowed.search(path.read_text())] == []


def test_make_names_every_folder_with_tests_of_a_kind_where_it_names_folders() -> None:
    makefile = (ROOT / "Makefile").read_text()
    asked = re.findall(r'-m "?([\w ]+?)"?((?: tests/\w+)+)$', makefile, re.MULTILINE)
    assert len(asked) == 3
    files = {path: path.read_text() for path in sorted(TESTS.rglob("test_*.py"))}
    for marks, named in some(asked):
        wanted = [f"mark.{mark}" for mark in re.findall(r"(?<!not )\b(?!and|not)\w+", marks)]
        folders = {ROOT / folder for folder in named.split()}
        found = {
            folder
            for path, text in files.items()
            if path.name != "test_project.py" and all(mark in text for mark in wanted)
            for folder in [TESTS / path.relative_to(TESTS).parts[0]]
        }
        assert found == folders, marks


def test_what_starts_a_browser_is_marked_so_that_make_test_leaves_it_out() -> None:
    starting = re.compile(r"^def \w+\([^)]*\bbrowser\b", re.MULTILINE)
    files = [path for path in TESTS.rglob("test_*.py") if starting.search(path.read_text())]
    assert len(files) > 5
    marks = ("pytest.mark.browser", "pytest.mark.book")
    assert [path for path in files if not any(one in path.read_text() for one in marks)] == []


def test_every_command_has_tests() -> None:
    commands = {path.stem for path in (PACKAGE / "cli").glob("*.py")} - {"__init__", "__main__"}
    assert commands <= {path.stem.removeprefix("test_") for path in (TESTS / "cli").glob("*.py")}
