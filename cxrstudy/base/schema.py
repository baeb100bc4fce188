"""Schema: every YAML file is checked as a whole when read; errors name file and fields."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class Strict(BaseModel):
    """A pydantic model that is immutable and accepts no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=BaseModel)


def read_yaml(path: Path, model: type[Model], error: type[Exception]) -> Model:
    """Read a YAML file into a model.

    Parameters
    ----------
    path
        The file.
    model
        The model that it must fit.
    error
        The error to raise if it does not; the message names the file and every wrong field.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as problem:
        raise error(f"{path}: not valid YAML: {' '.join(str(problem).split())}") from None
    except ValidationError as problem:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise error(f"{path}: {fields}") from None
