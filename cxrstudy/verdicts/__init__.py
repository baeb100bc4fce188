"""Verdicts: which claims of the papers hold.

A `claim`, read from ``claims/``, is what an `abstract` says, in its own words, and our test of it:
a contrast between two arms. The table of scores goes in; `verdict` estimates the contrasts and
applies the rule of `outcome`, and `judge` does so for a reader's own run and for recorded results.
`results` writes and reads recorded results (the content of ``results/``), `map_results` adds
measures of maps. `measure` computes the metrics of a set of results, and `compare` says whether two
sets agree.

A `registration` fixes all of this before runs: it keeps what is `frozen` in a committed file, and
`proof` shows from git alone whether results came after it. `log` lists all of them, and tells what
was done before. `selection` says what the best of several arms shows by being chosen, and
`planning` how many seeds and patients would decide a claim. Read `claim` first, then `outcome` and
`verdict`.
"""
