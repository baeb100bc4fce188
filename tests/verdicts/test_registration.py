"""Registration: what is fixed stands in one file, with what had been seen and the reasons."""

import pytest
import yaml

from cxrstudy.verdicts.frozen import FrozenError
from cxrstudy.verdicts.registration import (
    RegistrationError,
    latest,
    read_registration,
    register,
    registrations,
    registrations_table,
)
from tests.support.claims import CLAIM, CLAIMS, NEEDS, UNTESTABLE, abstract
from tests.support.project import write_yaml
from tests.support.registered import record, write_project


@pytest.fixture
def folder(tmp_path, monkeypatch):
    made = write_project(tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(made))
    return made


def test_what_is_registered_is_read_back(folder):
    path = register("tiny", "made", 2)
    assert path == folder / "claims" / "registrations" / "0001-made-tiny.yaml"
    (made,) = registrations()
    assert (made.profile, made.cohort, made.seeds, made.amends) == ("tiny", "made", 2, "")
    assert list(made.frozen.claims) == ["claims/paper.yaml"]
    assert list(made.frozen.rule) == [
        f"verdicts.{name}" for name in ("across", "doubling", "outcome", "verdict")
    ]
    assert list(made.frozen.arms) == ["06"]
    assert latest("tiny", "made") == made
    assert latest("tiny", "other") is None


def test_holm_s_families_are_the_claims_with_a_contrast(folder):
    papers = CLAIMS | {
        "abstract": abstract("X1", "X2", "X3"),
        "claims": [CLAIM, UNTESTABLE, NEEDS],
    }
    write_yaml(folder / "claims" / "paper.yaml", papers)
    register("tiny", "made", 2)
    (made,) = registrations()
    assert made.families == {"X": ["X1"]}
    assert list(made.seen) == ["X1", "X2", "X3"]


def test_what_had_been_seen_stands_beside_every_claim(folder):
    register("tiny", "made", 2, note="a trial on one network")
    assert registrations()[0].seen == {"X1": "no recorded results; a trial on one network"}
    place = record(folder, "none")
    header = "experiment,arm,cohort,seed,run,chain,scored\n"
    arms = "".join(f'06,"""{arm}""",made,0,r,c,[]\n' for arm in ("ordered", "control"))
    (place / "arms.csv").write_text(header + arms)
    record_again(place)
    register("tiny", "made", 3, because="more seeds")
    assert registrations()[1].seen == {"X1": "recorded results of made/tiny"}


def record_again(place):
    """Seal results whose arms were changed."""
    from cxrstudy.base.identity import file_sha256
    from cxrstudy.verdicts.results import RESULTS, Results

    facts = yaml.safe_load((place / RESULTS).read_text())
    facts["files"]["arms.csv"] = file_sha256(place / "arms.csv")
    sealed = Results.model_validate(facts).sealed()
    (place / RESULTS).write_text(yaml.safe_dump(sealed.model_dump(mode="json")))


def test_another_registration_names_the_one_before_it_and_the_reason(folder):
    register("tiny", "made", 2)
    with pytest.raises(RegistrationError, match=r"0001-made-tiny stands .* say with --because why"):
        register("tiny", "made", 3)
    with pytest.raises(RegistrationError, match="froze the same; there is nothing to amend"):
        register("tiny", "made", 2, because="a whim")
    register("tiny", "made", 3, because="two seeds decide nothing")
    second = registrations()[1]
    assert (second.name, second.amends) == ("0002-made-tiny", "0001-made-tiny")
    assert second.because == "two seeds decide nothing"
    table = registrations_table()
    assert table["registration"].tolist() == ["0001-made-tiny", "0002-made-tiny"]
    assert table["amends"].tolist() == ["", "0001-made-tiny"]


def test_a_first_registration_has_nothing_to_amend(folder):
    with pytest.raises(RegistrationError, match="no registration of made and tiny to amend"):
        register("tiny", "made", 2, because="a whim")


@pytest.mark.parametrize(
    ("profile", "cohort", "named"),
    [("none", "made", "profiles/none.yaml"), ("tiny", "none", "cohorts/none.yaml")],
)
def test_what_is_not_there_can_t_be_registered(folder, profile, cohort, named):
    with pytest.raises(FrozenError, match=named):
        register(profile, cohort, 2)
    assert registrations() == []


def test_an_altered_or_renamed_file_is_named(folder):
    path = register("tiny", "made", 2)
    text = path.read_text()
    path.write_text(text.replace("seeds: 2", "seeds: 3"))
    with pytest.raises(RegistrationError, match=r"0001-made-tiny\.yaml: altered since it was"):
        registrations()
    path.write_text(text + "more: 1\n")
    with pytest.raises(RegistrationError, match="more: Extra inputs"):
        registrations()
    other = path.with_name("0002-made-tiny.yaml")
    other.write_text(text)
    with pytest.raises(RegistrationError, match="it holds the registration 0001-made-tiny"):
        read_registration(other)


def test_without_registrations_the_table_is_empty(folder):
    assert registrations_table().empty
