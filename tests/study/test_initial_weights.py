"""Initial weights: the chains that a profile names, and the images that they saw."""

import pytest

from cxrstudy.study.profile import ProfileError
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain, Start
from tests.support.project import NETWORK, PROFILE, current, write_cohort, write_profile

INITIAL = {
    "random": {"title": "random numbers", "domain": "none"},
    "half": {
        "title": "fractals", "domain": "out", "stand_in": "natural_small", "fraction": 0.5,
    },
    "brought": {
        "title": "photographs", "domain": "out", "weights": "file:a.safetensors#0", "images": 1000,
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    """A project folder with one profile, which names initial weights for one of two cohorts."""
    folder = tmp_path_factory.mktemp("project")
    write_profile(
        folder / "profiles",
        networks={"made": NETWORK, "bare": NETWORK},
        initial_weights={"made": NETWORK | {"initial": INITIAL}},
        phantom_patients=PROFILE["phantom_patients"] | {"natural_small": 400},
    )
    write_cohort(folder / "data_manifests")
    write_cohort(folder / "data_manifests", "bare", ("target", "general", "natural_small"))
    with current(folder):
        yield


@pytest.fixture
def study():
    return Study("tiny", "made", 2)


def test_chains_may_start_from_the_initial_weights_that_the_profile_names(study):
    thin = (("channels", (8, 8, 8, 8)),)
    assert study.initial == {
        "random": Chain(Start("resnet10t", "random", thin)),
        "half": Chain(Start("resnet10t", "random", thin))
        >> study.stage("natural_small").but(fraction=0.5),
        "brought": Chain(Start("resnet10t", "file:a.safetensors#0", thin)),
    }


def test_initial_weights_say_how_many_images_they_saw(study):
    table = study.initial_images.set_index("name")
    natural = study.cohort.role("natural_small")
    training = natural.table[natural.table["split"] == "train"]
    assert table.loc["half", "images"] == round(training["patient"].nunique() / 2)
    assert table["images"].drop("half").to_dict() == {"random": 0, "brought": 1000}
    assert table["title"].to_dict()["brought"] == "photographs"


def test_a_cohort_without_initial_weights_is_named_with_the_file():
    with pytest.raises(
        ProfileError, match=r"profiles/tiny\.yaml names no initial_weights .*'bare'"
    ):
        _ = Study("tiny", "bare", 1).initial
