"""Standard JSON: what programs read, without ``NaN`` and ``Infinity``."""

import json
import math
from collections.abc import Mapping
from typing import Any

from cxrstudy.base import numbers


def json_text(value: Any, indent: int | None = 2) -> str:
    """Write a value as standard JSON, without ``NaN`` and ``Infinity``.

    Examples
    --------
    >>> json_text({"p": float("nan")}, indent=None)
    '{"p": null}'
    """
    return json.dumps(plain_value(value), indent=indent, ensure_ascii=False, allow_nan=False)


def plain_value(value: Any) -> Any:
    """Convert a value to one that JSON can represent: NaN to null, infinity to a word.

    Examples
    --------
    >>> plain_value({"p": float("nan"), "slope": [float("inf"), -0.0]})
    {'p': None, 'slope': ['infinite', 0.0]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain_value(each) for name, each in value.items()}
    if hasattr(value, "tolist"):  # an array or a number of numpy, which need not be loaded here
        return plain_value(value.tolist())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(each) for each in value]
    if isinstance(value, float):
        return _plain_float(value)
    return value


def _plain_float(value: float) -> float | str | None:
    if math.isnan(value):
        return None
    return value + 0.0 if math.isfinite(value) else numbers.plain(value)
