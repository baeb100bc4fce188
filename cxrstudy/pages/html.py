"""HTML: what a cell of a notebook shows. Reading results outside of a notebook needs no IPython."""

from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class HTML:
    """A piece of HTML, shown as such by every notebook; in text, only that it is one."""

    data: str

    def __repr__(self) -> str:
        return "<HTML>"

    def _repr_html_(self) -> str:
        return self.data
