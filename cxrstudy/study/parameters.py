"""Parameters: a notebook's first code cell declares its parameters, which are then checked.

Each line of the cell is a parameter: its value, and a trailing comment with its legal values, a
colon, and its meaning::

    # parameters
    profile = "quick"  # quick, standard or paper: sizes and budgets, see profiles/
    seeds = 1          # 1 to 20: repeats of every arm, paired across arms

``A to B`` is a range of numbers, ``any ...`` allows any value (but for names of profiles and
cohorts, which must exist), anything else is a list of words.
Papermill writes the values of a command line into a new cell after the one that is tagged
``parameters``, and only warns if a name is unknown. If the tag is lost, it writes them above all
cells, where the defaults undo them. The check therefore reads both cells from the kernel's history,
and compares what was given with what is used. ``papermill -f profiles/quick.yaml`` gives all values
of a profile; they must be the same as in the file.
"""

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.notebooks import read_cells, tags_of
from cxrstudy.base.schema import read_content
from cxrstudy.data.cohort_file import cohort_names
from cxrstudy.runs.page_stamp import tell_circumstances
from cxrstudy.study.profile import Profile, profile_names

#: First lines of the parameters cell and of the cell that papermill puts after it.
DECLARED, INJECTED = "# parameters", "# Parameters"
#: Tags of these cells.
TAG, INJECTED_TAG = "parameters", "injected-parameters"
#: Legal values that are names of files, also of a user's own, by how their words begin.
_KNOWN: dict[str, Callable[[], list[str]]] = {
    "any of profiles/": profile_names,
    "any of data_manifests/cohorts": cohort_names,
}
#: How a notebook calls the check; it separates one pass through a notebook from the next.
CALL = "check_parameters("


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
        known = next((names for what, names in _KNOWN.items() if self.legal.startswith(what)), None)
        if known is not None and value not in known():
            self._refuse(value, f"none of {', '.join(known())}")
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
    for node in _statements(cell, "parameters cell"):
        line = lines[node.lineno - 1]
        comment = re.search(r"#\s*([^:#]+):\s*(.+)$", line)
        if not isinstance(node, ast.Assign) or comment is None:
            raise ParameterError(f"parameters cell, {line!r}: write NAME = VALUE  # legal: meaning")
        name = ast.unparse(node.targets[0])
        try:
            default = ast.literal_eval(node.value)
        except ValueError:
            raise ParameterError(f"parameters cell, {line!r}: the value must be plain") from None
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
    cell, injected = _current(history)
    parameters = declared(cell)
    given = _given(injected)
    others = [name for name, _ in given if name not in parameters]
    for name in others:
        if "profile" not in parameters or name not in Profile.model_fields:
            raise ParameterError(
                f"unknown parameter {name}; this notebook has: {', '.join(parameters)}"
            )
    for name, value in dict(given).items():
        _refuse_other(name, value, values)
    for name, parameter in parameters.items():
        if name not in values:
            raise ParameterError(f"parameter {name} is not set any more; run its cell again")
        parameter.check(values[name])
    for name in others:
        _check_profile(name, values[name], str(values["profile"]))
    return {name: values[name] for name in parameters}


def declared_in(path: Path) -> dict[str, Parameter]:
    """Read the parameters that a notebook's file declares; none if it has no parameters cell.

    Raises
    ------
    NotebookFileError
        The file is no notebook.
    ParameterError
        Values would not reach the parameters cell: its tag is lost, stands at another cell or at
        several, or values of an earlier execution are still in the notebook. Or the cell is wrong.
    """
    cells = read_cells(path)
    code = [(number, cell) for number, cell in enumerate(cells, 1) if cell.cell_type == "code"]
    for number, cell in code:
        if INJECTED_TAG in tags_of(cell) or cell.source.startswith(INJECTED):
            raise ParameterError(
                f"{path}: cell {number} holds values that papermill left of another execution; "
                "delete the cell, or restore the notebook"
            )
    tagged = [number for number, cell in enumerate(cells, 1) if TAG in tags_of(cell)]
    begun = [number for number, cell in code if cell.source.startswith(DECLARED)]
    if tagged != begun or len(begun) > 1:
        raise ParameterError(
            f"{path}: {_numbered(begun)} with {DECLARED!r}, and {_numbered(tagged, 'has', 'have')} "
            f"the tag {TAG}; tag exactly the one cell that begins with {DECLARED!r}"
        )
    try:
        return declared(cells[begun[0] - 1].source) if begun else {}
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None


def _numbered(cells: Sequence[int], one: str = "begins", several: str = "begin") -> str:
    if not cells:
        return f"no cell {one}"
    numbers = " and ".join(map(str, cells))
    return f"cell {numbers} {one}" if len(cells) == 1 else f"cells {numbers} {several}"


def _current(history: Sequence[str]) -> tuple[str, list[str]]:
    """The parameters cell that was run last, and the cells of papermill that were run after it.

    A kernel may have run the notebook several times. What an earlier pass was given does not count.
    """
    cell, injected, begun, above = "", list[str](), False, False
    for source in history:
        if source.startswith(DECLARED):
            if above:
                raise ParameterError(
                    f"papermill wrote its values above the cell that begins with {DECLARED!r}, "
                    f"which undoes them: this cell has lost its tag {TAG}; tag it, and no other"
                )
            cell, injected, begun = source, [], True
        elif source.startswith(INJECTED):
            injected.append(source)
            above = not begun
        elif CALL in source:
            begun = above = False
    if not cell:
        raise ParameterError(f"no cell begins with {DECLARED!r}: run the parameters cell first")
    return cell, injected


def _given(injected: Sequence[str]) -> list[tuple[str, Any]]:
    """Names and values that cells of papermill set."""
    return [
        (ast.unparse(node.targets[0]), node.value) if isinstance(node, ast.Assign) else ("", None)
        for source in injected
        for node in _statements(source, "the parameters that were given")
    ]


def _refuse_other(name: str, given: ast.expr, values: Mapping[str, Any]) -> None:
    """Refuse a parameter whose value is not the one that papermill was given."""
    asked, used = _value_of(given), values.get(name)
    # NaN is equal to nothing, but it is written in one way only.
    if type(used) is not type(asked) or (used != asked and repr(used) != repr(asked)):
        raise ParameterError(
            f"parameter {name} = {asked!r} was given, but the notebook uses {used!r}: another cell "
            "sets it; remove that cell, or run all cells again"
        )


def _value_of(given: ast.expr) -> Any:
    """Value that papermill wrote: a literal, or ``float('nan')`` and ``float('inf')``."""
    try:
        return ast.literal_eval(given)
    except ValueError:
        if isinstance(given, ast.Call) and ast.unparse(given.func) == "float":
            return float(ast.literal_eval(given.args[0]))
        return ast.unparse(given)


def _statements(source: str, what: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(
            f"{what}, {(error.text or '').strip()!r}: not Python; a name has letters, digits and _"
        ) from None


def _check_profile(name: str, given: Any, profile: str) -> None:
    """Accept a value of ``papermill -f profiles/quick.yaml`` if the profile has the same."""
    path = places.profile(profile)
    said = read_content(path, ParameterError) if path.is_file() else {}
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
    notebook's variables to :func:`check`, and writes the facts of the kernel into the notebook:

    >>> cell = "# parameters\nseeds = 1  # 1 to 20: repeats of every arm"
    >>> check([cell], {"seeds": 3})
    {'seeds': 3}
    """
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError("check_parameters() works only in a notebook; call it there")
    history = shell.user_ns["In"]
    used = check(history, shell.user_ns)
    tell_circumstances(used, [name for name, _ in _given(_current(history)[1])])
    return used
