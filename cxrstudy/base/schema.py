"""Schema: read YAML files and check them completely; errors name the file and the fields."""

import math
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from cxrstudy.base.text_file import read_text


class Strict(BaseModel):
    """A pydantic model that is immutable and accepts no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)
#: A few lines of names of values may stand for more values than any memory holds.
_MOST_VALUES = 1_000_000


class _OneValuePerKey(yaml.SafeLoader):
    """A YAML loader that raises an error for duplicate keys; YAML itself uses the last one."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; what PyYAML can't make of it, such as day 45, is an error of YAML."""
        try:
            value = super().construct_object(node, deep)
            if isinstance(value, str):
                value.encode()  # half of a character, as in "\ud800", could not be written again
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
        content = yaml.load(text, _OneValuePerKey)
    except yaml.YAMLError as problem:
        raise error(f"{path}: not valid YAML: {' '.join(str(problem).split())}") from None
    except RecursionError:
        raise error(f"{path}: its brackets are nested too deep; is it the right file?") from None
    if _values(content, {}) > _MOST_VALUES:
        raise error(f"{path}: names of values (& and *) repeat them without end; write them out")
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
        fields = "; ".join(f"{_place(e['loc'], content)}: {e['msg']}" for e in problem.errors())
        raise error(f"{path}: {fields}") from None


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
