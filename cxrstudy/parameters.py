"""Parameters: the first code cell of a notebook says what may be set, and that is what is checked.

A line of the cell is a parameter: its value, then in a trailing comment what is legal, a colon, and
what it means::

    # parameters
    profile = "quick"  # quick, standard or paper: sizes and budgets, see profiles/
    seeds = 1          # 1 to 20: repeats of every arm, paired across arms

``A to B`` is a range of numbers, ``any ...`` is free, anything else a list of words. Papermill puts
the values that it is given in a cell of its own after this one and only warns of a name that is not
there, so the check reads both cells from the kernel's history.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How the cell of the parameters, and the one that papermill puts after it, begin.
DECLARED, INJECTED = "# parameters", "# Parameters"


class ParameterError(ValueError):
    """A parameter is unknown, of another type or illegal; the message says what is legal."""


@dataclass(frozen=True)
class Parameter:
    """One line of the parameters cell."""

    name: str
    default: Any
    legal: str
    meaning: str

    def check(self, value: Any) -> None:
        """Raise a :class:`ParameterError` unless the value is legal."""
        kind = type(self.default)
        # An int is a fine float; True is not a fine int.
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits:
            self._refuse(value, f"a {type(value).__name__}, not a {kind.__name__}")
        if self.legal.startswith("any "):
            return
        limits = re.fullmatch(r"(\S+) to (\S+)", self.legal)
        if limits and not float(limits[1]) <= value <= float(limits[2]):
            self._refuse(value, "out of range")
        if not limits and str(value) not in re.split(r",\s*(?:or\s+)?|\s+or\s+", self.legal):
            self._refuse(value, "not one of them")

    def _refuse(self, value: Any, why: str) -> None:
        raise ParameterError(
            f"parameter {self.name} = {value!r} is {why}; legal: {self.legal} ({self.meaning})"
        )


def declared(cell: str) -> dict[str, Parameter]:
    """Read the parameters cell.

    Raises
    ------
    ParameterError
        A line does not say its default, what is legal and what it means.
    """
    lines = cell.splitlines()
    parameters = {}
    for node in ast.parse(cell).body:
        line = lines[node.lineno - 1]
        comment = re.search(r"#\s*([^:#]+):\s*(.+)$", line)
        if not isinstance(node, ast.Assign) or comment is None:
            raise ParameterError(f"parameters cell, {line!r}: write NAME = VALUE  # legal: meaning")
        name = ast.unparse(node.targets[0])
        default = ast.literal_eval(node.value)
        parameters[name] = Parameter(name, default, comment[1].strip(), comment[2].strip())
    return parameters


def check(history: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Check the parameters of a notebook that is running.

    Parameters
    ----------
    history
        Source of the cells run so far.
    values
        The notebook's variables.

    Returns
    -------
    The parameters and their values.

    Raises
    ------
    ParameterError
        A name is unknown, a type is wrong, a value is illegal, or there is no parameters cell.
    """
    cells = [cell for cell in history if cell.startswith(DECLARED)]
    if not cells:
        raise ParameterError(f"no cell begins with {DECLARED!r}: run the parameters cell first")
    parameters = declared(cells[-1])
    for cell in history:
        given = ast.parse(cell).body if cell.startswith(INJECTED) else []
        for node in given:
            name = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
            if name not in parameters:
                raise ParameterError(
                    f"unknown parameter {name}; this notebook has: {', '.join(parameters)}"
                )
    for name, parameter in parameters.items():
        parameter.check(values[name])
    return {name: values[name] for name in parameters}


def check_parameters() -> dict[str, Any]:
    """Check the parameters of the notebook that this is called in.

    Raises
    ------
    ParameterError
        See :func:`check`.
    RuntimeError
        Not called in a notebook.
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("check_parameters() belongs in a notebook")
    return check(shell.user_ns["In"], shell.user_ns)
