"""Failed arms: a page names the networks without a result, by the names that it uses."""

from types import SimpleNamespace

from cxrstudy.pages.failed_arms import failed_arms, folded_failed_arms, marking_failed
from tests.support.judged import text_of


class Made(dict):
    """Arms of a cohort, of which some failed."""


def arms(cohort, why="", name=("a", 0)):
    made = Made({name: "chain"})
    made.study = SimpleNamespace(cohort=SimpleNamespace(name=cohort))
    made.failed = {name: why} if why else {}
    return made


def test_where_all_have_a_result_nothing_is_said():
    assert failed_arms(arms("phantom")).data == ""


def test_an_arm_without_a_result_is_named_with_the_reason():
    weak = arms("phantom", why="seed 0, not better <than> a constant on natural_large")
    said = failed_arms(weak)
    assert "a, 0: seed 0, not better <than> a constant on natural large" in text_of(said)
    assert "<than>" not in said.data
    assert "never: seed 0" in text_of(failed_arms(weak, named=lambda arm: "never"))


def test_arms_that_failed_alike_share_a_line():
    weak = arms("phantom", why="seed 0, one score")
    weak.failed |= {"b": "seed 0, one score", "c": "seed 1, another"}
    shown = failed_arms(weak)
    assert shown.data.count("<li>") == 2
    assert "a, 0, b: seed 0, one score" in text_of(shown)
    assert "c: seed 1, another" in text_of(shown)


def test_arms_of_one_name_in_two_cohorts_are_told_apart_by_them():
    weak = arms("phantom", why="seed 0, one score")
    said = text_of(failed_arms(weak, arms("confounded")))
    assert "a, 0 (Phantoms): seed 0, one score" in said
    assert "(Phantoms)" not in text_of(failed_arms(weak, arms("phantom")))
    assert "(Phantoms)" not in text_of(failed_arms(weak, arms("confounded", name="b")))


def test_the_fold_names_what_the_box_names():
    weak = arms("phantom", why="seed 0, one <score>")
    box, folded = failed_arms(weak).data, folded_failed_arms(weak).data
    assert folded.startswith("<details")
    assert folded.split("<ul>")[1].split("</ul>")[0] == box.split("<ul>")[1].split("</ul>")[0]
    assert folded_failed_arms(arms("phantom")).data == ""


def test_where_an_arm_is_named_a_missing_result_is_marked():
    named = marking_failed(arms("phantom", why="seed 0, one score"))
    assert named(("a", 0)) == "a, 0 (no result)"
    assert named(("a", 1)) == "a, 1"
    assert marking_failed(arms("phantom", why="any"), named=lambda arm: "never")(("a", 0)) == (
        "never (no result)"
    )
