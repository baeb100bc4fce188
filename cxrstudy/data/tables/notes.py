"""Notes: what was skipped, could not be read or could not be joined, in numbers with an example."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.base import numbers


@dataclass(frozen=True)
class Note:
    """One thing that the reader of a table should know.

    Attributes
    ----------
    where
        The file or folder, and the column if there is one.
    what
        What happened to them, such as "are unknown: not an age".
    count, total
        How many, and of how many.
    example
        The first one, with its row if it has one.
    """

    where: str
    what: str
    count: int
    total: int
    example: str

    def __str__(self) -> str:
        counts = f"{numbers.count(self.count)} of {numbers.count(self.total)}"
        return f"{self.where}: {counts} {self.what}; first: {self.example}"


@dataclass
class Notes:
    """Notes that are collected while the files of a publisher are read."""

    found: list[Note] = field(default_factory=list)

    def add(self, where: Path | str, what: str, examples: Iterable[str], total: int) -> None:
        """Add a note on some of `total` things, unless there are no examples."""
        named = list(examples)
        if named:
            self.found.append(Note(str(where), what, len(named), total, named[0]))
