"""Building blocks: stages have the sizes of the profile, chains begin where it says."""

import pytest

from cxrstudy.study.building_blocks import StudyError
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain, Start
from tests.support.project import NETWORK, SIZE, current, write_cohort, write_profile

NETWORKS = {"made": NETWORK | {"stand_in": "natural_small"}, "bare": NETWORK}
STAGES = {
    "all": {"all": SIZE, "target": {"steps": 6}, "pooled": {"steps": 8}},
    "made": {"general": {"learning_rate": 0.002}},
}


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    """A project folder with one profile and two cohorts, and a folder for runs."""
    folder = tmp_path_factory.mktemp("project")
    write_profile(folder / "profiles", networks=NETWORKS, stages=STAGES)
    write_cohort(folder / "data_manifests")
    write_cohort(folder / "data_manifests", "bare", ("target", "general", "natural_small"))
    with current(folder):
        yield folder


@pytest.fixture
def study():
    return Study("tiny", "made", 2)


def test_a_stage_takes_the_profiles_values_the_narrower_ones_last(study):
    assert study.stage("natural_small").steps == 4
    assert study.stage("target").steps == 6
    assert study.stage("general", "target").steps == 8
    assert study.stage("general", "target").roles == ("general", "target")
    assert study.stage("general").learning_rate == 0.002
    assert study.stage("target").learning_rate != 0.002


def test_only_the_target_is_scored_on_the_external_role_and_only_where_there_is_one(study):
    assert study.stage("target").scored_on == ("external",)
    assert study.stage("general").scored_on == ()
    assert study.stage("general", "target").scored_on == ()
    assert Study("tiny", "bare", 1).stage("target").scored_on == ()


def test_arms_start_from_the_stand_in_where_the_profile_names_one(study):
    start = Start("resnet10t", "random", (("channels", (8, 8, 8, 8)),))
    assert study.pretrained == Chain(start) >> study.stage("natural_small")
    assert study.random_init == Chain(start)
    assert Study("tiny", "bare", 1).pretrained == Chain(start)


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ((), "write the name of a role; there are target, external"),
        ((3,), "write the name of a role"),
        (("target", "target"), "a role stands twice"),
    ],
)
def test_a_stage_is_on_roles_that_each_stand_once(study, roles, said):
    with pytest.raises(StudyError, match=said):
        study.stage(*roles)
