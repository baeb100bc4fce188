"""Parameters: read from the cell that declares them, and checked before anything is computed."""

import keyword
from types import SimpleNamespace

import IPython
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.study.parameters import (
    Parameter,
    ParameterError,
    check,
    check_parameters,
    declared,
    declared_in,
)
from tests.support.declared_cells import CELL, SMALL, VALUES


def legal_of(name):
    return declared(CELL)[name].legal


def test_a_cell_declares_name_default_legal_values_and_meaning():
    parameters = declared(CELL)
    assert list(parameters) == list(VALUES)
    assert parameters["seeds"] == Parameter("seeds", 1, "1 to 20", "repeats of every arm")
    assert parameters["profile"].legal == "quick, standard or paper"
    assert parameters["margin"].meaning == "smallest difference: in units of the metric"
    assert {name: parameter.default for name, parameter in parameters.items()} == VALUES


def test_defaults_that_are_legal_pass():
    assert check([CELL], VALUES | {"In": [], "study": object()}) == VALUES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("profile", "paper"),
        ("profile", "standard"),
        ("seeds", 20),
        ("margin", 0),
        ("margin", 1.5),
        ("margin", 1),
        ("flip", True),
        ("title", "Anything, even: # this"),
    ],
)
def test_legal_values_pass(name, value):
    assert check([CELL], VALUES | {name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("seeds", True, "a bool, not a int"),
        ("seeds", "1", "a str, not a int"),
        ("seeds", 1.0, "a float, not a int"),
        ("seeds", None, "a NoneType, not a int"),
        ("margin", "0.5", "a str, not a float"),
        ("margin", True, "a bool, not a float"),
        ("profile", 1, "a int, not a str"),
        ("profile", ["quick"], "a list, not a str"),
        ("flip", 1, "a int, not a bool"),
        ("flip", "True", "a str, not a bool"),
        ("title", 3, "a int, not a str"),
    ],
)
def test_a_wrong_type_is_named_with_what_is_legal(name, value, why):
    with pytest.raises(ParameterError) as error:
        check([CELL], VALUES | {name: value})
    assert str(error.value).startswith(
        f"parameter {name} = {value!r} is {why}; legal: {legal_of(name)} ("
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seeds", 0),
        ("seeds", 21),
        ("seeds", -5),
        ("margin", -0.001),
        ("margin", 2),
        ("margin", float("nan")),
        ("margin", float("inf")),
    ],
)
def test_a_number_out_of_range_is_named_with_the_range_and_the_meaning(name, value):
    with pytest.raises(ParameterError) as error:
        check([CELL], VALUES | {name: value})
    meaning = declared(CELL)[name].meaning
    assert str(error.value) == (
        f"parameter {name} = {value!r} is out of range; legal: {legal_of(name)} ({meaning})"
    )


@pytest.mark.parametrize("value", ["Quick", "", "quic", "quick, standard", "or", "quick "])
def test_a_word_that_is_not_in_the_list_is_named_with_the_list(value):
    with pytest.raises(ParameterError) as error:
        check([CELL], VALUES | {"profile": value})
    assert str(error.value).startswith(f"parameter profile = {value!r} is not a legal value; ")
    assert "legal: quick, standard or paper (sizes and budgets" in str(error.value)


def test_a_default_that_is_not_legal_is_refused_as_well():
    cell = "# parameters\nseeds = 0  # 1 to 20: repeats"
    with pytest.raises(ParameterError, match="seeds = 0 is out of range"):
        check([cell], {"seeds": 0})


def test_other_cells_may_assign_what_they_like():
    assert check([CELL, "anything = 3", "%time x"], VALUES) == VALUES


def test_a_notebook_without_a_parameters_cell_is_refused():
    with pytest.raises(ParameterError, match="no cell begins with '# parameters'"):
        check(["# Parameters\nseeds = 3"], {"seeds": 3})


def test_the_parameters_cell_that_was_run_last_counts():
    later = "# parameters\nseeds = 30  # 1 to 40: repeats"
    assert check([CELL, later], {"seeds": 30}) == {"seeds": 30}


@pytest.mark.parametrize(
    "line",
    ["seeds = 1", "seeds = 1  # repeats", "seeds: int = 1  # 1 to 2: repeats", "print()  # a: b"],
)
def test_a_line_that_does_not_say_all_is_named(line):
    with pytest.raises(ParameterError) as error:
        declared(f"# parameters\nflip = True  # True or False: mirror\n{line}")
    assert repr(line) in str(error.value)
    assert "NAME = VALUE  # legal: meaning" in str(error.value)


@pytest.mark.parametrize("seeds", [1, 21])
def test_the_notebook_that_runs_is_checked(monkeypatch, seeds):
    shell = SimpleNamespace(user_ns={"In": ["", CELL]} | VALUES | {"seeds": seeds})
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    if seeds == 1:
        assert check_parameters() == VALUES
    else:
        with pytest.raises(ParameterError, match="seeds = 21"):
            check_parameters()


def test_outside_a_notebook_there_is_nothing_to_check(monkeypatch):
    # Tests of widgets in the same process may have made an interactive shell.
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    with pytest.raises(RuntimeError, match="in a notebook"):
        check_parameters()


words = st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True).filter(
    lambda word: word not in ("or", "to", "any") and not keyword.iskeyword(word)
)
prose = st.text("abc DEF,:()/.", min_size=1).map(str.strip).filter(bool)


@st.composite
def lines(draw):
    """Default, legal values and meaning of a parameter."""
    kind = draw(st.sampled_from(["int", "float", "words", "any"]))
    if kind == "words":
        listed = draw(st.lists(words, min_size=2, max_size=4, unique=True))
        default, legal = (
            draw(st.sampled_from(listed)),
            " or ".join([", ".join(listed[:-1]), listed[-1]]),
        )
    elif kind == "any":
        default, legal = draw(st.text("abc →'\"\\", max_size=8)), "any text"
    else:
        number = st.integers(-99, 99) if kind == "int" else st.floats(-1e6, 1e6)
        low, default, high = sorted(draw(st.tuples(number, number, number)))
        legal = f"{low} to {high}"
    return default, legal, draw(prose)


@given(st.dictionaries(words, lines(), min_size=1, max_size=4), st.integers(1, 9))
def test_what_is_written_is_read_and_its_defaults_pass(wanted, spaces):
    cell = "# parameters\n" + "\n".join(
        f"{name} = {default!r}{' ' * spaces}# {legal}: {meaning}"
        for name, (default, legal, meaning) in wanted.items()
    )
    assert declared(cell) == {name: Parameter(name, *line) for name, line in wanted.items()}
    values = {name: default for name, (default, _, _) in wanted.items()}
    assert check([cell], values) == values


def write_cells(path, *cells):
    made = [
        nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source, *tags in cells
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([(SMALL,)], "cell 1 begins with '# parameters', and no cell has the tag"),
        ([("x = 1", "parameters"), (SMALL,)], "cell 2 begins .* and cell 1 has the tag"),
        ([(SMALL, "parameters"), (SMALL, "parameters")], "cells 1 and 2 begin"),
        ([("x = 1", "parameters")], "no cell begins .* and cell 1 has the tag"),
        (
            [(SMALL, "parameters"), ("# Parameters\nseeds = 3",)],
            "cell 2 holds values that",
        ),
        ([(SMALL, "parameters"), ("seeds = 3", "injected-parameters")], "cell 2 holds values"),
        ([("# parameters\nseeds = ", "parameters")], "parameters cell, 'seeds =': not Python"),
        (
            [("# parameters\nseeds = f()  # 1 to 2: x", "parameters")],
            r"parameters cell, .* must be plain",
        ),
    ],
)
def test_values_that_would_not_arrive_are_refused_by_notebook_and_cell(tmp_path, cells, said):
    path = write_cells(tmp_path / "06 a.ipynb", *cells)
    with pytest.raises(ParameterError, match=rf"06 a.ipynb: {said}"):
        declared_in(path)


def test_the_parameters_of_a_notebook_are_read_from_its_file(tmp_path):
    path = write_cells(tmp_path / "a.ipynb", ("import x",), (SMALL, "parameters", "hide-input"))
    assert list(declared_in(path)) == ["seeds"]
    assert declared_in(write_cells(tmp_path / "b.ipynb", ("import x",))) == {}
