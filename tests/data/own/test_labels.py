"""Labels of a user's table: classes, findings, yes and no; which one the study asks about."""

import pandas as pd
import pytest

from cxrstudy.data.own.labels import UnclearLabel, read_labels


def read(*cells, **more):
    return read_labels(pd.Series(cells), more.pop("column", "class"), **more)


def test_classes_get_names_and_covid_is_asked_about():
    found = read("No Finding", "COVID-19", "Bacterial pneumonia", "COVID-19")
    assert found.cells.tolist() == ["no_finding", "covid19", "bacterial_pneumonia", "covid19"]
    assert list(found.names) == ["no_finding", "bacterial_pneumonia", "covid19"]
    assert found.names["covid19"] == "COVID-19"
    assert found.exclusive
    assert found.asked == "covid19"


def test_of_two_classes_the_one_that_is_not_normal_is_asked_about():
    assert read("Normal", "Tuberculosis").asked == "tuberculosis"
    assert read("abscess", "healthy").asked == "abscess"


def test_yes_and_no_say_whether_there_is_what_the_column_is_named_after():
    for yes, no in (("1", "0"), ("Yes", "no"), ("TRUE", "false"), ("Positive", "Negative")):
        found = read(yes, no, yes, column="Pleural effusion")
        assert found.cells.tolist() == ["pleural_effusion", "", "pleural_effusion"]
        assert not found.exclusive


def test_findings_are_joined_by_a_bar_and_normal_is_none_of_them():
    found = read("Mass|Effusion", "Normal", "Effusion", asked="Effusion")
    assert found.cells.tolist() == ["mass|effusion", "", "effusion"]
    assert list(found.names) == ["mass", "effusion"]
    assert not found.exclusive


def test_an_image_of_which_nothing_is_known_is_marked():
    found = read("a", "", "b", "N/A", asked="b")
    assert found.unknown.tolist() == [False, True, False, True]
    assert not read("none", "a").unknown.any()  # a word for an image without disease


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        (["a", "b"], "which label is the study about.*--asks; the labels are a, b"),
        (["a", "a"], r"all images have the same label \(a\)"),
        (["Covid", "COVID-19", "x"], "'COVID-19' and 'Covid' are probably the same"),
    ],
)
def test_what_is_unclear_is_said(cells, named):
    with pytest.raises(UnclearLabel, match=named):
        read(*cells)


def test_a_label_that_is_asked_for_must_be_there():
    assert read("a", "b", asked="a").asked == "a"
    with pytest.raises(UnclearLabel, match="no label is named 'c'"):
        read("a", "b", asked="c")


def test_labels_can_be_renamed():
    found = read("yes", "no", renames={"yes": "covid19", "no": "normal"}, asked="covid19")
    assert found.cells.tolist() == ["covid19", "normal"]
    assert found.exclusive
    joined = read("a", "b", "c", renames={"a": "x", "b": "x"}, asked="c")
    assert joined.cells.tolist() == ["x", "x", "c"]
    assert list(joined.names) == ["x", "c"]
