"""Certificate: a repeat beside the committed results; what differs is said in seed units."""

import re

import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.pages import render as show
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import recording, repeat, results
from cxrstudy.verdicts.certificate import (
    CertificateError,
    certificates,
    certify,
    read_certificate,
    write_certificate,
)
from tests.support.claims import CLAIM, CLAIMS
from tests.support.commands import cxrstudy
from tests.support.project import write_profile, write_yaml
from tests.support.recorded import PATIENTS, project, record_all
from tests.support.some import some

EXPERIMENT = "01_sequences"
OURS = CLAIMS | {"claims": [CLAIM | {"experiment": EXPERIMENT, "arm": "general"}]}
WHAT = ("--profile", "tiny", "--cohort", "made", "--seeds", "2")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Committed results of a study with two seeds, and a store that holds the same runs."""
    with project(tmp_path_factory.mktemp("project") / "here"):
        write_profile(places.profiles(), phantom_patients=PATIENTS | {"target": 120})
        write_yaml(places.claims() / "paper.yaml", OURS)
        study = Study("tiny", "made", 2)
        record_all(study, experiment.arms_of(EXPERIMENT, study))
        folder = places.results() / "made" / "tiny"
        results.write(study, [EXPERIMENT], folder, "cxrstudy results write")
        recording.record(study, folder)
        yield study


@pytest.fixture
def other_runs(study, tmp_path, monkeypatch):
    """A store of somebody else, whose runs ended differently."""
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    theirs = Study("tiny", "made", 2)
    record_all(theirs, experiment.arms_of(EXPERIMENT, theirs), salt=7, device="another one")
    return theirs


def test_a_repeat_with_the_same_bits_agrees_in_everything(study):
    made = certify("tiny", "made", 2, "nobody")
    assert [(one.claim, one.agrees, one.estimate == one.our_estimate) for one in made.verdicts] == [
        ("X1", True, True)
    ]
    assert {one.state for one in made.drift} == {"equal"}
    assert made.its_seal == results.facts(places.results() / "made" / "tiny").seal
    said = repeat.book_sentence("tiny", "made", 2)
    assert said.endswith(f": {len(made.drift)} metrics, all of them equal.")


def test_another_repeat_says_how_far_it_is_in_units_of_seeds(other_runs, tmp_path):
    made = certify("tiny", "made", 2)
    assert made.devices == ["another one"]
    moved = [one for one in made.drift if one.state in ("within", "drifted")]
    assert moved
    for one in some(moved):
        assert (abs(one.moved) <= one.tolerance) == (one.state == "within")
        assert (one.moved > 0) == (one.repeat > one.ours)
    assert made.verdicts[0].estimate != made.verdicts[0].our_estimate
    path = write_certificate(made, tmp_path / "c")
    assert read_certificate(path) == made
    assert "metrics: " in repeat.book_sentence("tiny", "made", 2)


def test_what_can_t_be_compared_is_a_sentence_in_the_book_and_an_error_of_the_command(study):
    said = repeat.book_sentence("quick", "made", 1)
    assert "there are no committed results of profile quick on made" in said
    assert "5 of" not in said
    assert "not recorded" in repeat.book_sentence("tiny", "made", 3)
    shown = cxrstudy("certify", "--profile", "tiny", "--cohort", "other")
    assert shown.status == 1
    assert "there are no committed results of profile tiny on other" in shown.err


def test_the_command_writes_what_the_page_shows_and_an_altered_one_is_refused(study):
    assert "cxrstudy certify" in show.certificates().data
    shown = cxrstudy("certify", *WHAT, "--by", "Somebody <b>")
    assert shown.status == 0
    assert "1 of 1 verdicts agree" in shown.out
    (path,) = (places.root() / "certificates").iterdir()
    assert certificates() == [read_certificate(path)]
    page = show.certificates().data
    assert "Somebody &lt;b&gt;" in page
    assert "X1" in page
    assert "1 of 1" in page
    assert "Nobody else" not in page
    assert "Of earlier results" not in page
    recorded = places.results() / "made" / "tiny" / "results.yaml"
    facts = recorded.read_text()
    recorded.write_text(re.sub(r"^seal: .*", f"seal: {64 * 'f'}", facts, flags=re.M))
    assert "Of earlier results" in show.certificates().data
    recorded.write_text(facts)
    content = yaml.safe_load(path.read_text())
    content["verdicts"][0]["repeat"] = "supported"
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(CertificateError, match="altered since it was written"):
        show.certificates()
    path.unlink()
