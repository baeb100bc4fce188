"""Data: from a publisher's files to the images and labels of an experiment.

The input is a publisher's label files (adapters in `sources`) and image files (`sets`, `fetch`,
`download`, `verify`, `twins`). A `manifest`, with one row per image, and the `card` beside it
describe a source. The result is a cohort: as its file says (`cohort_file`), `cohort` assigns
manifests or phantoms to a `role` such as ``target`` (`role_making`: which of their images, under
which labels), and `split` assigns patients to training, validation and test. How tables are read,
joined and counted is decided in `tables`; `rules` and `role_checks` say what is refused. Read
`manifest` first, then `cohort`.
"""
