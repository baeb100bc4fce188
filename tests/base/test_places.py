"""Places: inside the project, unless the environment moves them."""

from pathlib import Path

import pytest

import cxrstudy
from cxrstudy.base import places

PLACES = [("CXRSTUDY_DATA", places.data, "data"), ("CXRSTUDY_RUNS", places.runs, "runs")]


def test_committed_files_lie_beside_the_package():
    root = Path(cxrstudy.__file__).resolve().parents[1]
    assert root == places.ROOT
    for folder, name in [
        (places.MANIFESTS, "data_manifests"),
        (places.PROFILES, "profiles"),
        (places.CLAIMS, "claims"),
    ]:
        assert folder == root / name
        assert folder.is_dir()


@pytest.mark.parametrize(("variable", "place", "name"), PLACES)
def test_large_things_lie_in_the_project_by_default(monkeypatch, variable, place, name):
    monkeypatch.delenv(variable, raising=False)
    assert place() == places.ROOT / name
    monkeypatch.setenv(variable, "")
    assert place() == places.ROOT / name


@pytest.mark.parametrize(("variable", "place", "name"), PLACES)
def test_a_variable_moves_one_place_and_not_the_other(monkeypatch, tmp_path, variable, place, name):
    others = [(one, other) for one, other, _ in PLACES if one != variable]
    for one, _ in others:
        monkeypatch.delenv(one, raising=False)
    before = [other() for _, other in others]
    monkeypatch.setenv(variable, str(tmp_path / name))
    assert place() == tmp_path / name
    assert [other() for _, other in others] == before


@pytest.mark.parametrize(("variable", "place", "name"), PLACES)
def test_a_relative_place_does_not_move_with_the_working_folder(
    monkeypatch, tmp_path, variable, place, name
):
    monkeypatch.setenv(variable, name)
    monkeypatch.chdir(tmp_path)
    assert place() == tmp_path.resolve() / name
    assert place().is_absolute()
