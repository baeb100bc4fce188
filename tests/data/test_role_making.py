"""Role making: images and labels of sources become those of a role; what is unknown stays so."""

import numpy as np
import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role_checks import CohortError
from tests.support.cohort_roles import role, same

NAN = np.nan
CLASSES = ["normal", "pneumonia", "covid19"]


def test_a_role_puts_its_sources_one_after_another_without_the_excluded_rows(folder):
    folder.source("one", ["a"], {"labels": "a"}, {"excluded": "a copy"}, {"labels": "?a"})
    folder.source("two", ["b"], {"labels": "b"}, {})
    folder.cohort("made", general=role("multilabel", "one", "two"))
    cohort = load_cohort("made", {}, 0)
    general = cohort.role("general")
    assert general.table["id"].tolist() == ["one-0", "one-2", "two-0", "two-1"]
    assert general.table.index.tolist() == [0, 1, 2, 3]
    assert (general.name, general.task, general.labels) == ("general", "multilabel", ("a", "b"))
    same(general.truth, [[1, NAN], [NAN, NAN], [NAN, 1], [NAN, 0]])
    assert (cohort.name, cohort.copies, cohort.caveat) == ("made", "as made", "says nothing")


def test_a_row_knows_where_its_image_stands_in_its_manifest(folder):
    folder.source("one", [], {"patient": "p", "split": "test"}, {"excluded": "a copy"}, {}, {})
    folder.source("two", [], {}, {"patient": "p"}, {})
    folder.cohort(
        "made", target=role("multilabel", "one"), general=role("multilabel", "two", "one")
    )
    cohort = load_cohort("made", {}, 0)
    table = cohort.role("general").table
    assert table["id"].tolist() == ["two-0", "two-2", "one-2", "one-3"]
    found = [
        cohort.manifests[name]["id"][row]
        for name, row in zip(table["manifest"], table["row"], strict=True)
    ]
    assert found == table["id"].tolist()


def test_a_role_takes_the_labels_that_it_names_in_their_order(folder):
    folder.source("one", ["a", "b", "c"], {"labels": "a|c"}, {"labels": "b"})
    folder.cohort("made", general=role("multilabel", "one", labels=["c", "a"]))
    general = load_cohort("made", {}, 0).role("general")
    assert general.labels == ("c", "a")
    same(general.truth, [[1, 1], [0, 0]])


def test_of_classes_all_others_are_known_to_be_absent(folder):
    folder.source("one", ["covid19"], {"labels": "covid19"})
    folder.source("two", ["normal", "pneumonia"], {"labels": "pneumonia"}, {"labels": "normal"})
    folder.cohort("made", target=role("multiclass", "one", "two", labels=CLASSES))
    same(load_cohort("made", {}, 0).role("target").truth, [[0, 0, 1], [0, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize("cell", ["normal|covid19", "", "?normal", "?covid19"])
def test_an_image_without_exactly_one_class_is_named(folder, cell):
    folder.source("one", CLASSES, {"labels": "normal"}, {"labels": cell, "id": "scan 7"})
    folder.cohort("made", target=role("multiclass", "one"))
    with pytest.raises(CohortError) as error:
        load_cohort("made", {}, 0)
    assert f"role 'target': image 'scan 7' has labels {cell!r}" in str(error.value)
    assert "normal, pneumonia, covid19" in str(error.value)


def test_an_excluded_image_may_have_any_labels(folder):
    row = {"labels": "normal|covid19", "excluded": "two labels"}
    folder.source("one", CLASSES, {"labels": "normal"}, row, split="test")
    folder.cohort("made", target=role("multiclass", "one"))
    assert len(load_cohort("made", {}, 0).role("target").table) == 1


def test_a_role_takes_images_with_one_label_and_without_another(folder):
    cells = ({"labels": cell} for cell in ("a|b", "a", "b", "", "a|?b", "?a"))
    folder.source("one", ["a", "b"], *cells)
    for chosen, expected in (
        ({"having": "a"}, [0, 1, 4]),
        ({"lacking": "b"}, [1, 3, 5]),
        ({"having": "a", "lacking": "b"}, [1]),
    ):
        folder.cohort("made", general=role("multilabel", {"manifest": "one"} | chosen))
        if chosen == {"having": "a", "lacking": "b"}:
            with pytest.raises(CohortError, match="can only be learnt"):
                load_cohort("made", {}, 0)
            continue
        table = load_cohort("made", {}, 0).role("general").table
        assert table["id"].tolist() == [f"one-{row}" for row in expected]
        assert table["row"].tolist() == expected


def test_a_role_takes_images_of_some_sites(folder):
    sites = ({"source": site, "labels": cell} for site in "xyz" for cell in ("a", ""))
    folder.source("one", ["a"], *sites)
    folder.cohort("made", general=role("binary", {"manifest": "one", "sites": ["x", "z"]}))
    table = load_cohort("made", {}, 0).role("general").table
    assert table["id"].tolist() == ["one-0", "one-1", "one-4", "one-5"]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"having": "c"}, "'one' has no label 'c'; its labels are a, b"),
        ({"lacking": "c"}, "'one' has no label 'c'; its labels are a, b"),
        ({"sites": ["x", "nowhere"]}, "'one' has no image of 'nowhere'; there are x"),
    ],
)
def test_a_part_that_is_not_there_is_named(folder, chosen, named):
    folder.source("one", ["a", "b"], {"labels": "a", "source": "x"}, {"source": "x"})
    folder.cohort("made", general=role("multilabel", {"manifest": "one"} | chosen))
    with pytest.raises(CohortError, match=named):
        load_cohort("made", {}, 0)


def test_labels_and_their_absence_get_the_names_of_the_role(folder):
    folder.source("one", ["Pneumonia", "Mass"], {"labels": "Pneumonia|Mass"}, {})
    source = {"manifest": "one", "rename": {"Pneumonia": "pneumonia", "": "normal"}}
    folder.cohort("made", target=role("multiclass", source, labels=["pneumonia", "normal"]))
    target = load_cohort("made", {}, 0).role("target")
    assert target.table["labels"].tolist() == ["pneumonia", "normal"]
    same(target.truth, [[1, 0], [0, 1]])


def test_a_label_that_is_left_out_of_the_renaming_is_not_carried(folder):
    folder.source("one", ["a", "b"], {"labels": "a|b"}, {"labels": "b"})
    folder.source("two", ["b"], {"labels": "b"})
    source = {"manifest": "one", "rename": {"a": "x"}}
    folder.cohort("made", general=role("multilabel", source, "two", labels=["x", "b"]))
    same(load_cohort("made", {}, 0).role("general").truth, [[1, NAN], [0, NAN], [NAN, 1]])
    folder.cohort("made", general=role("multilabel", source))
    with pytest.raises(CohortError, match="rename: 'b' of the source 'one' would be lost; add"):
        load_cohort("made", {}, 0)


def test_what_is_unknown_stays_unknown_when_renamed(folder):
    folder.source("one", ["a", "b"], {"labels": "?a"}, {"labels": "?a|b"}, {"labels": "b"}, {})
    source = {"manifest": "one", "rename": {"a": "x", "b": "y"}}
    folder.cohort("made", general=role("multilabel", source))
    same(load_cohort("made", {}, 0).role("general").truth, [[NAN, 0], [NAN, 1], [0, 1], [0, 0]])


def test_of_two_labels_with_one_new_name_the_known_one_counts(folder):
    cells = ["a|?b", "?b|?a", "a|b", "?b", ""]
    folder.source("one", ["a", "b"], *[{"labels": cell} for cell in cells])
    source = {"manifest": "one", "rename": {"a": "x", "b": "x"}}
    folder.cohort("made", general=role("multilabel", source))
    general = load_cohort("made", {}, 0).role("general")
    assert general.labels == ("x",)
    same(general.truth, [[1], [NAN], [1], [NAN], [0]])


def test_an_image_with_an_unknown_label_is_not_one_without_labels(folder):
    folder.source("one", ["a"], {"labels": "?a"})
    source = {"manifest": "one", "rename": {"a": "pneumonia", "": "normal"}}
    folder.cohort("made", target=role("multiclass", source))
    with pytest.raises(CohortError, match="image 'one-0'"):
        load_cohort("made", {}, 0)


def test_renaming_a_label_that_the_source_lacks_is_an_error(folder):
    folder.source("one", ["a"], {"labels": "a"})
    source = {"manifest": "one", "rename": {"A": "x"}}
    folder.cohort("made", general=role("multilabel", source))
    with pytest.raises(CohortError, match="'one' has no label 'A'; its labels are a"):
        load_cohort("made", {}, 0)


def test_every_filter_of_a_role_has_its_own_reason_and_leaves_out_what_it_says(folder):
    folder.source(
        "one", ["a", "b"],
        {"labels": "a|b", "source": "here"}, {"labels": "b", "source": "here"},
        {"labels": "?a", "source": "here"}, {"labels": "a", "source": "here"},
        {"labels": "a|?b", "source": "here"}, {"labels": "a|b", "source": "there"},
    )  # fmt: skip
    folder.source("two", ["a", "b"], {"labels": "b"}, {"labels": "a"}, {})
    wanted = {"manifest": "one", "having": "a", "sites": ["here"]}
    folder.cohort("made", general=role("multilabel", wanted, "two"))
    cohort = load_cohort("made", {}, 0)
    assert cohort.left_out["general"] == {
        "without a": 1, "not known whether a": 1, "of a site that the role leaves out": 1,
    }  # fmt: skip
    assert cohort.role("general").table["id"].tolist() == [
        "one-0",
        "one-3",
        "one-4",
        "two-0",
        "two-1",
        "two-2",
    ]
    wanted = {"manifest": "one", "lacking": "b"}
    folder.cohort("made", general=role("multilabel", wanted, "two"))
    assert load_cohort("made", {}, 0).left_out["general"] == {"with b": 3, "not known whether b": 1}


def test_a_manifest_that_is_a_source_twice_leaves_out_what_neither_uses(folder):
    folder.source("one", ["a"], {"labels": "a"}, {}, {"labels": "?a"})
    parts = [{"manifest": "one", "having": "a"}, {"manifest": "one", "lacking": "a"}]
    folder.cohort("made", general=role("multilabel", *parts))
    cohort = load_cohort("made", {}, 0)
    assert cohort.left_out["general"] == {"not known whether a": 1}
    assert cohort.sources["general"] == ["one"]
