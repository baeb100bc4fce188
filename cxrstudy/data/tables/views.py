"""Views: the cells of a table that say how radiographs were taken."""

import pandas as pd

from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes
from cxrstudy.pixels.view_words import UNKNOWN, view_of


def views(column: Column, notes: Notes) -> "pd.Series[str]":
    """Convert words to views; words that are not known are ``unknown``, and are counted."""
    known = {cell: view_of(cell) for cell in column.cells.unique()}
    found = column.cells.map(known)
    unread = (found == UNKNOWN) & ~column.blank
    column.note(notes, unread, "are unknown: no known word for one view")
    return found
