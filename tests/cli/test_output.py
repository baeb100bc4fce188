"""What all commands fraction: errors without a traceback, and tables of text."""

import errno
import json
import os
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxrstudy.cli.output import json_for_terminal, table
from tests.support.commands import cxrstudy


@pytest.fixture
def data(folder: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without the images of the set `made`."""
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path / "data"))
    folder.source("made", ["normal"], {"path": "made/a.png"})
    return tmp_path / "data"


class TestErrors:
    def test_of_the_package_are_one_message_and_exit_status_1(self, data: Path) -> None:
        shown = cxrstudy("data", "where", "nowhere")
        assert (shown.status, shown.out) == (1, "")
        assert shown.err == "cxrstudy: there is no set 'nowhere'; the sets are made\n"

    def test_that_the_package_raises_as_plain_ones_are_messages_too(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CXRSTUDY_PROGRESS", "nowhere")
        (data / "made").mkdir(parents=True)
        shown = cxrstudy("data", "verify", "made")
        assert shown.status == 1
        assert shown.err.startswith("cxrstudy: CXRSTUDY_PROGRESS must be one of")

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EFBIG])
    def test_of_a_full_disk_or_one_that_is_not_writable_name_the_file_and_say_what_to_do(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        def fail() -> list[str]:
            raise OSError(number, os.strerror(number), "some/file")

        monkeypatch.setattr("cxrstudy.data.sets.set_names", fail)
        shown = cxrstudy("data", "list")
        assert shown.status == 1
        assert shown.err.startswith(f"cxrstudy: some/file: {os.strerror(number)}; free some space")

    def test_of_others_keep_their_traceback(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> list[str]:
            return json.loads("no JSON")

        monkeypatch.setattr("cxrstudy.data.sets.set_names", fail)
        with pytest.raises(json.JSONDecodeError):
            cxrstudy("data", "list")

    def test_an_interrupt_is_a_message_and_exit_status_130(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted() -> list[str]:
            raise KeyboardInterrupt

        monkeypatch.setattr("cxrstudy.data.sets.set_names", interrupted)
        shown = cxrstudy("data", "list")
        assert (shown.status, shown.err) == (
            130, "cxrstudy: stopped; run the same command again to continue\n",
        )  # fmt: skip


def test_tables_have_numbers_on_the_right_and_a_dash_for_what_is_unknown() -> None:
    rows = [{"name": "a", "images": 1200}, {"name": "longer", "images": None}]
    assert table(rows).splitlines() == ["name    images", "a        1,200", "longer       -"]
    assert table([]) == "nothing"


def test_numbers_in_tables_are_written_as_on_pages() -> None:
    rows: list[dict[str, object]] = [{"p": 0.0004, "moved": float("nan"), "done": True}]
    assert table(rows).splitlines()[1].split() == ["0.0004", "-", "yes"]


def test_json_loses_no_character_where_the_terminal_has_few(monkeypatch):
    said = {"arm": "general → pneumonia", "café": 1, "face": "😀"}
    for encoding in ("latin-1", "ascii", "utf-8"):
        written = BytesIO()
        terminal = TextIOWrapper(written, encoding=encoding, errors="strict")
        monkeypatch.setattr(sys, "stdout", terminal)
        terminal.write(json_for_terminal(said))
        terminal.flush()
        assert json.loads(written.getvalue().decode(encoding)) == said
