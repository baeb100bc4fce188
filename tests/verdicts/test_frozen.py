"""Frozen: the same content is the same hash, from a folder or a commit, and no change is missed."""

import pytest

from cxrstudy.base import places
from cxrstudy.base.repository import open_repository
from cxrstudy.verdicts.frozen import CommitTree, FolderTree, FrozenError, freeze, same_rule
from tests.support.other_systems import leave_hidden
from tests.support.project import write_notebook, write_yaml
from tests.support.registered import write_project
from tests.support.repositories import commit


@pytest.fixture
def folder(tmp_path):
    return write_project(tmp_path / "project")


def frozen(folder):
    return freeze(FolderTree(folder), "tiny", "made")


def test_a_commit_freezes_as_the_folder_did_that_was_committed(folder):
    before = frozen(folder)
    made = commit(folder)
    for path in ("claims/paper.yaml", "profiles/tiny.yaml"):
        (folder / path).write_text("changed: 1\n")
    tree = CommitTree(open_repository(folder), made)
    assert freeze(tree, "tiny", "made") == before
    assert tree.name == f"commit {made[:12]}"
    changed = before.differences(frozen(folder))
    assert changed == ["claims claims/paper.yaml", "profile profiles/tiny.yaml"]


def test_hidden_files_of_other_systems_are_not_frozen(folder):
    before = frozen(folder)
    leave_hidden(folder)
    assert frozen(folder) == before


def test_a_profile_is_frozen_with_those_that_it_extends(folder):
    write_yaml(folder / "profiles" / "longer.yaml", {"extends": "tiny"})
    write_yaml(folder / "profiles" / "longest.yaml", {"extends": "longer"})
    tree = FolderTree(folder)
    names = [f"profiles/{name}.yaml" for name in ("longest", "longer", "tiny")]
    assert list(freeze(tree, "longest", "made").profile) == names
    before = freeze(tree, "longest", "made")
    (folder / "profiles" / "tiny.yaml").write_text("changed: 1\n")
    changed = before.differences(freeze(tree, "longest", "made"))
    assert changed == ["profile profiles/tiny.yaml"]


def test_profiles_that_extend_one_another_in_a_circle_are_frozen_once(folder):
    write_yaml(folder / "profiles" / "one.yaml", {"extends": "other"})
    write_yaml(folder / "profiles" / "other.yaml", {"extends": "one"})
    frozen = freeze(FolderTree(folder), "one", "made").profile
    assert list(frozen) == ["profiles/one.yaml", "profiles/other.yaml"]


def test_manifests_of_a_cohort_are_frozen_with_their_cards(folder):
    cohort = {
        "name": "made",
        "roles": {"target": {"sources": [{"manifest": "m"}, {"manifest": "m"}]}},
    }
    write_yaml(folder / "data_manifests" / "cohorts" / "made.yaml", cohort)
    with pytest.raises(FrozenError, match=r"has no data_manifests/m\.csv"):
        frozen(folder)
    for end in ("csv", "yaml"):
        (folder / "data_manifests" / f"m.{end}").write_text("id\n")
    assert list(frozen(folder).manifests) == ["data_manifests/m.csv", "data_manifests/m.yaml"]


@pytest.mark.parametrize("text", ["roles: [", "roles: 3", "[]", "", "roles: {a: {}}"])
def test_what_is_no_cohort_is_named(folder, text):
    (folder / "data_manifests" / "cohorts" / "made.yaml").write_text(text)
    with pytest.raises(FrozenError, match=r"cohorts/made\.yaml is no description"):
        frozen(folder)


def test_only_what_defines_arms_counts_of_a_notebook(folder):
    before = frozen(folder)
    write_notebook(folder / "notebooks" / "06.ipynb", {"arms": "arms = {}", "other": "1 + 1"})
    write_notebook(folder / "notebooks" / "07.ipynb", {"other": "1 + 1"})
    assert frozen(folder) == before
    write_notebook(
        folder / "notebooks" / "06.ipynb", {"arms": "arms = {}", "arms-open": "arms = 1"}
    )
    assert before.differences(frozen(folder)) == ["arms 06"]
    (folder / "notebooks" / "06.ipynb").write_text("{")
    with pytest.raises(FrozenError, match="a notebook can't be read"):
        frozen(folder)


def test_a_rule_is_the_same_while_it_does_the_same(folder, tmp_path):
    other = write_project(tmp_path / "other")
    rule = other / "cxrstudy" / "verdicts" / "outcome.py"
    rule.write_text("# A comment.\n" + rule.read_text().replace("Decide.", "Say."))
    assert frozen(folder).differences(frozen(other)) == ["rule verdicts.outcome"]
    assert same_rule(FolderTree(folder), FolderTree(other))
    rule.write_text(rule.read_text().replace("<", "<="))
    assert not same_rule(FolderTree(folder), FolderTree(other))


@pytest.mark.parametrize("text", [None, "def decide(:\n"])
def test_a_rule_that_is_not_there_or_can_t_be_read_is_named(folder, text):
    rule = folder / "cxrstudy" / "verdicts" / "verdict.py"
    rule.unlink()
    if text:
        rule.write_text(text)
    with pytest.raises(FrozenError, match="rule"):
        frozen(folder)


def test_the_rule_of_this_study_holds_all_that_decides():
    rule = freeze(FolderTree(places.root()), "standard", "phantom").rule
    needed = {
        "verdicts.outcome",
        "verdicts.verdict",
        "verdicts.evidence",
        "verdicts.claim",
        "verdicts.claims_file",
        "statistics.multiplicity",
    }
    assert needed <= set(rule)
    assert {name.split(".")[0] for name in rule} == {"base", "statistics", "training", "verdicts"}
    assert {name for name in rule if name.startswith("training")} == {"training.plateau"}
    base = {name for name in rule if name.startswith("base")}
    assert base == {"base.checks", "base.columns"}


def test_recipes_that_arms_name_are_frozen_and_no_others(folder):
    notebooks = folder / "notebooks"
    write_notebook(notebooks / "06.ipynb", {"arms": 'arms = target.but(recipe="mine:change")'})
    (notebooks / "mine.py").write_text("from helper import x\n")
    (notebooks / "helper.py").write_text("x = 1\n")
    (notebooks / "other.py").write_text("")
    before = frozen(folder)
    assert {"06", "mine.py", "helper.py"} <= before.arms.keys()
    assert "other.py" not in before.arms
    (notebooks / "helper.py").write_text("x = 2\n")
    assert frozen(folder).differences(before) == ["arms helper.py"]


def test_the_design_of_the_study_is_frozen_and_no_other(folder):
    before = frozen(folder)
    assert before.design == {}
    designs = folder / "claims" / "designs"
    designs.mkdir()
    for name in ("made-tiny", "made-other"):
        (designs / f"{name}.csv").write_text("claim\n")
    assert list(frozen(folder).design) == ["claims/designs/made-tiny.csv"]
    assert before.differences(frozen(folder)) == ["design claims/designs/made-tiny.csv"]
