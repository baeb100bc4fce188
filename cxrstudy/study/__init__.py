"""Study: the interface for the notebook of an experiment.

The input is a `profile` (sizes and budgets), a cohort and a number of seeds. A `study` has the
`building_blocks` of chains, plans the arms of an experiment, trains the missing runs, and returns
the table of scores. A profile names `networks`, and the `initial_weights` to compare. `experiment`
reads the arms from a notebook, and `parameters` checks a notebook's parameters. `graph` plans
several experiments together. `forecast` estimates times, `status` counts runs, `why` compares runs
(`run_differences`), and `prune` removes runs (`removable`). Read `study` first.
"""
