"""Parameters: a notebook's first code cell declares its parameters, which are then checked.

Each line of the cell is a parameter: its value, and a trailing comment with its legal values, a
colon, and its meaning::

    # parameters
    profile = "quick"  # quick, standard or paper: sizes and budgets, see profiles/
    seeds = 1          # 1 to 20: repeats of every arm, paired across arms

``A to B`` is a range of numbers, ``any ...`` allows any value, anything else is a list of words.
Papermill writes the values of a command line into a new cell after this one, and only warns if a
name is unknown. The check therefore reads both cells from the kernel's history. ``papermill -f
profiles/quick.yaml`` gives all values of a profile; they must be the same as in the file.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cxrstudy.base import places
from cxrstudy.study.profile import Profile

#: First lines of the parameters cell and of the cell that papermill puts after it.
DECLARED, INJECTED = "# parameters", "# Parameters"


class ParameterError(ValueError):
    """A parameter is unknown, of a wrong type or illegal; the message lists the legal values."""


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
        # An int is accepted as a float; True is not accepted as an int.
        fits = type(value) is kind or (kind is float and type(value) is int)
        if not fits:
            self._refuse(value, f"a {type(value).__name__}, not a {kind.__name__}")
        if self.legal.startswith("any "):
            return
        limits = re.fullmatch(r"(\S+) to (\S+)", self.legal)
        if limits and not float(limits[1]) <= value <= float(limits[2]):
            self._refuse(value, "out of range")
        if not limits and str(value) not in re.split(r",\s*(?:or\s+)?|\s+or\s+", self.legal):
            self._refuse(value, "not a legal value")

    def _refuse(self, value: Any, why: str) -> None:
        raise ParameterError(
            f"parameter {self.name} = {value!r} is {why}; legal: {self.legal} ({self.meaning})"
        )


def declared(cell: str) -> dict[str, Parameter]:
    """Read the parameters cell.

    Raises
    ------
    ParameterError
        A line has no default, no legal values, or no meaning.
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
    """Check the parameters of a running notebook.

    Parameters
    ----------
    history
        Source of the cells that were run so far.
    values
        Variables of the notebook.

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
    others = [name for name in _injected(history) if name not in parameters]
    for name in others:
        if "profile" not in parameters or name not in Profile.model_fields:
            raise ParameterError(
                f"unknown parameter {name}; this notebook has: {', '.join(parameters)}"
            )
    for name, parameter in parameters.items():
        parameter.check(values[name])
    for name in others:
        _check_profile(name, values[name], str(values["profile"]))
    return {name: values[name] for name in parameters}


def _injected(history: Sequence[str]) -> list[str]:
    """Names that papermill has set in the notebook."""
    return [
        ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        for cell in history
        if cell.startswith(INJECTED)
        for node in ast.parse(cell).body
    ]


def _check_profile(name: str, given: Any, profile: str) -> None:
    """Accept a value of ``papermill -f profiles/quick.yaml`` if the profile has the same."""
    path = places.profiles() / f"{profile}.yaml"
    said = yaml.safe_load(path.read_text()) if path.is_file() else {}
    if name not in said or given != said[name]:
        raise ParameterError(
            f"parameter {name} differs from {path}, and a notebook can't change it; write a "
            "profile of your own into profiles/ and give its name with -p profile NAME"
        )


def check_parameters() -> dict[str, Any]:
    r"""Check the parameters of the notebook that calls this function.

    Raises
    ------
    ParameterError
        See :func:`check`.
    RuntimeError
        The function is not called in a notebook.

    Examples
    --------
    A notebook calls this function right after its parameters cell. It passes the cell and the
    notebook's variables to :func:`check`:

    >>> cell = "# parameters\nseeds = 1  # 1 to 20: repeats of every arm"
    >>> check([cell], {"seeds": 3})
    {'seeds': 3}
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("check_parameters() works only in a notebook; call it there")
    return check(shell.user_ns["In"], shell.user_ns)
