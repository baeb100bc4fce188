import pandas as pd

from cxrstudy.audit import upstream_patients as audited
from tests.support.audited import clean
from tests.support.planted import train_on_tested

RSNA = "0004cfab-14fd-4e49-80ba-63a80b6bddd6"


def test_names_the_images_that_must_go() -> None:
    made = clean()
    train_on_tested(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert set(outcome.rows["role"]) == {"general"}


def test_a_training_patient_of_the_target_may_be_upstream() -> None:
    made = clean()
    made.put(0, "general", patient=made.tables["target"]["patient"][made.where(split="train")[0]])
    assert audited.check(made.evidence()).state == "pass"


def test_a_patient_of_the_external_hospital_may_not_be_trained_on() -> None:
    made = clean()
    made.put(made.where(split="train")[0], patient=made.tables["external"]["patient"][0])
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}


def test_rsna_images_need_the_crosswalk() -> None:
    made = clean()
    made.put(made.where(split="test")[0], path=f"rsna/{RSNA}.dcm", patient=RSNA)
    made.put(0, "general", path="nih/00019124_001.png", patient="nih-19124")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("could not be checked", 0)
    assert outcome.unchecked.startswith("The patients of RSNA images (1 of role target) are not kn")
    tested = made.tables["target"]["patient"][made.where(split="test")[-1]]
    made.put(7, "general", patient=tested)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert "crosswalk" in outcome.unchecked
    made.put(7, "general", patient="general-007")
    made.crosswalk = pd.DataFrame(
        {"rsna_id": [RSNA], "nih_image": ["00019124_092.png"], "mse": [1.8], "rsna_class": ["-"]}
    )
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert "NIH patient 19124" in outcome.rows["what"][0]


def test_one_role_alone_has_nothing_upstream() -> None:
    made = clean()
    made.tables = {"target": made.tables["target"]}
    assert audited.check(made.evidence()).state == "not applicable"
