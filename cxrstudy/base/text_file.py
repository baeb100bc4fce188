"""Text file: read as UTF-8 with or without a mark, else an error with line and likely encoding."""

from pathlib import Path

#: Marks of other encodings than UTF-8; the longer ones first, which begin like the shorter ones.
_MARKS = {
    b"\xff\xfe\0\0": "UTF-32", b"\0\0\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16",
}  # fmt: skip
#: Share of zero bytes above which a text is one of UTF-16 without a mark.
_ZEROS = 0.3


def read_text(path: Path, error: type[Exception]) -> str:
    """Read a text file.

    Parameters
    ----------
    path
        Path of the file.
    error
        Class of the error if the file can't be read, or is not UTF-8; the message names the file,
        the line, and how it is probably encoded.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as problem:
        raise error(f"{path}: can't be read ({problem.strerror})") from None
    return decoded(content, path, error)


def decoded(content: bytes, path: Path, error: type[Exception], line: str = "line") -> str:
    """Decode the bytes of a text file; parameters as in :func:`read_text`.

    Parameters
    ----------
    line
        Name of a line in messages: of a table it is a row.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        place = line_at(content, problem.start)
        raise error(f"{path}, {line} {place}: {not_utf8(problem)}") from None


def not_utf8(problem: UnicodeDecodeError) -> str:
    """Which byte of a text is not UTF-8, how it is probably encoded, and what to do."""
    likely = likely_encoding(problem.object)
    encoding = f"; the file is probably {likely}" if likely else ""
    return f"the byte {problem.object[problem.start]:#04x} is not UTF-8{encoding}; save it as UTF-8"


def line_at(content: bytes, place: int) -> int:
    r"""Number of the line, as in an editor (the first is 1), that a byte stands in.

    Examples
    --------
    >>> line_at(b"a\r\nb\rc\nd", 7)
    4
    """
    before = content[:place].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def likely_encoding(content: bytes) -> str:
    r"""Name the encoding that a text which is not UTF-8 probably has; empty if nothing fits.

    Examples
    --------
    >>> likely_encoding("größer".encode("latin-1")), likely_encoding("a".encode("utf-16"))
    ('Windows-1252 or Latin-1', 'UTF-16')
    """
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    if content.count(0) > _ZEROS * len(content):
        return "UTF-16 without a mark"
    is_plain = all(byte >= 32 or byte in b"\t\n\v\f\r\x1a" for byte in content)
    return "Windows-1252 or Latin-1" if is_plain else ""
