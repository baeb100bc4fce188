from cxrstudy.audit import withheld_images as audited
from tests.support.audited import clean
from tests.support.planted import withhold


def test_images_left_out_for_a_name_of_another_source_are_told_with_both() -> None:
    made = clean("target", "general")
    withhold(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 3)
    (what,) = outcome.rows["what"]
    assert what.startswith("of cedar, 3 images of 2 patients left out, because of equal names")
    assert outcome.advice.startswith("If equal names")


def test_images_left_out_of_the_same_source_are_told_too() -> None:
    made = clean("target", "general")
    tested = made.tables["target"].iloc[made.where(split="test", source="alder")[:2]]
    made.withheld["general"] = tested.assign(manifest="made general")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 2)
    assert "because of equal names" not in outcome.rows["what"][0]


def test_nothing_is_left_out_of_a_clean_cohort() -> None:
    assert audited.check(clean("target", "general").evidence()).state == "pass"
