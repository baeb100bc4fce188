"""Given values: what papermill or a profile puts into a notebook is checked, and is used."""

import pytest
from papermill.parameterize import translate_parameters

from cxrstudy.study.parameters import ParameterError, check
from tests.support.declared_cells import CELL, SMALL, VALUES
from tests.support.project import PROFILE, use, write_profile


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
