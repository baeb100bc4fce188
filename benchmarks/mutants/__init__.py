"""How much the tests would notice: one fault at a time is planted, and tests that reach it are run.

Start at :mod:`benchmarks.mutants.__main__`. `faults` says what is planted, `reach` which tests run
a line, `trial` whether they notice.
"""
