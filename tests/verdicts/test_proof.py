"""Proof: only runs that git shows to be registered count, whatever is tampered with."""

import shutil

import pytest
import yaml

from cxrstudy.base.repository import RepositoryError
from cxrstudy.verdicts import results
from cxrstudy.verdicts.proof import altered_registrations, proofs, prove
from cxrstudy.verdicts.registered_runs import registration_of
from cxrstudy.verdicts.registration import Registration, register, registrations
from cxrstudy.verdicts.results import VERDICTS
from tests.support.claims import CLAIM, CLAIMS, abstract
from tests.support.project import PROFILE, write_notebook, write_yaml
from tests.support.registered import record, write_project
from tests.support.repositories import commit, git


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project under git, with a registration that is committed, and results recorded after it."""
    made = write_project(tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(made))
    commit(made)
    register("tiny", "made", 2)
    record(made, commit(made))
    commit(made)
    return made


def said():
    (proof,) = proofs()
    assert proof.counts == (not proof.problems and not proof.unprovable)
    return proof.said


def ran(folder):
    return results.facts(folder / "results" / "made" / "tiny").commit


def test_results_of_a_clean_commit_after_the_registration_count(folder):
    assert said() == "counts: registered in 0001-made-tiny"
    assert altered_registrations() == []
    assert registration_of(results.facts(folder / "results/made/tiny")) == "0001-made-tiny"


def test_prose_and_later_work_change_nothing(folder):
    rule = folder / "cxrstudy/verdicts/outcome.py"
    rule.write_text(rule.read_text().replace("Decide.", "Decide, as it was registered."))
    write_notebook(folder / "notebooks" / "07.ipynb", {"arms": "arms = {'new': 1}"})
    (folder / "profiles" / "tiny.yaml").unlink()
    write_yaml(folder / "profiles" / "tiny.yaml", PROFILE | {"purpose": "is another"})
    commit(folder)
    assert said().startswith("counts")


# --- What is tampered with ------------------------------------------------------------------------


def test_results_that_name_no_registration_do_not_count(folder):
    record(folder, ran(folder), name="")
    assert said() == "does not count: these results name no registration"


def test_a_registration_that_is_altered_is_refused(folder):
    path = folder / registrations()[0].path
    before = path.read_text()
    path.write_text(before.replace("Order", "Size").replace("seeds: 2", "seeds: 3"))
    assert "altered since it was written" in said()
    assert "altered since it was written" in altered_registrations()[0]
    # With a seal that fits, git still shows it.
    forged = yaml.safe_load(before) | {"seeds": 3, "seal": ""}
    reseal(path, forged)
    record(folder, ran(folder), seeds=3)
    assert "is not committed as it is" in said()
    commit(folder)
    assert "was changed after it was committed" in said()
    assert "was changed after it was committed" in altered_registrations()[0]


def reseal(path, content):
    made = Registration.model_validate(content).sealed()
    path.write_text(yaml.safe_dump(made.model_dump(mode="json"), sort_keys=False))


def test_a_registration_that_is_put_back_after_a_change_is_still_refused(folder):
    path = folder / registrations()[0].path
    before = path.read_text()
    path.write_text(before + "# changed\n")
    commit(folder)
    path.write_text(before)
    commit(folder)
    assert "was changed after it was committed" in said()


def test_a_registration_that_was_never_committed_does_not_count(folder):
    git(folder, "rm", "--cached", registrations()[0].path)
    git(folder, "commit", "-m", "out")
    assert "is not committed as it is" in said()


def test_a_registration_after_the_runs_does_not_count_whatever_its_date(folder):
    first = git(folder, "rev-list", "--max-parents=0", "HEAD")
    record(folder, first)
    assert f"{first[:12]}, does not come after 0001-made-tiny" in said()
    # A registration of today with the date of last year.
    before = commit(folder)
    register("tiny", "made", 3, because="more seeds")
    commit(folder, date="2020-01-01T00:00:00+00:00")
    record(folder, before, name="0002-made-tiny", seeds=3)
    assert "does not come after 0002-made-tiny" in said()


def test_uncommitted_changes_do_not_count(folder):
    record(folder, ran(folder), ran_uncommitted=1)
    assert "1 run had changes that no commit holds" in said()


def test_runs_that_do_not_say_their_commit_do_not_count(folder):
    record(folder, ran(folder), ran={ran(folder): 3})
    assert "1 run of 4 do not say at which commit" in said()
    record(folder, "none")
    assert "the commit that ran, none, is not known here" in said()


def test_a_commit_that_is_not_in_this_history_does_not_count(folder):
    git(folder, "checkout", "-q", "-b", "aside")
    aside = commit(folder)
    git(folder, "checkout", "-q", "main")
    record(folder, aside)
    assert "is not in the history of what is checked out" in said()
    record(folder, "0" * 40)
    assert "is not known here" in said()


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("profiles/tiny.yaml", "profile profiles/tiny.yaml"),
        ("data_manifests/cohorts/made.yaml", "cohort data_manifests/cohorts/made.yaml"),
        ("claims/paper.yaml", "claims claims/paper.yaml"),
        ("cxrstudy/verdicts/outcome.py", "rule verdicts.outcome"),
    ],
)
def test_what_differs_in_the_commit_that_ran_is_named(folder, path, named):
    text = (folder / path).read_text()
    (folder / path).write_text(text + "# other\n")
    other = commit(folder)
    (folder / path).write_text(text)
    commit(folder)
    record(folder, other)
    assert f"{other[:12]}, has another {named}" in said()


def test_other_arms_in_the_commit_that_ran_are_named(folder):
    write_notebook(folder / "notebooks" / "06.ipynb", {"arms": "arms = {'new': 1}"})
    record(folder, commit(folder))
    assert "has another arms 06" in said()


def test_a_rule_or_claims_that_changed_after_the_runs_no_longer_count(folder):
    rule = folder / "cxrstudy/verdicts/outcome.py"
    before = rule.read_text()
    rule.write_text(before.replace("0.05", "0.5"))
    commit(folder)
    assert "rule verdicts.outcome is no longer what was registered" in said()
    rule.write_text(before)
    write_yaml(folder / "claims" / "paper.yaml", CLAIMS | {"citation": "somebody2021"})
    assert "claims claims/paper.yaml is no longer what was registered" in said()


def test_verdicts_that_the_registered_rule_wrote_count_though_it_was_changed_since(folder):
    rule, place = folder / "cxrstudy/verdicts/outcome.py", folder / "results/made/tiny"
    before = rule.read_text()
    (place / VERDICTS).write_text("claim,p\nX1,0.01\n")
    commit(folder)
    rule.write_text(before.replace("0.05", "0.5"))
    commit(folder)
    since = "verdicts of the registered rule, which was changed since"
    assert said() == f"counts: registered in 0001-made-tiny; {since}"
    proof = prove(place)
    assert proof.changed == ("rule verdicts.outcome",)
    assert proof.said_of("X1") == "counts: registered in 0001-made-tiny"
    other = "does not count: the rule was changed since 0001-made-tiny, and gives X1 another result"
    assert proof.said_of("X1", is_same=False) == other
    rule.write_text(before)
    assert prove(place).said_of("X1", is_same=False) == "counts: registered in 0001-made-tiny"


@pytest.mark.parametrize("is_committed", [True, False])
def test_verdicts_that_a_changed_rule_wrote_do_not_count(folder, is_committed):
    rule, place = folder / "cxrstudy/verdicts/outcome.py", folder / "results/made/tiny"
    (place / VERDICTS).write_text("claim,p\nX1,0.01\n")
    commit(folder)
    rule.write_text(rule.read_text().replace("0.05", "0.5"))
    commit(folder)
    (place / VERDICTS).write_text("claim,p\nX1,0.001\n")
    if is_committed:
        commit(folder)
    assert "rule verdicts.outcome is no longer what was registered" in said()
    shutil.move(place / VERDICTS, folder / "elsewhere.csv")
    assert "rule verdicts.outcome is no longer what was registered" in said()


def test_a_claim_that_changed_after_the_runs_does_not_count_and_the_others_do(folder):
    two = CLAIMS | {"claims": [CLAIM, CLAIM | {"id": "X4"}], "abstract": abstract("X1", "X4")}
    write_yaml(folder / "claims" / "paper.yaml", two)
    commit(folder)
    name = register("tiny", "made", 2, because="a second claim").stem
    place = record(folder, commit(folder), name=name, scores="0.6")
    commit(folder)
    assert said() == f"counts: registered in {name}"
    changed = CLAIM | {"id": "X4", "failed_trainings": "counted"}
    write_yaml(folder / "claims" / "paper.yaml", two | {"claims": [CLAIM, changed]})
    assert said() == f"counts: registered in {name}, except X4, which changed since"
    assert prove(place).said_of("X1") == f"counts: registered in {name}"
    assert prove(place).said_of("X4") == f"does not count: X4 was changed since {name}"
    # Another claim in the family changes the correction of all.
    family = [*two["claims"], CLAIM | {"id": "X5"}]
    third = two | {"claims": family, "abstract": abstract("X1", "X4", "X5")}
    write_yaml(folder / "claims" / "paper.yaml", third)
    assert said().startswith("does not count")
    assert prove(place).said_of("X1") == said()


@pytest.mark.parametrize("change", [{"seeds": 5}, {"profile": "large"}, {"cohort": "other"}])
def test_results_of_something_else_do_not_count(folder, change):
    record(folder, ran(folder), **change)
    assert "0001-made-tiny is for" in said()


def test_results_that_are_stamped_anew_do_not_count(folder):
    record(folder, git(folder, "rev-parse", "HEAD"))
    assert "the same scores were stamped otherwise" in said()
    record(folder, git(folder, "rev-parse", "HEAD"), scores="0.7")
    assert said().startswith("counts")


def test_a_registration_that_is_gone_is_named(folder):
    (folder / registrations()[0].path).unlink()
    assert "0001-made-tiny is not in claims/registrations" in said()


# --- Where nothing can be shown -------------------------------------------------------------------


def test_a_source_archive_says_that_it_can_t_be_checked_there(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "archive", ignore=shutil.ignore_patterns(".git"))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(tmp_path / "archive"))
    assert "can't be checked here" in said()
    assert "is no checkout of a git repository" in said()
    with pytest.raises(RepositoryError, match="no checkout"):
        altered_registrations()


def test_a_shallow_clone_says_so(folder, tmp_path, monkeypatch):
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{folder}", "clone")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(tmp_path / "clone"))
    assert "is a shallow clone; git fetch --unshallow" in said()


def test_without_git_it_says_so(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert said() == "can't be checked here: git is not installed"
    assert registration_of(results.facts(folder / "results/made/tiny")) == ""


def test_a_whole_clone_and_a_detached_worktree_show_the_same(folder, tmp_path, monkeypatch):
    git(tmp_path, "clone", "-q", str(folder), "clone")
    git(folder, "worktree", "add", "-q", "--detach", str(tmp_path / "tree"))
    for place in ("clone", "tree"):
        monkeypatch.setenv("CXRSTUDY_PROJECT", str(tmp_path / place))
        assert said() == "counts: registered in 0001-made-tiny"


def test_results_elsewhere_are_checked_too(folder, tmp_path):
    shutil.copytree(folder / "results" / "made" / "tiny", tmp_path / "copy")
    assert prove(tmp_path / "copy").counts
