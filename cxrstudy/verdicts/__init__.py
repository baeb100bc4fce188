"""Verdicts: which claims of the papers hold.

A `claim`, read from ``claims/``, is a contrast between two arms with a margin and a decision rule.
The table of scores goes in; `verdict` estimates the contrasts and applies the rule, and `judge`
does so for a reader's own run and for reference results. `results` writes and reads reference
results (the content of ``results/``), `map_results` adds measures of maps. `measure` computes the
metrics of a set of results, and `compare` says whether two sets agree. Read `claim` first, then
`verdict`.
"""
