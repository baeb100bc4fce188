"""Base: helper modules for all other folders, without anything about radiographs or training.

`places` finds the folders that are read and written. `identity` computes canonical JSON and
SHA-256, from which ids are made. `schema` reads and checks YAML files. `numbers` formats numbers
for readers (`rounding`: with how many decimals), `times` durations, and `words` the names of arms
and labels. `standard_json` writes JSON for programs, and `checks` checks parameters. `progress`
shows the progress of long work in a terminal, a notebook or a log. `processes` and `threads` do
work in parallel. `device` describes the processor, and `power_meter` measures electricity. Read
`identity` first.
"""
