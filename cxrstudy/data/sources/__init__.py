"""Sources: adapters that read a publisher's own label files and return manifest tables.

There is one module per data set. The input is a folder in the publisher's layout; the result is a
table with the columns of :data:`cxrstudy.data.manifest.COLUMNS`, and notes on what could not be
read. `labels` contains the shared functions, and `files` adds values that only image files contain
(SHA-256, width, height). Read `labels` first, then `nih`.
"""
