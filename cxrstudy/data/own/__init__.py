"""Own: a user's own radiographs become a manifest, a card and a cohort, in the folder ``own``.

`columns` finds out which column means what, `listing` reads the table or the folder, `files` finds,
hashes and links the images, `headers` reads DICOM headers, `findings` and `labels` read the cells
of labels, `identities` replaces the names of patients, `rows` and `manifest` make the rows of the
manifest and say which are not used, and `cohorts` writes card and cohort. `wish` is what a user
asks for. Read `add` first.
"""
