"""Tables: how a table that others made is read, joined and counted.

One rule each, for manifests and for the label files of all publishers: `reader` turns a file into
cells, `values` turns cells into ages, dates, sexes and numbers, `duplicates` decides what a key
that occurs twice means, and `join` looks up rows of another table. What could not be read or joined
becomes unknown and is counted in `notes`; whatever would change a label without a word is a
:class:`~cxrstudy.data.tables.reader.TableError`, which names file and row. Read `reader` first.
"""
