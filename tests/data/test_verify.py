from collections.abc import Callable
from pathlib import Path

import pytest

from cxrstudy.data.sets import DataSet, FetchError
from cxrstudy.data.verify import verify
from tests.support import originals
from tests.support.originals import NAMES, content_of, row, sha256

data = originals.data
made = originals.made
brought = originals.brought


class TestVerifying:
    def test_tells_originals_copies_wrong_and_missing_files_apart(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        rows = [row(path, prepared_sha256=sha256(b"reduced")) for path in NAMES[:5]]
        rows[3]["licence"] = "CC BY-NC-ND"
        made_set = made(*rows, row(NAMES[5], excluded="a copy"))
        (data / NAMES[0]).parent.mkdir(parents=True)
        (data / NAMES[0]).write_bytes(content_of(NAMES[0]))
        (data / NAMES[1]).write_bytes(b"reduced")
        (data / NAMES[2]).write_bytes(content_of(NAMES[2])[:-1])
        (data / NAMES[4]).mkdir()
        found = verify(made_set, data)
        assert not found.good
        summary = found.summary()
        assert summary["counts"] == {"original": 1, "prepared": 1, "wrong": 2, "missing": 1}
        assert (summary["wrong"], summary["missing"]) == ([NAMES[2], NAMES[4]], [NAMES[3]])
        assert summary["licences"] == [
            {"licence": "CC0-1.0", "images": 4, "publishable": True},
            {"licence": "CC BY-NC-ND", "images": 1, "publishable": False},
        ]

    def test_is_content_with_originals_and_prepared_copies(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        made_set = made(row(NAMES[0]), row(NAMES[1], prepared_sha256=sha256(b"reduced")))
        (data / NAMES[0]).parent.mkdir(parents=True)
        (data / NAMES[0]).write_bytes(content_of(NAMES[0]))
        (data / NAMES[1]).write_bytes(b"reduced")
        assert verify(made_set, data).good

    def test_tells_a_missing_file_s_twin_and_files_without_a_row(
        self, made: Callable[..., DataSet], data: Path
    ) -> None:
        made_set = made(*map(row, NAMES[:5]), row(NAMES[5], excluded="a copy"))
        folder = (data / NAMES[0]).parent
        (folder / "deeper").mkdir(parents=True)
        for name in ("A.JPG", "b.png", "deeper/c.jpg", "d.jpg", "f.jpg", "later.jpg", ".x.jpg"):
            (folder / name).touch()
        found = verify(made_set, data)
        assert found.twins == {
            NAMES[0]: "made/images/A.JPG",
            NAMES[1]: "made/images/b.png",
            NAMES[2]: "made/images/deeper/c.jpg",
        }
        assert found.unlisted == ("made/images/later.jpg",)
        assert found.summary()["unlisted"] == ["made/images/later.jpg"]

    def test_needs_a_manifest(self, brought: DataSet, data: Path) -> None:
        with pytest.raises(FetchError, match="no manifest to compare"):
            verify(brought, data)
