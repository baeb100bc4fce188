"""Schema: read YAML files and check them completely; errors name the file and the fields."""

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


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
        return yaml.load(path.read_text(encoding="utf-8"), _OneValuePerKey)
    except yaml.YAMLError as problem:
        raise error(f"{path}: not valid YAML: {' '.join(str(problem).split())}") from None


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
