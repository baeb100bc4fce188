import pytest

from cxrstudy.audit import near_equal_names as audited
from tests.support.audited import Made, clean


def renamed(split: str, name: str) -> Made:
    """A training patient `alpha-5`, and a patient of a split with another name."""
    made = clean("target")
    patients = made.tables["target"]["patient"].copy()
    first = patients[made.where(split="train")[0]]
    second = patients[made.where(split=split)[-1]]
    made.put(patients == first, patient="alpha-5")
    made.put(patients == second, patient=name)
    return made


@pytest.mark.parametrize("name", ["Alpha-5", "alpha_5", "alpha-05", "alpha-5.0", "alpha/5"])
def test_names_that_differ_in_marks_only_are_an_issue_across_splits(name: str) -> None:
    made = renamed("test", name)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["id"].tolist() == [made.tables["target"].at[0, "id"]]
    assert outcome.rows["what"][0] in (
        f"'alpha-5' and {name!r} may be one patient, in training and in test",
    )
    table = made.tables["target"]
    first = table["id"][table["patient"].isin(["alpha-5", name])].iloc[0]
    assert outcome.rows["id"].tolist() == [first]
    assert audited.check(renamed("train", name).evidence()).state == "note"


@pytest.mark.parametrize("name", ["alpha-50", "alpha-6", "5", "alpha-15"])
def test_other_names_are_other_patients(name: str) -> None:
    assert audited.check(renamed("test", name).evidence()).state == "pass"
