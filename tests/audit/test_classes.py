from cxrstudy.audit import classes as audited
from tests.support.audited import clean, drop_class


def test_an_absent_class_is_an_issue_and_named() -> None:
    made = clean()
    drop_class(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["what"][0] == "0 patients of normal in validation"


def test_nine_patients_are_few_and_ten_are_not() -> None:
    made = clean()
    test = made.where(labels="normal", split="test")
    patients = made.tables["target"]["patient"]
    made.put(patients.isin(patients[test].unique()[:2]), split="train")
    assert audited.check(made.evidence()).state == "pass"
    made.put(patients.isin(patients[test].unique()[2:3]), split="train")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.rows["what"][0]) == ("note", "9 patients of normal in test")


def test_a_rare_finding_may_be_missing() -> None:
    made = clean()
    made.put(made.where("general", split="validation"), "general", labels="mass")
    outcome = audited.check(made.evidence())
    assert outcome.state == "note"
    assert list(outcome.rows["what"]) == [
        "0 patients of no mass in validation", "0 patients of effusion in validation",
    ]  # fmt: skip
