"""Schema: read YAML files and check them completely; errors name the file and the fields.

What is wrong with a text, whoever found it (Python, YAML, JSON or pydantic), is told here in one
sentence: :func:`why_wrong`.
"""

import json
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class Strict(BaseModel):
    """A pydantic model that is immutable and accepts no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


class _OneValuePerKey(yaml.SafeLoader):
    """A YAML loader that raises an error for duplicate keys; YAML itself uses the last one."""

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
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise error(f"{path}: {why_wrong(problem)}") from None
    try:
        return yaml.load(text, _OneValuePerKey)
    except Exception as problem:  # PyYAML raises errors of many kinds, such as for an empty !!int
        said = " ".join(str(problem).split()).replace(' in "<unicode string>"', "")
        raise error(f"{path}: not valid YAML: {said}") from None


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
        read, wrong = problem.object[: problem.start], problem.object[problem.start]
        line = read.count(b"\n") + 1
        return f"not UTF-8 text: line {line} has the byte 0x{wrong:02x}; save it as UTF-8"
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
