"""Identities: a patient's name or number is replaced by a keyed hash, or kept if the user says so.

The key is drawn once and lies in the user's own folder, readable by the user alone. With it, the
same patient has the same name in every set that is added; without it, a name can't be found by
trying all numbers.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

import pandas as pd

from cxrstudy.base.atomic import flush, unfinished_name
from cxrstudy.base.text_file import read_text
from cxrstudy.data.spelling import folded_patient
from cxrstudy.data.tables.column import Column, names_nobody
from cxrstudy.data.tables.notes import Notes

#: Hexadecimal digits of a name: two of a million patients share one with a probability of 1e-7.
DIGITS = 16
#: Length of the key.
_BYTES = 32


def read_key(folder: Path) -> bytes:
    """Read the key of the user's own folder; drawn if there is none.

    Raises
    ------
    ValueError
        The key is not one that was drawn: with a part of it, patients would get other names.
    """
    file = folder / "key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _draw(file)
    text = read_text(file, ValueError).strip()
    if not re.fullmatch(f"[0-9a-f]{{{2 * _BYTES}}}", text):
        raise ValueError(
            f"{file}: it is cut off or damaged, so that patients would get other names; put its "
            "copy there, or, if nothing was added with it yet, delete it"
        )
    return bytes.fromhex(text)


def _draw(file: Path) -> None:
    """Write a key that only its owner can read, whole or not at all."""
    unfinished = unfinished_name(file)
    try:
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write(secrets.token_hex(_BYTES) + "\n")
        flush(unfinished)
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def pseudonym(patient: str, key: bytes) -> str:
    """Name of a patient that does not tell who it is.

    Parameters
    ----------
    patient
        Name or number, as it stands in the table or the header. Blanks around it, case, marks and
        leading zeros do not count: see :func:`cxrstudy.data.spelling.folded_patient`.
    key
        From :func:`read_key`.

    Examples
    --------
    >>> pseudonym("p4711", bytes(32)) == pseudonym(" P4711.0 ", bytes(32))
    True
    >>> pseudonym("4711", bytes(32)) == pseudonym("4712", bytes(32))
    False
    """
    digest = hmac.new(key, folded_patient(patient).encode(), hashlib.sha256).hexdigest()
    return f"p{digest[:DIGITS]}"


def patients_of(said: Column, key: bytes | None, notes: Notes) -> "pd.Series[str]":
    """Names of patients in a manifest.

    Parameters
    ----------
    said
        Cells of the table or the headers.
    key
        From :func:`read_key`; None: names are kept as they are.
    notes
        Counts names that count as one with another name. Behind a hash, nobody could see that two
        names are nearly the same; if two people were joined, they would only be kept in one split.

    Returns
    -------
    A name for each image; empty if the cell names nobody.
    """
    nobody = said.cells.map(names_nobody).astype(bool)
    if key is None:
        return said.cells.where(~nobody, "")
    known = said.cells[~nobody]
    first = known.groupby(known.map(folded_patient)).transform("first")
    joined = (first != known).reindex(said.cells.index, fill_value=False)
    said.note(notes, joined, "differ from an earlier name in case, marks or zeros: one patient")
    names = {name: pseudonym(name, key) for name in known.unique()}
    return said.cells.map(names).where(~nobody, "")
