from cxrstudy.audit import one_name_two_people as audited
from tests.support.audited import Made, clean
from tests.support.planted import count_from_one


def two_images(made: Made) -> list[int]:
    """Positions of two images of one patient of the target."""
    table = made.tables["target"]
    second = table.index[table["patient"].duplicated()][0]
    return [int(second) - 1, int(second)]


def test_a_woman_and_a_man_of_two_manifests_are_two_people() -> None:
    made = clean()
    count_from_one(made)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["what"][0].endswith("both F and M (made target and made general)")


def test_in_one_manifest_it_may_be_a_wrong_cell() -> None:
    made = clean("target")
    first, second = two_images(made)
    made.put([first], sex="F")
    made.put([second], sex="M")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)


def test_patients_grow_older_but_not_by_decades() -> None:
    made = clean("target")
    first, second = two_images(made)
    made.put([first], age=30.0)
    made.put([second], age=50.0)
    assert audited.check(made.evidence()).state == "pass"
    made.put([second], age=51.0)
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)
    assert outcome.rows["what"][0].endswith(": 30 and 51 years old")


def test_what_is_unknown_is_no_difference() -> None:
    made = clean("target")
    _, second = two_images(made)
    made.put([second], sex="unknown", age=float("nan"))
    assert audited.check(made.evidence()).state == "pass"
