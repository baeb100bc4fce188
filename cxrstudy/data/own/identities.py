"""Identities: a patient's name or number is replaced by a keyed hash, or kept if the user says so.

The key is drawn once and lies in the user's own folder, readable by the user alone. With it, the
same patient has the same name in every set that is added; without it, a name can't be found by
trying all numbers.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

#: Hexadecimal digits of a name: two of a million patients share one with a probability of 1e-7.
DIGITS = 16


def read_key(folder: Path) -> bytes:
    """Read the key of the user's own folder; drawn if there is none."""
    file = folder / "key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(32) + "\n")
    return bytes.fromhex(file.read_text(encoding="utf-8").strip())


def pseudonym(patient: str, key: bytes) -> str:
    """Name of a patient that does not tell who it is.

    Parameters
    ----------
    patient
        Name or number, as it stands in the table or the header; blanks around it do not count.
    key
        From :func:`read_key`.

    Examples
    --------
    >>> pseudonym("4711", bytes(32)) == pseudonym(" 4711 ", bytes(32))
    True
    >>> pseudonym("4711", bytes(32)) == pseudonym("4712", bytes(32))
    False
    """
    digest = hmac.new(key, patient.strip().encode(), hashlib.sha256).hexdigest()
    return f"p{digest[:DIGITS]}"
