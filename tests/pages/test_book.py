"""The book's pages: what killed builds leave is gone, and two builds never work at once."""

import threading
import time
from pathlib import Path

import pytest

from cxrstudy.pages import book
from tests.support.project import use


@pytest.fixture
def prose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a book of no page; Jupyter Book is not what is tested here."""
    use(monkeypatch, tmp_path, "profiles", "data_manifests", "claims", "notebooks")
    (tmp_path / "_config.yml").write_text("title: made\n")
    made = tmp_path / "book"
    made.mkdir()
    (made / "_toc.yml").write_text("root: index\n")
    monkeypatch.setattr(book, "_jupyter_book", _page)
    return made


def _page(source: Path, to: Path) -> None:
    (to / book.BUILT / "html").mkdir(parents=True)
    (to / book.BUILT / "html" / "index.html").write_text((source / "_toc.yml").read_text())


def _folders(prose: Path) -> set[str]:
    return {path.name for folder in (prose, prose / book.BUILT) for path in folder.iterdir()}


def test_pages_are_built_once_from_the_same(prose: Path) -> None:
    assert book.build([])
    assert not book.build([])
    (prose / "_toc.yml").write_text("root: other\n")
    assert book.build([])
    assert (book.html() / "index.html").read_text() == "root: other\n"


def test_what_killed_builds_left_is_removed_and_nothing_else(prose: Path) -> None:
    for folder in (prose, prose / book.BUILT):
        (folder / ".killed.unfinished" / "out").mkdir(parents=True)
        (folder / "kept").mkdir()
    assert book.build([])
    assert _folders(prose) == {
        "_toc.yml", "_build", "experiments", "kept", "html", ".building.lock",
    }  # fmt: skip


def test_a_failed_build_leaves_the_pages_as_they_were(
    prose: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.build([])
    (prose / "_toc.yml").write_text("root: other\n")

    def fail(source: Path, to: Path) -> None:
        _page(source, to)
        raise book.BookError("made")

    monkeypatch.setattr(book, "_jupyter_book", fail)
    with pytest.raises(book.BookError):
        book.build([])
    assert (book.html() / "index.html").read_text() == "root: index\n"
    assert not [name for name in _folders(prose) if name.endswith(".unfinished")]


def test_two_builds_never_work_at_once(prose: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    working, most, calls = 0, 0, 0

    def slowly(source: Path, to: Path) -> None:
        nonlocal working, most, calls
        working, calls = working + 1, calls + 1
        most = max(most, working)
        time.sleep(0.2)
        _page(source, to)
        working -= 1

    monkeypatch.setattr(book, "_jupyter_book", slowly)
    built: list[bool] = []
    both = [threading.Thread(target=lambda: built.append(book.build([]))) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(built) == [False, True]  # the second found what the first had made
    assert (most, calls) == (1, 1)
