"""Engines: the machines that compute runs. Each module opens a ``concurrent.futures`` executor."""


class EngineError(RuntimeError):
    """An engine is not available; the message says what to do."""
