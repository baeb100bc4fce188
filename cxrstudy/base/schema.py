"""Schema: how every YAML file is read: checked whole, with an error that names its fields."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """A pydantic model that can't be changed and accepts no field that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path, model: type[Model], error: type[Exception]) -> Model:
    """Read a YAML file into a model.

    Parameters
    ----------
    path
        The file.
    model
        What it must look like.
    error
        What to raise when it does not: the file, and every field that is wrong.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as problem:
        raise error(f"{path}: no YAML: {' '.join(str(problem).split())}") from None
    except ValidationError as problem:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise error(f"{path}: {fields}") from None
