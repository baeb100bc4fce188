"""Look-up tables of DICOM files: modality, VOI and palette (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1).

A table is read by its descriptor and by its data, since these often contradict each other. Entries
have 16 bits, unless their number fits only entries of 8 bits. If there are fewer entries than
declared, the last one holds on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.pixels.elements import integers, little_endian, us_or_ss
from cxrstudy.pixels.grey import Values

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


@dataclass(frozen=True, eq=False)
class Table:
    """A look-up table.

    Attributes
    ----------
    first
        The value that the first entry belongs to. Lower values have the same entry.
    entries
        (n,) output by value; the last entry also belongs to higher values.
    top
        The highest output that an entry of these bits can hold: 255 or 65535, for instance.
    """

    first: int
    entries: Values
    top: int

    def look_up(self, values: Values) -> Values:
        """Output for each value."""
        place = np.clip(np.rint(values) - self.first, 0, len(self.entries) - 1)
        found: Values = self.entries[place.astype(np.intp)]
        return found


def read_table(
    item: Dataset, domain: tuple[float, float], descriptor: str = "LUTDescriptor",
    data: str = "LUTData",
) -> Table | None:  # fmt: skip
    """Read a table from an item of a sequence; None if it can't be used.

    Parameters
    ----------
    item : Dataset
        An item of Modality LUT or VOI LUT Sequence, or a data set with palettes.
    domain : (float, float)
        Lowest and highest value that the table can be applied to. They decide the sign of the
        descriptor's second value, see `us_or_ss`.
    descriptor, data : str
        Keywords of the two elements.
    """
    described = integers(item, descriptor)
    if len(described) != 3:
        return None
    count, bits = described[0] % 2**16 or 2**16, described[2]
    entries = _entries(item, data, count)
    if len(entries) < 2:
        return None
    low, high = round(domain[0]), round(domain[1])
    most = 8 * entries.dtype.itemsize
    top = 2 ** (bits if 0 < bits <= most else most) - 1
    if entries.max() > top:  # the declared bits are wrong
        top = 2**most - 1
    return Table(us_or_ss(described[1], low, high, count), entries.astype(np.float64), top)


def _entries(item: Dataset, keyword: str, count: int) -> NDArray[Any]:
    if item.get_item(keyword) is None:
        return np.empty(0, np.uint8)
    value = item[keyword].value
    order = "<" if little_endian(item) else ">"
    if isinstance(value, bytes):
        packed = value
    else:  # a list of 16-bit integers, of which each may hold two entries of 8 bits
        words = np.array(integers(item, keyword), np.int64) % 2**16
        packed = words.astype(f"{order}u2").tobytes()
    if len(packed) == count + count % 2:
        return _bytes_of(packed, order)[:count]
    return np.frombuffer(packed[: len(packed) // 2 * 2], f"{order}u2")[:count]


def _bytes_of(packed: bytes, order: str) -> NDArray[np.uint8]:
    """Entries of 8 bits; in big endian words, the first entry is in the low byte (PS3.5, 8.1.1)."""
    entries = np.frombuffer(packed, np.uint8)
    return entries if order == "<" else entries.reshape(-1, 2)[:, ::-1].ravel()
