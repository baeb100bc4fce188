"""Runs: stages that are planned, executed and recorded.

The input is arms and seeds. `plan` lists the runs that they need, each once. `engine` executes the
missing runs on one of the `engines`, through `worker` and `run`. The result of each run is a
`record` in the `store`. `scores` collects the table for statistics and figures, `network` loads a
trained network, `operating_points` says what an image is called, and `provenance` lists the runs
that a page is based on. Read `record` first, then `plan` and `run`.
"""
