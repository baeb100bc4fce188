"""Reading YAML files into models."""

import pytest
from pydantic import ValidationError

from cxrstudy.base.schema import Strict, read_yaml


class Made(Strict):
    """A model for the tests."""

    name: str
    size: int = 1


class MadeError(ValueError):
    """The error that a caller wants."""


def write(tmp_path, text):
    path = tmp_path / "made.yaml"
    path.write_text(text)
    return path


def test_a_right_file_becomes_a_model_that_cannot_change(tmp_path):
    made = read_yaml(write(tmp_path, "name: a\nsize: 2\n"), Made, MadeError)
    assert made == Made(name="a", size=2)
    with pytest.raises(ValidationError, match="frozen"):
        made.size = 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [a", "not valid YAML"),
        ("size: 2", "name: Field required"),
        ("name: a\nsize: many", "size: Input should be a valid integer"),
        ("name: a\ncolour: red", "colour: Extra inputs are not permitted"),
        ("", "Input should be a valid dictionary"),
    ],
)
def test_a_wrong_file_is_named_with_its_fields(tmp_path, text, said):
    path = write(tmp_path, text)
    with pytest.raises(MadeError, match=said) as error:
        read_yaml(path, Made, MadeError)
    assert str(error.value).startswith(f"{path}: ")
