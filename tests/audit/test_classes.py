from cxrstudy.audit import classes as audited
from tests.support.audited import clean
from tests.support.planted import drop_class


def test_an_absent_class_is_an_issue_and_named() -> None:
    made = clean()
    drop_class(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["what"][0] == "0 patients of normal in validation"
    assert "1 class (target validation, 0 of normal)." in outcome.detail
    assert outcome.advice == "Report nothing about these classes there, or add patients."


def test_nine_patients_are_few_and_ten_are_not() -> None:
    made = clean()
    test = made.where(labels="normal", split="test")
    patients = made.tables["target"]["patient"]
    made.put(patients.isin(patients[test].unique()[:2]), split="train")
    enough = audited.check(made.evidence())
    assert (enough.state, enough.advice) == ("pass", "Nothing to do.")
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


def test_images_whose_label_nobody_knows_are_counted_by_label_split_and_source() -> None:
    made = clean("general")
    rows = made.where("general", split="train")[:7]
    cells = made.tables["general"]["labels"].str.replace("effusion", "").str.strip("|")
    made.put(rows, "general", labels=cells[rows] + "|?effusion")
    made.tables["general"]["labels"] = made.tables["general"]["labels"].str.strip("|")
    outcome = audited.check(made.evidence())
    assert outcome.state == "note"
    of = len(made.where("general", split="train"))
    assert outcome.rows["what"].tolist() == [f"effusion is unknown for 7 of {of} images in train"]
    assert outcome.rows["manifest"].tolist() == ["made general"]
