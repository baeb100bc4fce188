"""Runs: a stage that was executed, its record, and who executes it."""
