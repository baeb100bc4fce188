"""Coverage: whatever decides bits is in an id, and nothing else is."""

import shutil

import pytest

from cxrstudy.base import coverage
from cxrstudy.base.source_code import imported, package_sources
from tests.support.some import some

SOURCES = package_sources(coverage.PACKAGE_FOLDER)


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the package that may be edited, in place of the package."""
    folder = tmp_path / "cxrstudy"
    shutil.copytree(
        coverage.PACKAGE_FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "assets")
    )
    monkeypatch.setattr(coverage, "PACKAGE_FOLDER", folder)
    coverage.forget()
    yield folder
    coverage.forget()


def ids():
    coverage.forget()
    return {purpose: coverage.code_fingerprint(purpose) for purpose in coverage.ROOTS}


@pytest.mark.parametrize("purpose", coverage.ROOTS)
def test_whatever_a_covered_module_imports_is_covered_or_exempt(purpose):
    covered = set(coverage.code_of(purpose))
    asked = [
        (module, target.removeprefix("cxrstudy").lstrip("."), name)
        for module in covered
        for target, name in imported(SOURCES[f"cxrstudy.{module}"], SOURCES.__contains__)
    ]
    for module, whole, name in some(asked):
        exempt = any(f"{whole}.".startswith(f"{one}.") for one in coverage.EXEMPT)
        through = f"{whole}.{name}" if name else whole
        inside = any(one.startswith(f"{whole}.") for one in covered)
        assert exempt or whole in covered or inside, f"{module} imports {through}"


def test_every_exemption_names_something_that_is_there_and_says_why():
    for name, why in some(coverage.EXEMPT.items()):
        assert f"cxrstudy.{name}" in SOURCES
        assert why


def test_what_computes_a_run_is_covered():
    assert set(coverage.code_of("run")) >= {
        "data.split", "pixels.decode", "pixels.masking", "pixels.memory_map", "runs.computation",
        "training.batches", "training.checkpoint", "training.loss", "training.model",
        "training.schedule", "training.scoring", "training.train", "training.weights",
    }  # fmt: skip
    assert not [name for name in coverage.code_of("run") if name.startswith(("pages", "statist"))]


def test_moving_a_covered_module_changes_no_id(copied):
    before = ids()
    (copied / "training" / "loss.py").rename(copied / "pixels" / "losses.py")
    for path in copied.rglob("*.py"):
        text = path.read_text()
        path.write_text(text.replace("cxrstudy.training.loss", "cxrstudy.pixels.losses"))
    assert ids() == before
    assert "pixels.losses" in coverage.code_of("run")


def test_prose_figures_and_statistics_change_no_id_and_a_covered_module_changes_its_own(copied):
    before = ids()
    for name in ("pages/figures/style.py", "statistics/metrics.py", "study/study.py"):
        path = copied / name
        path.write_text(path.read_text() + "\nCHANGED = True\n")
    assert ids() == before
    path = copied / "pixels" / "masking.py"
    path.write_text(path.read_text() + "\nCHANGED = True\n")
    changed = {purpose for purpose, value in ids().items() if value != before[purpose]}
    assert changed == {"run", "maps"}


def test_a_new_module_that_a_covered_one_imports_is_covered_by_itself(copied):
    (copied / "training" / "novel.py").write_text("FACTOR = 1.0\n")
    path = copied / "training" / "loss.py"
    path.write_text(path.read_text() + "\nfrom cxrstudy.training.novel import FACTOR\n")
    before = ids()
    assert "training.novel" in coverage.code_of("run")
    (copied / "training" / "novel.py").write_text("FACTOR = 2.0\n")
    assert ids()["run"] != before["run"]


def test_another_value_under_the_same_name_changes_the_id(copied):
    (copied / "training" / "novel.py").write_text("FACTOR = 1.0\nOTHER = 2.0\n")
    path = copied / "training" / "loss.py"
    text, line = path.read_text(), "\nfrom cxrstudy.training.novel import {}\nUSED = FACTOR\n"
    path.write_text(text + line.format("FACTOR"))
    before = ids()
    path.write_text(text + line.format("OTHER as FACTOR"))
    assert ids()["run"] != before["run"]


def test_the_environment_names_python_and_the_libraries_that_decide_bits():
    versions = coverage.environment()
    assert {"python", "torch", "fastai", "timm", "numpy", "scipy", "pillow", "pydicom"} <= set(
        versions
    )
    assert all(version[0].isdigit() for version in some(versions.values()))
    assert "torch" not in coverage.pixel_environment()


def test_a_library_that_is_not_installed_counts_as_that(monkeypatch):
    monkeypatch.setitem(coverage.LIBRARIES, "no-such-library", "nothing")
    coverage.forget()
    assert coverage.environment()["no-such-library"] == "not installed"
    coverage.forget()
