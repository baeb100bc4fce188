"""Kept: tables that were made and checked before, remembered with the types of their columns."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pandas as pd

from cxrstudy.base.coverage import package_fingerprint, pixel_environment
from cxrstudy.base.remembered import remembered

#: Libraries that make and check tables, besides those that pixels depend on.
LIBRARIES = ("pandas", "pandera", "pydantic")


def kept_table(
    what: str, inputs: Callable[[], Any], make: Callable[[], pd.DataFrame]
) -> pd.DataFrame:
    """Return a table that was made before by the same code from equal inputs, or make it.

    Parameters
    ----------
    what, inputs
        As for :func:`cxrstudy.base.remembered.remembered`; the code of the package and the
        libraries are added to the inputs.
    make
        Makes the table: columns of texts or numbers, rows numbered from 0.
    """
    versions = {name: version(name) for name in LIBRARIES}
    found = remembered(
        what,
        lambda: [package_fingerprint(), pixel_environment(), versions, inputs()],
        lambda: as_plain(make()),
    )
    return as_table(found)


def as_plain(table: pd.DataFrame) -> list[list[Any]]:
    """Write a table as plain data: name, type and values of each column."""
    return [[name, str(table[name].dtype), table[name].tolist()] for name in table]


def as_table(columns: list[list[Any]]) -> pd.DataFrame:
    """Make a table of plain data.

    Examples
    --------
    >>> as_table(as_plain(pd.DataFrame({"age": [58.5, float("nan")]})))["age"].tolist()
    [58.5, nan]
    """
    return pd.DataFrame({name: pd.Series(values, dtype=kind) for name, kind, values in columns})
