"""Reading YAML files into models."""

import json
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cxrstudy.base import places
from cxrstudy.base.schema import Strict, read_yaml, why_wrong


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
        ("", "fields with their values are needed, not 'None'"),
        ("name", "fields with their values are needed, not 'name'"),
        ("name: a\nname: b", "not valid YAML: 'name' stands twice"),
        ("name: 2020-13-45", "not valid YAML: a value that is no timestamp .* line 1"),
        ("name: a\nsize: !!int many", "not valid YAML: a value that is no int .* line 2"),
        ("name: !!timestamp x", "not valid YAML: a value that is no timestamp"),
        (r'name: "\ud800"', "not valid YAML: a value that is no str .* line 1"),
        (f"name: {'[' * 3000}", "its brackets are nested too deep"),
        ("name: &a [*a]", "repeat them without end"),
        ("name: a\nsize: .inf", r"a value that is no float \(it is not finite\), line 2"),
        ("name: a\nany: [{deep: -.INF}]", "it is not finite"),
        ("name: a\nany: .nan", "it is not finite"),
        ("name: a\nsize: 1.0e+999", "it is not finite"),
    ],
)
def test_a_wrong_file_is_named_with_its_fields(tmp_path, text, said):
    path = write(tmp_path, text)
    with pytest.raises(MadeError, match=said) as error:
        read_yaml(path, Made, MadeError)
    assert str(error.value).startswith(f"{path}: ")


def test_names_of_names_of_values_are_not_written_out(tmp_path):
    lines = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    path = write(tmp_path, "\n".join(["l0: &l0 [x]", *lines]))
    with pytest.raises(MadeError, match=r"made\.yaml: names of values .* write them out"):
        read_yaml(path, Made, MadeError)


def test_a_few_named_values_are_read(tmp_path):
    path = write(tmp_path, "items: [&one {name: a}, *one, {<<: *one, size: 3}]")
    assert [item.size for item in read_yaml(path, Shelf, MadeError).items] == [1, 1, 3]


class Shelf(Strict):
    items: list[Made]


class Named(Strict):
    items: list[dict[str, int | str]]


def test_a_text_of_another_encoding_is_named_with_its_line(tmp_path):
    path = tmp_path / "made.yaml"
    path.write_bytes("name: a\n# étude\n".encode("latin-1"))
    with pytest.raises(
        MadeError, match=r"made.yaml, line 2: the byte 0xe9 is not UTF-8; .*save it"
    ):
        read_yaml(path, Made, MadeError)


#: Beginnings of YAML's own types, whose values may be impossible, and what may stand in a text.
PIECES = [
    *(
        "a: ",
        "name: ",
        "\n",
        "2020-13-45",
        "1:99:99",
        "!!int ",
        "!!binary ",
        "0b_",
        "[",
        "{",
        "&x ",
    ),
    *("*x", "<<: ", "? ", "- ", "'", "|", "\t", "é", "\x00"),
]


@given(
    st.binary(max_size=40) | st.lists(st.sampled_from(PIECES)).map(lambda p: "".join(p).encode())
)
@example(b"name: 2020-13-45")
@example(b"name: !!binary x")
@example(b"\xff\xfe")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_content_is_a_model_or_one_sentence_of_ours(tmp_path, content):
    path = tmp_path / "made.yaml"
    path.write_bytes(content)
    said = ""
    try:
        read_yaml(path, Made, MadeError)
    except MadeError as error:
        said = str(error)
    assert said == "" or (said.startswith((f"{path}: ", f"{path}, line ")) and "\n" not in said)
    assert "pydantic" not in said


def test_a_broken_json_is_told_with_its_place():
    with pytest.raises(ValueError, match="Expecting") as error:
        json.loads('{"a": 1,\n "b" 2}')
    assert why_wrong(error.value) == "not valid JSON: line 2, column 6: Expecting ':' delimiter"


def test_an_item_is_named_by_its_id_or_else_by_its_number(tmp_path):
    path = write(tmp_path, "items:\n- {name: a}\n- {id: A4, name: b, size: many}\n- {}\n")
    with pytest.raises(MadeError) as error:
        read_yaml(path, Shelf, MadeError)
    assert "items.A4.size: Input" in str(error.value)
    assert "items.2.name: Field required" in str(error.value)


def test_a_value_may_be_used_again_by_reference_and_merged(tmp_path):
    text = "items:\n- &a {size: 1}\n- {<<: *a, size: 2}\n- *a\n"
    made = read_yaml(write(tmp_path, text), Named, MadeError)
    assert made.items == [{"size": 1}, {"size": 2}, {"size": 1}]


def test_a_key_that_stands_twice_is_named_with_its_line_at_any_depth(tmp_path):
    path = write(tmp_path, "items:\n- name: a\n  size: 1\n  size: 2\n")
    with pytest.raises(MadeError, match=r"'size' stands twice, line 4, column 3"):
        read_yaml(path, Shelf, MadeError)


#: Modules that call YAML themselves, and what they read.
OTHERS = {
    "base/schema.py": "is the reader",
    "runs/engines/slurm.py": "single values of an option, not a file",
    "verdicts/frozen.py": "files of an old commit, as they were",
}


def test_every_yaml_file_is_read_by_one_reader():
    found = {
        path.relative_to(places.PACKAGE).as_posix()
        for path in places.PACKAGE.rglob("*.py")
        if re.search(r"\byaml\.(safe_)?load", path.read_text(encoding="utf-8"))
    }
    assert found == set(OTHERS)


def test_what_pydantic_finds_is_always_told_in_our_words():
    """Its own texts are of several lines, and end with an address of its manual."""
    checking = re.compile(r"\b(model_validate|validate_python|TypeAdapter|ValidationError\b)")
    silent = [
        path.relative_to(places.PACKAGE).as_posix()
        for path in places.PACKAGE.rglob("*.py")
        if checking.search(text := path.read_text(encoding="utf-8"))
        and not re.search(r"\bwhy_(wrong|of)\(", text)
    ]
    assert silent == []


def test_a_text_that_stands_for_a_million_values_and_one_more_is_refused(tmp_path):
    text = f"[{', '.join(['x'] * 10)}]"  # 11 values, and then 111, 1,111, 11,111 and 111,111
    for name in "abcd":
        text = f"[&{name} {text}{f', *{name}' * 9}]"
    path = write(tmp_path, f"any: [&e {text}{', *e' * 8}]")
    with pytest.raises(MadeError, match="names of values"):
        read_yaml(path, Made, MadeError)
