"""Engines: who computes. Each module opens one as a ``concurrent.futures`` executor."""


class EngineError(RuntimeError):
    """An engine can't be had; the message says what to do."""
