"""Files that other systems leave in a folder, named as the ordinary ones that lie there."""

APPLE = b"\0\5\26\7\0\2\0\0Mac OS X        "


def leave_hidden(folder):
    """Leave what a Mac and a file manager leave beside every file below a folder."""
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        path.with_name(f"._{path.name}").write_bytes(APPLE)
        trash = path.parent / ".Trash" / path.parent.name
        trash.mkdir(parents=True, exist_ok=True)
        (trash / path.name).write_bytes(APPLE)
