import pytest

from cxrstudy.audit import dominating_patients as audited
from tests.support.audited import clean


@pytest.mark.parametrize(("images", "state"), [(9, "pass"), (10, "note"), (20, "issue")])
def test_the_share_of_one_patient_decides(images: int, state: str) -> None:
    made = clean()
    rows = made.where(labels="covid19", split="train")
    made.put(rows[:images], patient="everywhere")
    outcome = audited.check(made.evidence())
    assert outcome.state == state
    if state != "pass":
        told = f"everywhere has {images} of {len(rows)} images of covid19 in train"
        assert list(outcome.rows["what"]) == [told]


def test_a_patient_with_half_of_the_images_without_a_label_is_named() -> None:
    made = clean("target", "pneumonia")
    rows = made.where("pneumonia", labels="", split="train")
    made.put(rows[: len(rows) // 2], "pneumonia", patient="everywhere")
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert "images of no pneumonia in train" in outcome.rows["what"][0]
