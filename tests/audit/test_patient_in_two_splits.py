import pandas as pd

from cxrstudy.audit import patient_in_two_splits as audited
from tests.support.audited import clean
from tests.support.planted import move_patient


def test_names_the_patient_and_both_images() -> None:
    made = clean()
    move_patient(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert len(outcome.rows) == 2
    assert outcome.rows["what"].str.contains("is in test and train").all()
    assert set(outcome.rows["role"]) == {"target"}


def test_an_rsna_image_is_of_its_nih_patient() -> None:
    made = clean()
    rsna = "0004cfab-14fd-4e49-80ba-63a80b6bddd6"
    train, test = made.where(split="train")[0], made.where(split="test")[0]
    made.put(train, path="nih/00019124_001.png", source="NIH")
    made.put(test, path=f"rsna/{rsna}.dcm")
    assert audited.check(made.evidence()).state == "pass"
    made.crosswalk = pd.DataFrame(
        {"rsna_id": [rsna], "nih_image": ["00019124_092.png"], "mse": [1.8], "rsna_class": ["-"]}
    )
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert "NIH patient 19124" in outcome.rows["what"][0]


def test_an_excluded_row_is_in_no_split() -> None:
    made = clean()
    move_patient(made)
    moved = made.where(split="test")[0]
    made.put(moved, excluded="a copy")
    assert audited.check(made.evidence()).state == "pass"
