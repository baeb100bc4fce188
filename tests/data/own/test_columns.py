"""Columns of a user's table: found by name, asked for when unclear, overridable."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.own.columns import NAMES, UnclearColumns, find_columns
from tests.support.some import some

HEADER = ["File Name", "Patient-ID", "Diagnosis", "Gender", "Age", "Hospital", "comment"]


def test_columns_are_found_by_their_names():
    assert find_columns(HEADER, {}) == {
        "image": "File Name", "patient": "Patient-ID", "label": "Diagnosis", "sex": "Gender",
        "age": "Age", "site": "Hospital",
    }  # fmt: skip


@given(
    st.sampled_from([(what, name) for what, names in NAMES.items() for name in names]),
    st.sampled_from([str.upper, str.title, "_".join, " ".join, "-".join]),
)
def test_a_name_is_found_however_it_is_spelled(known, spelled):
    what, name = known
    assert find_columns([spelled(name)], {}, needed=()) == {what: spelled(name)}


@given(
    st.sampled_from([(what, name) for what, names in NAMES.items() for name in names]),
    st.sampled_from(["\u0301", "\u0308", "\u0303"]),
    st.sampled_from(["{}", "{} (years)", "{} [mm]", "The {}", "{} de la", " {}: "]),
)
def test_accents_brackets_and_small_words_change_nothing(known, accent, around):
    what, name = known
    column = around.format(name[0] + accent + name[1:])
    for form in ("NFC", "NFD"):
        spelled = normalize(form, column)
        assert find_columns([spelled], {}, needed=()) == {what: spelled}


@pytest.mark.parametrize(
    "header",
    [
        "Dateiname;Patienten-Nr.;Befund;Projektion;Geschlecht;Alter (Jahre);Aufnahmedatum;Klinik",
        "Nombre del archivo;Nº de paciente;Diagnóstico;Proyección;Género;Edad (años);"
        "Fecha del estudio;Centro",
        "Nom du fichier;N° patient;Diagnostic;Incidence;Sexe;Âge;Date de l'examen;Hôpital",
    ],
)
def test_headings_of_other_languages_are_found(header):
    columns = header.split(";")
    assert find_columns(columns, {}) == dict(zip(NAMES, columns, strict=True))


def test_names_are_spelled_as_they_are_compared_and_mean_one_thing():
    every = [name for names in NAMES.values() for name in names]
    assert len(set(every)) == len(every) > 100
    assert all(find_columns([name], {}, needed=()) for name in some(every))


def test_what_the_user_names_goes_before_what_is_found():
    found = find_columns(HEADER, {"label": "comment", "site": ""})
    assert found["label"] == "comment"
    assert "site" not in found
    # A column that is said to mean one thing means no other.
    assert find_columns(["file", "path", "label"], {"patient": "path"})["image"] == "file"


@pytest.mark.parametrize(
    ("columns", "given", "named"),
    [
        (["file", "path", "patient", "label"], {}, "'file' and 'path' may both be meant"),
        (["file", "patient"], {}, "label: no column.*--label-column.*file, patient"),
        (HEADER, {"label": "class"}, "--label-column"),
    ],
)
def test_what_is_unclear_is_named_with_the_option(columns, given, named):
    with pytest.raises(UnclearColumns, match=named):
        find_columns(columns, given)
