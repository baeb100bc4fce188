"""Errors of explanations."""


class ExplainError(ValueError):
    """A map can't be made, scored or read as asked; the message says why and what to do."""
