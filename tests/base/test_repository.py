"""Repository: what git says of a folder, with histories that try to mislead."""

import pytest

from cxrstudy.base import repository
from cxrstudy.base.repository import RepositoryError, open_repository
from tests.support.repositories import commit, git, start


@pytest.fixture
def folder(tmp_path):
    made = start(tmp_path / "here")
    (made / "a.txt").write_text("first")
    commit(made)
    return made


def test_files_of_a_commit_are_read_whatever_lies_in_the_folder(folder):
    first = git(folder, "rev-parse", "HEAD")
    (folder / "a.txt").write_text("second\nline")
    (folder / "ä b.txt").write_bytes(b"\x00\xff\n")
    second = commit(folder)
    (folder / "a.txt").unlink()
    here = open_repository(folder)
    assert here.head == second
    assert here.contents(first, ["a.txt", "ä b.txt"]) == {"a.txt": b"first"}
    asked = ["ä b.txt", "none", "a.txt"]
    assert here.contents(second, asked) == {"a.txt": b"second\nline", "ä b.txt": b"\x00\xff\n"}
    assert here.paths(second, "") == ["a.txt", "ä b.txt"]
    assert here.commits_of("a.txt") == [first, second]
    assert here.contents(second, []) == {}


def test_paths_are_those_of_the_folder_also_inside_a_larger_repository(folder):
    inner = folder / "inner"
    inner.mkdir()
    (inner / "b.txt").write_text("b")
    made = commit(folder)
    here = open_repository(inner)
    assert here.paths(made, "") == ["b.txt"]
    assert here.contents(made, ["b.txt", "a.txt"]) == {"b.txt": b"b"}
    assert here.commits_of("b.txt") == [made]


def test_order_is_that_of_history_and_not_of_dates(folder):
    first = open_repository(folder).head
    second = commit(folder, date="1999-01-01T00:00:00+00:00")
    here = open_repository(folder)
    assert here.is_ancestor(first, second)
    assert here.is_ancestor(first, first)
    assert not here.is_ancestor(second, first)


def test_what_is_no_commit_is_not_known(folder):
    here = open_repository(folder)
    blob = git(folder, "rev-parse", "HEAD:a.txt")
    for name in ("", "none", "HEAD", "--all", "0" * 40, blob, here.head[:12]):
        assert not here.has_commit(name)
    with pytest.raises(RepositoryError, match="here"):
        here.is_ancestor("0" * 40, here.head)


def test_replaced_objects_and_grafts_do_not_count(folder):
    first = open_repository(folder).head
    git(folder, "checkout", "--orphan", "other")
    (folder / "a.txt").write_text("forged")
    other = commit(folder)
    git(folder, "replace", "--graft", other, first)
    assert git(folder, "merge-base", first, other) == first
    here = open_repository(folder)
    assert not here.is_ancestor(first, other)
    git(folder, "replace", first, other)
    assert here.contents(first, ["a.txt"]) == {"a.txt": b"first"}
    git(folder, "replace", "-d", first, other)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "grafts").write_text(f"{other} {first}\n")
    assert not here.is_ancestor(first, other)


def test_the_environment_of_a_hook_points_nowhere_else(folder, tmp_path, monkeypatch):
    elsewhere = start(tmp_path / "elsewhere")
    commit(elsewhere)
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(elsewhere))
    assert open_repository(folder).paths("HEAD", "") == ["a.txt"]


def test_worktrees_and_detached_heads_answer(folder, tmp_path):
    git(folder, "worktree", "add", "--detach", str(tmp_path / "there"))
    there = open_repository(tmp_path / "there")
    assert there.head == open_repository(folder).head
    assert there.paths(there.head, "") == ["a.txt"]
    assert not there.is_shallow


def test_a_shallow_clone_says_so(folder, tmp_path):
    (folder / "a.txt").write_text("second")
    commit(folder)
    git(tmp_path, "clone", "--depth", "1", f"file://{folder}", "clone")
    assert open_repository(tmp_path / "clone").is_shallow
    assert not open_repository(folder).is_shallow


def test_where_git_can_t_answer_the_reason_is_given(folder, tmp_path, monkeypatch):
    (tmp_path / "plain").mkdir()
    with pytest.raises(RepositoryError, match="plain is no checkout of a git repository"):
        open_repository(tmp_path / "plain")
    (folder / "new").mkdir()
    with pytest.raises(RepositoryError, match="new contains no file that git tracks"):
        open_repository(folder / "new")
    with pytest.raises(RepositoryError, match="here"):
        open_repository(folder).paths("0" * 40, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RepositoryError, match="git is not installed"):
        repository.open_repository(folder)
