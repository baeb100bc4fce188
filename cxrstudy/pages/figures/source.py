"""Source: the tables that a figure was drawn from go with it into the notebook, as CSV.

A notebook shows the figure as before. Beside it, its output holds the tables under :data:`CSV`,
from which the book makes a file to download. Lines that begin with ``#`` say what made them.
"""

import io
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec

import pandas as pd
from matplotlib.figure import Figure

from cxrstudy.base.words import arm_name, arm_shown
from cxrstudy.pages.own_run import as_shown

#: Kind of output under which the tables lie, beside the picture.
CSV = "application/vnd.cxrstudy.source+csv"
#: Name of the fact that says which recorded results a figure is of; its caption says it.
RESULTS = "results"
#: Name of the fact that says by which columns a reader tells rows apart: first what the axis shows.
NAMES = "names"
#: Name of the fact that says what the estimates of a figure are of: the name of its axis.
AXIS = "axis"
#: Attribute of a figure whose tables are to be read otherwise than as they were given.
_READING = "_cxrstudy_reading"
#: Attribute by which IPython asks an object for more kinds of output.
_BUNDLE = "_repr_mimebundle_"

Given = ParamSpec("Given")


@dataclass(frozen=True)
class Source:
    """The tables of a figure as CSV, and the facts of what made them.

    Attributes
    ----------
    csv
        The tables below each other; of several ones, ``table`` names each.
    made
        Name to value, such as ``commit``; empty: the page's own runs.
    names
        Columns by which a reader tells rows apart; empty where the figure does not say.
    axis
        What the estimates are of; empty where the figure does not say.
    """

    csv: str
    made: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    axis: str = ""

    def __call__(self, **_: Any) -> dict[str, str]:
        """What a notebook stores, by kind of output."""
        read = {NAMES: "; ".join(self.names), AXIS: self.axis}
        said = {name: value for name, value in read.items() if value}
        return {CSV: with_facts(self.csv, {**said, **self.made})}


def with_source(draw: Callable[Given, Figure]) -> Callable[Given, Figure]:
    """Let a figure carry the tables that its function was given, and draw what a page may show.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> @with_source
    ... def drawn(table): return Figure()
    >>> source_of(drawn(pd.DataFrame({"arm": [("a", 1)], "estimate": [0.25]}))).csv.splitlines()
    ['arm,estimate', '"a, 1",0.25']
    """
    names = list(signature(draw).parameters)

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Figure:
        given = dict(zip(names, args, strict=False)) | kwargs
        shown: dict[str, Any] = {name: _shown(value) for name, value in given.items()}
        figure = draw(**shown)  # type: ignore[call-arg]
        given_tables = dict(_tables(shown))
        tables, read_by = getattr(figure, _READING, (given_tables, ()))
        if tables:
            axis = str(given.get("axis", ""))
            setattr(figure, _BUNDLE, Source(_as_csv(tables), names=read_by, axis=axis))
        return figure

    return drawn


def read_by(figure: Figure, tables: Mapping[Any, pd.DataFrame], names: Mapping[str, str]) -> Figure:
    """Say of a figure by which columns of its tables a reader tells rows apart.

    Parameters
    ----------
    figure
        The figure.
    tables
        As it drew them, by their names.
    names
        Column to the name that readers know it by: first what the axis shows.

    Returns
    -------
    The figure.
    """
    # Where points stand on the axis is told by the names.
    named = {
        key: table.drop(columns="x", errors="ignore").rename(columns=names)
        for key, table in tables.items()
    }
    setattr(figure, _READING, (named, tuple(names.values())))
    return figure


def told_by(figure: Figure, name: str) -> Figure:
    """Say of a figure that its rows are no arms, and which column of its table says what they are.

    Examples
    --------
    >>> @with_source
    ... def drawn(table): return Figure()
    >>> table = pd.DataFrame({"arm": ["no lesion"], "change": ["no lesion"], "estimate": [0.25]})
    >>> source_of(told_by(drawn(table), "change")).names
    ('change',)
    """
    if (found := source_of(figure)) is not None:
        setattr(figure, _BUNDLE, replace(found, names=(name,)))
    return figure


def source_of(shown: object) -> Source | None:
    """What was drawn in a figure; None for others."""
    found = getattr(shown, _BUNDLE, None)
    return found if isinstance(found, Source) else None


def made_by(shown: object, made: Mapping[str, str]) -> None:
    """Say of a figure, if it carries tables, that they are not of the page's own runs."""
    if (found := source_of(shown)) is not None:
        setattr(shown, _BUNDLE, replace(found, made=made))


def with_facts(csv: str, made: Mapping[str, str]) -> str:
    r"""Write facts above a CSV, as lines that begin with ``#``.

    Examples
    --------
    >>> with_facts("a\n1\n", {"commit": "3f9a"}).splitlines()
    ['# commit: 3f9a', 'a', '1']
    """
    return "".join(f"# {name}: {' '.join(value.split())}\n" for name, value in made.items()) + csv


def _tables(given: Mapping[Any, Any]) -> Iterator[tuple[Hashable, pd.DataFrame]]:
    """The tables among what a function was given, also those in a mapping, by their names."""
    for name, value in given.items():
        if isinstance(value, pd.DataFrame):
            yield name, value
        elif isinstance(value, Mapping):
            yield from (
                (key, each) for key, each in value.items() if isinstance(each, pd.DataFrame)
            )


def _shown(value: Any) -> Any:
    """A table, or a mapping of them, as a page shows it; anything else as it is."""
    if isinstance(value, pd.DataFrame):
        return as_shown(value)
    if isinstance(value, Mapping):
        return {key: _shown(each) for key, each in value.items()}
    return value


def _as_csv(tables: Mapping[Hashable, pd.DataFrame]) -> str:
    shown = [
        table if len(tables) == 1 else table.assign(table=arm_name(name))
        for name, table in tables.items()
    ]
    whole = pd.concat(shown, ignore_index=True)
    # Names of arms as readers see them; numbers with all of their digits.
    texts = {name: whole[name].map(_text) for name in whole if whole[name].dtype == object}
    written = io.StringIO()
    whole.assign(**texts).to_csv(written, index=False, lineterminator="\n")
    return written.getvalue()


def _text(value: Any) -> Any:
    return arm_shown(value) if isinstance(value, tuple) else value
