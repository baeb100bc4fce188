"""Own: a user's own radiographs become a manifest, a card and a cohort, in the folder ``own``.

`columns` finds out which column means what, `listing` reads the table or the folder, `files` finds,
hashes and links the images, `headers` reads DICOM headers, `labels` reads the cells of labels,
`identities` replaces the names of patients, `manifest` makes the rows of the manifest of all this,
and `cohorts` writes card and cohort. `wish` is what a user asks for. Read `add` first.
"""
