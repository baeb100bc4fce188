"""Twins: a file is found again under a name that is nearly its own, and under no other."""

import unicodedata
from pathlib import Path

import pytest

from cxrstudy.data.twins import twins, unlisted


@pytest.fixture
def lay(tmp_path: Path):
    def laid(*names: str) -> Path:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return laid


@pytest.mark.parametrize(
    "name",
    [
        "set/images/Foto.PNG", "SET/images/foto.png", "set/images/foto.jpg", "set/foto.png",
        "set/images/images/foto.png",
    ],
)  # fmt: skip
def test_a_file_under_nearly_its_name_is_its_twin(lay, name):
    assert twins(lay(name), ["set/images/foto.png"]) == {"set/images/foto.png": name}


def test_another_normal_form_is_the_same_name(lay):
    name = "set/é.png"
    decomposed = unicodedata.normalize("NFD", name)
    assert name != decomposed
    assert twins(lay(decomposed), [name]) == {name: decomposed}


def test_of_several_candidates_none_is_chosen_and_the_closest_kind_wins(lay):
    folder = lay("set/a/x.png", "set/b/x.png", "set/Y.png", "set/y.jpg", "other/z.png")
    assert twins(folder, ["set/x.png", "set/y.png", "set/z.png"]) == {"set/y.png": "set/Y.png"}
    assert twins(folder, []) == {}
    assert twins(folder / "nowhere", ["a.png"]) == {}


def test_images_of_the_same_folders_that_no_row_names_are_unlisted(lay):
    folder = lay("set/a.png", "set/b.PNG", "set/notes.txt", "set/.c.png", "set/deep/d.png", "e.png")
    assert unlisted(folder, ["set/a.png", "set/gone.png"]) == ["set/b.PNG"]
    assert unlisted(folder, ["f.png"]) == ["e.png"]
    assert unlisted(folder, ["nowhere/f.png"]) == []
