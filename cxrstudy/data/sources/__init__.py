"""Sources: adapters that read a publisher's own label files and return manifest tables.

One module per data set. A folder as the publisher ships it goes in; a table with the columns of
:data:`cxrstudy.data.manifest.COLUMNS` comes out. `labels` holds what adapters share, and `files`
adds what only the image files tell (SHA-256, width, height). Read `labels` first, then `nih`.
"""
