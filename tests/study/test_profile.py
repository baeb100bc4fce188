"""Profiles: what holds where, and that the committed ones fit the committed cohorts."""

import copy
import math

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.data import cohort_file
from cxrstudy.data.own.cohorts import LIKE
from cxrstudy.study.profile import Profile, ProfileError, profile_names, read_profile
from cxrstudy.training.stage import Stage, StageError
from tests.support import project
from tests.support.project import NETWORK, use, write_yaml
from tests.support.some import some

PROFILE = project.PROFILE | {"profile": "made", "networks": {"open": NETWORK}, "stages": {}}


@pytest.fixture
def write(tmp_path, monkeypatch):
    profiles = use(monkeypatch, tmp_path, "profiles") / "profiles"

    def written(content, name="made"):
        return write_yaml(profiles / f"{name}.yaml", content)

    return written


def made(**stages):
    return Profile(**PROFILE | {"stages": stages})


def test_a_profile_is_read_by_its_name(write):
    write(PROFILE)
    write(PROFILE | {"profile": "also"}, "also")
    assert profile_names() == ["also", "made"]
    assert read_profile("made") == Profile(**PROFILE)
    assert read_profile("also").profile == "also"


def test_a_missing_profile_is_named_with_those_there_are(write):
    write(PROFILE)
    with pytest.raises(ProfileError, match=r"huge\.yaml: no such profile; the profiles are made"):
        read_profile("huge")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"purpos": ""}, "purpos"),
        ({"phantom_seed": "one"}, "phantom_seed"),
        ({"phantom_patients": {"target": 1.5}}, "phantom_patients.target"),
        ({"networks": {"open": {}}}, "networks.open.architecture"),
        ({"networks": {"open": {"architecture": "x", "weight": "y"}}}, "networks.open.weight"),
        ({"stages": {"all": {"target": 3}}}, "stages.all.target"),
    ],
)
def test_an_illegal_field_is_named_with_the_file(write, changes, named):
    path = write(PROFILE | changes)
    with pytest.raises(ProfileError) as error:
        read_profile("made")
    assert str(error.value).startswith(f"{path}: {named}: ")


def test_a_profile_that_extends_another_has_its_values_where_it_gives_none(write):
    stages = {"all": {"all": {"steps": 40, "pixels": 64}, "target": {"steps": 9}}}
    write(PROFILE | {"stages": stages}, "base")
    own = {"profile": "made", "purpose": "longer", "extends": "base", "phantom_seed": 5}
    write(own | {"stages": {"all": {"target": {"steps": 80}}}})
    whole = {"all": {"all": {"steps": 40, "pixels": 64}, "target": {"steps": 80}}}
    assert read_profile("made") == Profile(**PROFILE | own | {"stages": whole})


def test_a_profile_extends_through_several_and_the_nearest_holds(write):
    write(PROFILE | {"purpose": "far", "phantom_seed": 1}, "far")
    write({"profile": "near", "extends": "far", "purpose": "near"}, "near")
    write({"profile": "made", "extends": "near"})
    found = read_profile("made")
    assert (found.purpose, found.phantom_seed) == ("near", 1)


def places_of_numbers(content, place=()):
    """Where numbers stand in nested dictionaries and lists."""
    if isinstance(content, dict | list):
        pairs = content.items() if isinstance(content, dict) else enumerate(content)
        return [at for key, part in pairs for at in places_of_numbers(part, (*place, key))]
    return [place] if isinstance(content, int | float) and not isinstance(content, bool) else []


QUICK = yaml.safe_load((places.profile("quick")).read_text())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(places_of_numbers(QUICK)), st.sampled_from([math.inf, -math.inf, math.nan]))
def test_no_number_of_a_profile_may_be_infinite(write, place, value):
    content = copy.deepcopy(QUICK)
    part = content
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    write(content)
    with pytest.raises(ProfileError, match=r"made\.yaml: not valid YAML: .*it is not finite"):
        read_profile("made")


@pytest.mark.parametrize("other", [{}, {"extends": "made"}, {"extends": "third"}])
def test_profiles_that_extend_one_another_are_an_error(write, other):
    path = write({"profile": "made", "extends": "other" if other else "made"})
    last = write({"profile": "other", **other}, "other") if other else path
    last = write({"extends": "other"}, "third") if other.get("extends") == "third" else last
    with pytest.raises(ProfileError) as error:
        read_profile("made")
    assert str(error.value).startswith(f"{last}: extends: ")


def test_a_profile_that_extends_a_missing_one_is_named(write):
    path = write({"profile": "made", "extends": "gone"})
    with pytest.raises(ProfileError, match=rf"{path}: extends: .*gone\.yaml: no such profile"):
        read_profile("made")


@pytest.mark.parametrize("field", PROFILE)
def test_a_missing_field_is_named(write, field):
    write({name: value for name, value in PROFILE.items() if name != field})
    with pytest.raises(ProfileError, match=rf"made\.yaml: {field}: Field required"):
        read_profile("made")


def test_a_stage_without_a_word_in_the_profile_has_the_defaults():
    assert made().stage("open", "target") == Stage(("target",))


def test_the_more_special_word_holds_and_the_rest_stays():
    profile = made(
        all={
            "all": {"batch_size": 2, "pixels": 20, "steps": 4, "learning_rate": 0.1},
            "target": {"pixels": 21},
        },
        open={"all": {"steps": 8}, "target": {"learning_rate": 0.2}},
        phantom={"all": {"batch_size": 99}, "target": {"batch_size": 98}},
    )
    expected = Stage(("target",), batch_size=2, pixels=21, steps=8, learning_rate=0.2)
    assert profile.stage("open", "target") == expected
    general = Stage(("general",), batch_size=2, pixels=20, steps=8, learning_rate=0.1)
    assert profile.stage("open", "general") == general
    assert profile.stage("phantom", "target").batch_size == 98
    assert profile.stage("phantom", "general").batch_size == 99


def test_a_cohort_s_word_for_all_roles_holds_over_a_role_s_word_for_all_cohorts():
    profile = made(all={"target": {"batch_size": 2}}, open={"all": {"batch_size": 3}})
    assert profile.stage("open", "target").batch_size == 3


def test_several_roles_are_a_pooled_stage():
    profile = made(all={"pooled": {"steps": 8}, "general": {"steps": 12}})
    assert profile.stage("open", "general", "pneumonia") == Stage(("general", "pneumonia"), steps=8)


@pytest.mark.parametrize(
    ("values", "named"), [({"epochs": 3}, "'epochs'"), ({"pixels": 8}, "stage pixels = 8")]
)
def test_an_illegal_stage_is_named_by_field(values, named):
    with pytest.raises(StageError, match=named):
        made(all={"all": values}).stage("open", "target")


def test_a_cohort_has_the_networks_and_stages_of_the_one_it_is_like_where_it_has_none():
    profile = made(
        open={"all": {"steps": 8, "pixels": 32}, "target": {"steps": 12}},
        mine={"all": {"pixels": 64}},
    )
    fitted = profile.for_cohort("mine", "open")
    assert fitted.networks["mine"] == profile.networks["open"]
    assert fitted.stage("mine", "target") == Stage(("target",), steps=12, pixels=64)
    assert fitted.stage("open", "target") == profile.stage("open", "target")
    assert fitted.for_cohort("mine", "open") == fitted


def test_a_cohort_without_a_network_is_named_with_what_to_do():
    with pytest.raises(ProfileError, match=r"none for cohort 'mine' and none for 'nobody'.*`like`"):
        made().for_cohort("mine", "nobody")


COMMITTED = [path.stem for path in places.visible(places.profiles(), "*.yaml")]


@pytest.mark.parametrize("name", COMMITTED)
def test_a_committed_profile_fits_the_committed_cohorts(name):
    profile = read_profile(name)
    assert profile.profile == name
    definitions = {
        path.stem: cohort_file.read_definition(path)
        for path in places.visible(places.manifests() / "cohorts", "*.yaml")
    }
    roles = {role for definition in definitions.values() for role in definition.roles}
    # What a user's own cohort is like, and the cohort of the papers, which a user builds.
    users = {LIKE, "papers"}
    assert set(profile.networks) <= {*users, *definitions}
    assert set(profile.stages) <= {"all", *users, *definitions}
    for words in some(profile.stages.values()):
        assert set(words) <= {"all", "pooled", *roles}
    for cohort, backbone in some(profile.networks.items()):
        if cohort in users:
            assert backbone.stand_in is None
            continue
        assert backbone.stand_in is None or backbone.stand_in in definitions[cohort].roles
        for role, recipe in some(definitions[cohort].roles.items()):
            assert profile.stage(cohort, role).roles == (role,)
            drawn = {source.phantom for source in recipe.sources if source.phantom}
            assert drawn <= set(profile.phantom_patients)
