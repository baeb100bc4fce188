"""Visible files: the files below a folder, without those that other systems leave there.

A Mac leaves ``._NAME`` beside every file of a stick, Jupyter a folder ``.ipynb_checkpoints``, and a
file manager ``.Trash``. They end as ordinary files do, and are not what their ending says.
"""

from pathlib import Path


def visible_files(folder: Path) -> list[Path]:
    """List the files below a folder, sorted, without hidden ones and those in hidden folders.

    The folder itself may be hidden, or lie in a hidden one.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> "paper_a.yaml" in [path.name for path in visible_files(places.claims())]
    True
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
