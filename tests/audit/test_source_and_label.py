from cxrstudy.audit import source_and_label as audited
from tests.support.audited import clean
from tests.support.planted import add_source


def test_a_source_of_one_class_is_named() -> None:
    made = clean()
    add_source(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["what"][0] == "nearly all images from cedar are of covid19"


def test_a_class_of_one_source_is_named() -> None:
    made = clean()
    made.put(made.where(labels="covid19"), source="alder")
    outcome = audited.check(made.evidence())
    assert outcome.rows["what"][0] == "nearly all images of covid19 come from alder"


def test_what_holds_in_training_alone_is_shown_up_by_the_test() -> None:
    made = clean()
    made.put(made.where(labels="covid19", split="train"), source="alder")
    assert audited.check(made.evidence()).state == "pass"


def test_one_source_can_not_coincide() -> None:
    made = clean()
    for role in made.tables:
        made.put(slice(None), role, source="alder")
    assert audited.check(made.evidence()).state == "not applicable"


def test_a_tie_with_a_few_exceptions_is_named_and_a_large_source_is_none() -> None:
    made = clean()
    made.put(made.where(labels="covid19"), source="cedar")
    made.put(made.where(labels="covid19", split="train")[::40], source="alder")
    told = set(audited.check(made.evidence()).rows["what"])
    assert "nearly all images of covid19 come from cedar" in told
    made = clean()
    made.put(slice(None), source="alder")
    made.put(slice(0, None, 30), source="birch")
    assert audited.check(made.evidence()).state == "pass"
