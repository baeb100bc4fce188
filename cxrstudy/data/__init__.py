"""Data: from a publisher's files to the images and labels that experiments ask for.

In come a publisher's label files (adapters in `sources`) and image files (`sets`, `fetch`,
`download`, `verify`). A `manifest`, with one row per image, and the `card` beside it describe a
source. Out come cohorts: `cohort` puts manifests or phantoms into a `role` such as ``target``,
and `split` decides which patients train and which test. Read `manifest` first, then `cohort`.
"""
