import pytest

from cxrstudy.audit import paediatric as audited
from cxrstudy.audit.check_result import CannotCheck
from tests.support.audited import clean


def test_an_age_below_eighteen_is_noted() -> None:
    made = clean()
    made.put(0, age=17.9)
    made.put(1, age=18.0)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)
    assert outcome.rows["what"][0] == "17.9 years"


def test_children_alone_are_not_among_adults() -> None:
    made = clean()
    for role in made.tables:
        made.put(slice(None), role, age=4.0)
    assert audited.check(made.evidence()).state == "pass"


def test_a_source_without_ages_is_named() -> None:
    made = clean()
    made.put(made.where("pneumonia", source="birch"), "pneumonia", age=float("nan"))
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 0)
    assert outcome.rows["what"].str.contains("could not be checked: no age of").all()
    assert list(outcome.rows["manifest"]) == ["made pneumonia"]


def test_without_any_age_nothing_can_be_said() -> None:
    made = clean()
    for role in made.tables:
        made.put(slice(None), role, age=float("nan"))
    with pytest.raises(CannotCheck, match="No image has a known age"):
        audited.check(made.evidence())


def test_a_source_with_ages_for_a_part_of_its_images_is_named() -> None:
    made = clean("target")
    rows = made.where(source="birch")
    made.put(rows[:5], age=float("nan"))
    outcome = audited.check(made.evidence())
    assert outcome.state == "note"
    assert list(outcome.rows["what"]) == [f"no age of 5 of {len(rows)} images of birch"]
