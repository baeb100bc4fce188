from cxrstudy.audit import identical_images as audited
from tests.support.audited import clean
from tests.support.planted import copy_bytes


def test_bytes_and_pixels_are_compared_each() -> None:
    made = clean()
    train, test = made.where(split="train")[:2], made.where(split="test")[:2]
    made.put(test[0], sha256=made.tables["target"].at[train[0], "sha256"])
    made.images["target"][test[1]] = made.images["target"][train[1]]
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 2)
    assert (outcome.code, outcome.title) == (audited.CODE, audited.TITLE)
    shared = sorted(what.split(" as ")[0] for what in outcome.rows["what"])
    assert shared == ["same bytes", "same pixels"]


def test_a_copy_that_is_excluded_is_found_and_noted() -> None:
    made = clean()
    copy_bytes(made)
    made.put(made.where(split="test")[0], excluded="a copy of another image")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)
    assert outcome.rows["what"].str.endswith("resolved").all()


def test_copies_of_one_patient_in_one_split_and_source_do_no_harm() -> None:
    made = clean()
    table = made.tables["target"]
    second = table.index[table["patient"].duplicated()][0]
    made.put(second, sha256=table.at[second - 1, "sha256"])
    assert audited.check(made.evidence()).state == "pass"


def test_copies_of_one_patient_in_two_splits_are_an_issue() -> None:
    made = clean()
    table = made.tables["target"]
    second = table.index[table["patient"].duplicated()][0]
    made.put(second, sha256=table.at[second - 1, "sha256"], split="validation")
    assert audited.check(made.evidence()).state == "issue"


def test_copies_under_two_names_are_an_issue_in_one_split_too() -> None:
    made = clean()
    first, second = made.where(split="train", source="alder", labels="normal")[[0, -1]]
    made.put(second, sha256=made.tables["target"].at[first, "sha256"])
    assert audited.check(made.evidence()).state == "issue"


def test_a_copy_in_another_role_matters_where_one_is_tested() -> None:
    made = clean()
    upstream = made.where("general", split="train", source="alder")[0]
    for split, state in (("train", "pass"), ("test", "issue")):
        ours = made.where(split=split, source="alder")[0]
        trial = clean()
        trial.put(ours, patient="somebody", sha256=made.tables["general"].at[upstream, "sha256"])
        trial.put(upstream, "general", patient="somebody")
        assert audited.check(trial.evidence()).state == state
