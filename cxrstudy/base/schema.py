"""Schema: read YAML files and check them completely; errors name the file and the fields.

What is wrong with a text, whoever found it (Python, YAML, JSON or pydantic), is told here in one
sentence: :func:`why_wrong`.
"""

import copy
import json
import math
from collections.abc import Hashable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from cxrstudy.base.text_file import line_at, not_utf8, read_text


class Strict(BaseModel):
    """A pydantic model that is immutable and accepts no unknown field and no infinite number."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Model = TypeVar("Model", bound=BaseModel)
#: A few lines of names of values may stand for more values than any memory holds.
_MOST_VALUES = 1_000_000


class _OneValuePerKey(yaml.SafeLoader):
    """A YAML loader that refuses duplicate keys and numbers that are not finite.

    YAML itself uses the last of duplicate keys, and writes infinity as ``.inf``.
    """

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; what PyYAML can't make of it, such as day 45, is an error of YAML."""
        try:
            value = super().construct_object(node, deep)
            if isinstance(value, str):
                value.encode()  # half of a character, as in "\ud800", could not be written again
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError("it is not finite")
            return value
        except (yaml.YAMLError, RecursionError):
            raise
        except Exception as problem:  # PyYAML raises errors of several classes
            said = f"a value that is no {node.tag.rpartition(':')[2]} ({problem})"
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        own = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        keys = [self.construct_object(key, deep=True) for key in own]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice", own[place].start_mark
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, model: type[Model], error: type[Exception]) -> Model:
    """Read a YAML file into a model.

    Parameters
    ----------
    path
        Path of the file.
    model
        Model of its content.
    error
        Class of the error if the content is wrong; the message names the file and all wrong fields.
        It names an item of a list by its ``id``, if it has one.
    """
    return checked(read_content(path, error), path, model, error)


def read_content(path: Path, error: type[Exception]) -> Any:
    """Read what a YAML file holds; no key may stand in it twice.

    Parameters
    ----------
    path
        Path of the file.
    error
        Class of the error if it is no YAML; the message names the file.
    """
    text = read_text(path, error)
    try:
        return copy.deepcopy(_parsed(text))
    except yaml.YAMLError as problem:
        said = " ".join(str(problem).split()).replace(' in "<unicode string>"', "")
        raise error(f"{path}: not valid YAML: {said}") from None
    except RecursionError:
        raise error(f"{path}: its brackets are nested too deep; is it the right file?") from None
    except OverflowError:
        said = "names of values (& and *) repeat them without end; write them out"
        raise error(f"{path}: {said}") from None


# Claims are asked for dozens of times in a process, and PyYAML takes .1 s for a file of them. Its
# parser in C is no choice: brackets that are nested 100,000 deep end the process.
@lru_cache(maxsize=128)
def _parsed(text: str) -> Any:
    content = yaml.load(text, _OneValuePerKey)
    if _values(content, {}) > _MOST_VALUES:
        raise OverflowError
    return content


def _values(content: Any, known: dict[int, float]) -> float:
    """Number of values that a content has when it is written out; infinite if it holds itself."""
    if not isinstance(content, dict | list):
        return 1
    if id(content) not in known:
        known[id(content)] = math.inf
        parts = content.values() if isinstance(content, dict) else content
        known[id(content)] = 1 + sum(_values(part, known) for part in parts)
    return known[id(content)]


def checked(content: Any, path: Path, model: type[Model], error: type[Exception]) -> Model:
    """Check what a YAML file holds; parameters as in :func:`read_yaml`."""
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise error(f"{path}: {why_wrong(problem, content)}") from None


def why_wrong(problem: Exception, content: Any = None) -> str:
    """What is wrong with a text or its values, in one sentence without the reader's own addresses.

    Parameters
    ----------
    problem
        Error of reading or checking it.
    content
        What was checked, for the names of items of lists.

    Examples
    --------
    >>> try:
    ...     json.loads("{'a': 1}")
    ... except ValueError as problem:
    ...     why_wrong(problem)
    'not valid JSON: line 1, column 2: Expecting property name enclosed in double quotes'
    """
    if isinstance(problem, ValidationError):
        return "; ".join(_told(each, content) for each in problem.errors())
    if isinstance(problem, UnicodeDecodeError):
        return f"line {line_at(problem.object, problem.start)}: {not_utf8(problem)}"
    if isinstance(problem, json.JSONDecodeError):
        place = f"line {problem.lineno}, column {problem.colno}"
        return f"not valid JSON: {place}: {problem.msg}"
    return " ".join(str(problem).split())


def why_of(error: ErrorDetails) -> str:
    """What is wrong with one value, as its field's own rule or pydantic says it."""
    if error["type"] in ("model_type", "dict_type"):
        return f"fields with their values are needed, not {str(error['input'])[:40]!r}"
    return error["msg"].removeprefix("Value error, ")


def _told(error: ErrorDetails, content: Any) -> str:
    place = _place(error["loc"], content)
    return f"{place}: {why_of(error)}" if place else why_of(error)


def _place(steps: Sequence[int | str], content: Any) -> str:
    """Write the path of a field, with ids of list items instead of their numbers."""
    words = []
    for step in steps:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        named = isinstance(step, int) and isinstance(content, dict) and content.get("id")
        words.append(str(named or step))
    return ".".join(words)
