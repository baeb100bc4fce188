"""Reading texts: UTF-8 with or without a mark, else the line and the likely encoding."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.text_file import decoded, likely_encoding, line_at, read_text


class MadeError(ValueError):
    """The error that a caller wants."""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_mark_is_no_part_of_the_text(tmp_path, mark):
    (tmp_path / "a.txt").write_bytes(mark + "größer".encode())
    assert read_text(tmp_path / "a.txt", MadeError) == "größer"


@pytest.mark.parametrize(
    ("encoding", "likely"),
    [
        ("latin-1", "; the file is probably Windows-1252 or Latin-1"),
        ("utf-16", "; the file is probably UTF-16"),
        ("utf-16-le", "; the file is probably UTF-16 without a mark"),
        ("utf-32", "; the file is probably UTF-32"),
    ],
)
def test_the_error_names_file_line_and_likely_encoding(tmp_path, encoding, likely):
    path = tmp_path / "a.txt"
    path.write_bytes("a: 1\nb: größer\nc: ä\n".encode(encoding))
    with pytest.raises(MadeError) as error:
        read_text(path, MadeError)
    line = 1 if encoding in ("utf-16", "utf-32") else 2
    assert str(error.value).startswith(f"{path}, line {line}: the byte 0x")
    assert str(error.value).endswith(f"{likely}; save it as UTF-8")


def test_what_is_no_text_has_no_encoding():
    assert likely_encoding(b"\x89PNG\r\n\x1a\n\x07") == ""


@pytest.mark.parametrize(
    ("zeros", "likely"), [(0, "Windows-1252 or Latin-1"), (6, ""), (7, "UTF-16 without a mark")]
)
def test_a_text_is_of_utf_16_if_more_than_three_tenths_of_its_bytes_are_zero(zeros, likely):
    assert likely_encoding(bytes(zeros) + b"\xf6" * (20 - zeros)) == likely


def test_a_folder_is_named(tmp_path):
    with pytest.raises(MadeError, match="can't be read"):
        read_text(tmp_path, MadeError)


@given(st.binary(), st.integers(0, 40))
def test_any_bytes_are_text_or_the_error(content, place):
    assert line_at(content, place) >= 1
    with suppress(MadeError):
        assert decoded(content, Path("a.txt"), MadeError) == content.decode("utf-8-sig")
