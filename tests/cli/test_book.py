"""``cxrstudy book`` and ``clean``: what is left out, and what is deleted."""

from pathlib import Path

import pytest

from cxrstudy.pages import book
from tests.support.commands import cxrstudy
from tests.support.project import use


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    use(monkeypatch, tmp_path, "profiles", "data_manifests")
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    made = [*book.made_folders(), tmp_path / "runs" / "executed", tmp_path / "runs" / "store"]
    for folder in made:
        folder.mkdir(parents=True)
        (folder / "file").touch()
    return made


def test_clean_deletes_pages_and_executed_notebooks_and_keeps_records(folders: list[Path]) -> None:
    assert cxrstudy("clean").status == 0
    assert [folder.exists() for folder in folders] == [False] * (len(folders) - 1) + [True]
    assert cxrstudy("clean").status == 0  # also where nothing was built


def test_book_refuses_an_unknown_profile_before_it_computes(folders: list[Path]) -> None:
    done = cxrstudy("book", "--profile", "none")
    assert done.status != 0
    assert "none" in done.err
    assert folders[0].is_dir()
