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


@pytest.mark.parametrize(
    ("yes", "no", "normal", "disease"),
    [
        ("Ja", "Nein", "Unauffällig", "Tuberkulose"),
        ("positiv", "negativ", "o.B.", "Pneumonie"),
        ("Sí", "No", "sin hallazgos", "neumonía"),
        ("Oui", "Non", "Sans anomalie", "pneumonie"),
        ("Sim", "Não", "Sem achados", "derrame"),
    ],
)
def test_words_of_other_languages_are_read(yes, no, normal, disease):
    read_as_yes_and_no = read(yes, no, yes, column="tb")
    assert read_as_yes_and_no.cells.tolist() == ["tb", "", "tb"]
    classes = read(disease, normal, disease)
    assert classes.asked == classes.cells[0]
    assert classes.names[classes.asked] == disease


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
        (["SARS-CoV-2", "COVID-19", "x"], "'COVID-19' and 'SARS-CoV-2' are probably the same"),
        (["pneumonia", "pnuemonia", "x"], "'pneumonia' and 'pnuemonia' are probably the same"),
        (["healthy", "Normal", "x"], "'Normal' and 'healthy' are probably the same"),
        (["a", "b", "a, b"], "'a, b' seems to be several findings; write | between"),
        (["a", "b", "A;c"], "'A;c' seems to be several"),
        (["a", "b", "a and b"], "'a and b' seems to be several"),
        (["['a']", "b"], r"\"\['a'\]\" seems to be several"),
        (["1", "0", "-1"], "'-1' may mean uncertain, or no; leave the cell empty"),
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


def test_words_that_are_nearly_the_same_are_two_labels_if_the_user_says_so():
    near = {"asked": "x", "renames": {"healthy": "normal"}}
    assert read("healthy", "Normal", "x", **near).cells.tolist() == ["normal", "normal", "x"]
    apart = read("bronchus", "bronchus.", "x", asked="x", renames={"bronchus.": "other"})
    assert apart.cells.tolist() == ["bronchus", "other", "x"]
    joined = read("a", "b", "a, b", asked="b", renames={"a, b": "both"})
    assert joined.cells.tolist() == ["a", "b", "both"]


def test_a_comma_in_a_name_is_no_separator_if_no_part_stands_alone():
    found = read("Pneumonia, bacterial", "Pneumonia, viral", asked="Pneumonia, viral")
    assert found.cells.tolist() == ["pneumonia_bacterial", "pneumonia_viral"]


@pytest.mark.parametrize("cell", ["TB?", "?TB", "? TB"])
def test_a_label_in_doubt_is_unknown_and_never_present(cell):
    classes = read("Normal", "TB", cell)
    assert classes.unknown.tolist() == [False, False, True]
    assert classes.cells[2] == ""
    findings = read("mass|TB", "Normal", f"mass|{cell}", asked="TB")
    assert findings.cells.tolist() == ["mass|tb", "", "mass|?tb"]
    assert not findings.unknown.any()


def test_doubt_about_yes_or_normal_is_unknown():
    assert read("1", "0", "1?", column="tb").unknown.tolist() == [False, False, True]
    assert read("a|b", "normal?", asked="a").unknown.tolist() == [False, True]


def test_normal_beside_a_finding_is_a_contradiction_and_the_finding_unknown():
    found = read("mass|hernia", "Normal", "Normal|mass", asked="mass")
    assert found.cells.tolist() == ["mass|hernia", "", "?mass"]
    assert found.contradictory.tolist() == [False, False, True]


def test_none_says_nothing_where_another_word_says_normal():
    assert read("normal", "TB", "None").unknown.tolist() == [False, False, True]
    assert read("none", "TB").cells.tolist() == ["none", "tb"]
