"""Schema: read YAML files and check them completely; errors name the file and the fields."""

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
        Path of the file.
    model
        Model of its content.
    error
        Class of the error if the content is wrong; the message names the file and all wrong fields.
    """
    try:
        return model.model_validate(yaml.safe_load(path.read_text()))
    except yaml.YAMLError as problem:
        raise error(f"{path}: not valid YAML: {' '.join(str(problem).split())}") from None
    except ValidationError as problem:
        fields = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise error(f"{path}: {fields}") from None
