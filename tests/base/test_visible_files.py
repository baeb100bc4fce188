"""Visible files: what other systems leave below a folder is not read, wherever the folder lies."""

from cxrstudy.base.visible_files import visible_files


def test_hidden_files_and_those_in_hidden_folders_are_left_out(tmp_path):
    folder = tmp_path / ".scratch" / "images"
    names = ["b.png", "a/b/c.png", "a/d", "._b.png", ".ipynb_checkpoints/b.png", "a/._c.png",
             "a/.Trash/1/c.png"]  # fmt: skip
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    (folder / "empty.png").mkdir()
    found = [path.relative_to(folder).as_posix() for path in visible_files(folder)]
    assert found == ["a/b/c.png", "a/d", "b.png"]
