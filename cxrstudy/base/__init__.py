"""Base: what all other folders use. It knows nothing of radiographs or training.

`places` gives the folders that are read and written. `identity` gives canonical JSON and SHA-256,
from which ids are made. `schema` reads YAML files and checks them. `numbers` writes a number for
readers, `words` the name of an arm or a label, and `checks` checks parameters by name. `progress`
shows the progress of long work in a terminal, a notebook or a log. `processes` and `threads` work
in parallel. `device` and `power_meter` say what a run was computed on and what it used. Read
`identity` first.
"""
