"""Parameters: read from the cell that declares them, and checked before anything is computed."""

import keyword
from types import SimpleNamespace

import IPython
import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.parameterize import translate_parameters

from cxrstudy.study.parameters import (
    Parameter,
    ParameterError,
    check,
    check_parameters,
    declared,
    declared_in,
)
from tests.support.project import PROFILE, use, write_profile

CELL = """# parameters
profile = "quick"    # quick, standard or paper: sizes and budgets, see profiles/
seeds = 1            # 1 to 20: repeats of every arm
margin = 0.5         # 0 to 1.5: smallest difference: in units of the metric
flip = False         # True or False: mirror half of the images
title = "A study"    # any text: heading of the page
"""
VALUES = {"profile": "quick", "seeds": 1, "margin": 0.5, "flip": False, "title": "A study"}


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


def test_an_injected_cell_with_known_names_passes():
    injected = '# Parameters\nprofile = "paper"\nseeds = 3\n'
    found = check(
        ["", CELL, injected, "check_parameters()"], VALUES | {"profile": "paper", "seeds": 3}
    )
    assert (found["profile"], found["seeds"], found["margin"]) == ("paper", 3, 0.5)


@pytest.mark.parametrize("line", ["seed = 3", "Seeds = 3", "study = None"])
def test_an_unknown_injected_name_is_named_with_those_there_are(line):
    name = line.split()[0]
    with pytest.raises(ParameterError) as error:
        check([CELL, f"# Parameters\nseeds = 3\n{line}\n"], VALUES | {name: 3})
    assert str(error.value) == (
        f"unknown parameter {name}; this notebook has: profile, seeds, margin, flip, title"
    )


# --- papermill -f profiles/NAME.yaml ------------------------------------------------------------


@pytest.fixture
def profile(monkeypatch, tmp_path):
    """A profile's file, and the cell that papermill makes of it with values that differ."""
    file = PROFILE | {"profile": "quick"}
    write_profile(use(monkeypatch, tmp_path, "profiles") / "profiles", **file)

    def checked(cell=CELL, **changes):
        given = file | changes
        injected = translate_parameters("python3", "python", given, "Parameters")
        return check([cell, injected], VALUES | given)

    return checked


def test_all_that_the_named_profile_says_may_be_given(profile):
    assert profile() == VALUES


@pytest.mark.parametrize(
    "change",
    [{"phantom_patients": {"target": 7}}, {"purpose": ""}, {"phantom_seed": 5}],
)
def test_what_the_named_profile_does_not_say_is_named_with_what_to_do(profile, change):
    (name,) = change
    with pytest.raises(ParameterError, match=rf"parameter {name} differs from .*quick\.yaml") as e:
        profile(**change)
    assert "write a profile of your own into profiles/" in str(e.value)


def test_a_value_of_the_profile_counts_for_the_profile_that_is_named(profile):
    with pytest.raises(ParameterError, match=r"parameter purpose differs from .*paper\.yaml"):
        profile(profile="paper")
    with pytest.raises(ParameterError, match="profile = 'huge' is not a legal value"):
        profile(profile="huge")


def test_a_notebook_without_a_profile_takes_nothing_of_one(profile):
    cell = "\n".join(line for line in CELL.splitlines() if not line.startswith("profile"))
    with pytest.raises(ParameterError, match="unknown parameter profile; this notebook has: seeds"):
        profile(cell)


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


# --- Asked and used -----------------------------------------------------------------------------

SMALL = "# parameters\nseeds = 1  # 1 to 20: repeats"
CALLED = "from cxrstudy.notebook import check_parameters\ncheck_parameters()"


def test_values_above_the_defaults_are_refused():
    """As papermill writes them where the tag is lost: the defaults undo them."""
    with pytest.raises(ParameterError, match=r"above the cell .* has lost its tag parameters"):
        check(["", "# Parameters\nseeds = 3\n", SMALL, CALLED], {"seeds": 1})
    earlier = ["", SMALL, "# Parameters\nseeds = 3\n", CALLED]
    with pytest.raises(ParameterError, match="has lost its tag"):
        check([*earlier, "# Parameters\nseeds = 4\n", SMALL, CALLED], {"seeds": 1})


def test_only_this_pass_through_the_notebook_counts():
    wrong = ["", SMALL, "# Parameters\nseed = 5\n", CALLED]
    with pytest.raises(ParameterError, match="unknown parameter seed"):
        check(wrong, {"seeds": 1, "seed": 5})
    mended = [*wrong, SMALL, "# Parameters\nseeds = 5\n", CALLED]
    assert check(mended, {"seeds": 5, "seed": 5}) == {"seeds": 5}
    assert check([*wrong, SMALL, CALLED], {"seeds": 1}) == {"seeds": 1}


@pytest.mark.parametrize("used", [1, 3.0, True, None])
def test_a_value_that_another_cell_sets_is_refused(used):
    with pytest.raises(ParameterError, match=rf"seeds = 3 was given, but the notebook uses {used}"):
        check([SMALL, "# Parameters\nseeds = 3\n", f"seeds = {used}", CALLED], {"seeds": used})


@pytest.mark.parametrize("asked", ["nan", "inf", "-inf"])
def test_a_number_that_is_not_finite_is_compared_too(asked):
    cells = ["# parameters\nlow = 1.0  # any number: where it begins"]
    cells += [f"# Parameters\nlow = float('{asked}')", CALLED]
    assert repr(check(cells, {"low": float(asked)})["low"]) == asked
    with pytest.raises(ParameterError, match=rf"low = {asked} was given, but the notebook uses 1"):
        check(cells, {"low": 1.0})


@pytest.mark.parametrize("cell", ["# Parameters\nn-seeds = 3", "# Parameters\nseeds ="])
def test_values_that_are_no_python_are_refused(cell):
    with pytest.raises(ParameterError, match=r"the parameters that were given|unknown parameter"):
        check([SMALL, cell, CALLED], {"seeds": 1})


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
