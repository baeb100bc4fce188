"""Study: what an experiment's notebook works with.

A `profile` (sizes and budgets), a cohort and a number of seeds go in. A `study` gives stages and
chains, plans the arms of an experiment, trains what is missing, and returns the table of scores.
`experiment` reads the arms from a notebook, and `parameters` checks a notebook's parameters.
`graph` plans several experiments together; `forecast`, `status`, `why` and `prune` answer questions
about their runs. Read `study` first.
"""
