"""Runs: stages that are planned, executed and recorded.

Arms and seeds go in. `plan` turns them into runs, each once; `engine` executes what is missing, on
one of the `engines`, through `worker` and `run`. A `record` of each run comes out, in the `store`.
`scores` collects the table that statistics and figures use, `network` loads a trained network, and
`provenance` says which runs a page is based on. Read `record` first, then `plan` and `run`.
"""
