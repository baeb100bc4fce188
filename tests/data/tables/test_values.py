"""Values: ages, sexes, dates and numbers are read, unknown, or unknown and counted."""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.tables import values
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError


def column(*cells):
    rows = range(2, len(cells) + 2)
    return Column(Path("t.csv"), "here", pd.Series(cells, index=rows, dtype=str))


def read(rule, *cells):
    """Values of cells, and how many of them were counted."""
    notes = Notes()
    found = rule(column(*cells), notes)
    assert found.index.tolist() == list(range(2, len(cells) + 2))
    return found.tolist(), sum(note.count for note in notes.found)


@pytest.mark.parametrize(
    ("cell", "age"),
    [
        ("58", 58), ("058Y", 58), ("006M", 0.5), ("84.0", 84), ("120", 120), ("0", 0), (" 7 ", 7),
        ("14D", 0.0383), ("58,5", 58.5), ("58 years", 58), ("6 months", 0.5), ("52 w", 0.9966),
        ("4 Jahre", 4), ("7 años", 7), ("18 Monate", 1.5), ("6 meses", 0.5), ("3 ans", 3),
        ("[50]", 50), ("['050Y']", 50), ("['006M']", 0.5), ("[50, 50]", 50), ("[50, None]", 50),
    ],
)  # fmt: skip
def test_an_age_is_read_with_its_unit(cell, age):
    (found,), counted = read(values.years, cell)
    assert found == pytest.approx(age, abs=1e-4)
    assert counted == 0


@pytest.mark.parametrize(
    ("in_a_year", "words"),
    [
        (1, " y yr yrs year years j jahr jahre año años ano anos anno anni an ans"),
        (12, "m mo mos month months monat monate mes mês meses mois mese mesi"),
        (365.25 / 7, "w wk week weeks woche wochen semana semanas"),
        (365.25, "d day days tag tage dia dias día días jour jours giorni"),
    ],
)
def test_each_word_of_a_unit_is_understood(in_a_year, words):
    found, counted = read(values.years, *(f"21 {word}" for word in words.split(" ")))
    assert (set(found), counted) == ({21 / in_a_year}, 0)


@pytest.mark.parametrize(
    "cell", ["414", "155", "148Y", "-3", "fifty", "50+", ">89", "[70, 71]", "1957-01-01", "58 kg"]
)
def test_an_age_that_can_not_be_read_is_unknown_and_counted(cell):
    (found,), counted = read(values.years, cell)
    assert np.isnan(found)
    assert counted == 1


@pytest.mark.parametrize("rule", [values.years, values.dates, values.calendar_years])
def test_a_cell_that_says_nothing_is_unknown_and_not_counted(rule):
    found, counted = read(rule, "", "nan", "None", "N/A")
    assert pd.isna(found).all()
    assert counted == 0


def test_sexes_are_words_that_are_known():
    words = ["Female", "m", " M ", "Frau W", "mujer", "Woman", "HOMBRE", "O", "", "Unknown", "F"]
    found, counted = read(values.sexes, *words)
    unknown = "unknown"
    expected = ["F", "M", "M", unknown, "F", "F", "M", unknown, unknown, unknown, "F"]
    assert (found, counted) == (expected, 1)


@pytest.mark.parametrize("cell", ["1", "0", "mixed", "fem", "masc.", "MF"])
def test_a_word_that_is_no_known_sex_is_unknown_and_counted(cell):
    assert read(values.sexes, cell) == (["unknown"], 1)


def test_the_letter_m_beside_h_may_be_a_woman():
    with pytest.raises(TableError, match=r"t\.csv, row 3, column here: 'M'; M stands beside"):
        read(values.sexes, "H", "M")


@pytest.mark.parametrize(
    "cell",
    ["20200325", "2020-03-25", "2020/03/25", "25.03.2020", "20200325.0", "2020-03-25 10:30:00"],
)
def test_a_date_is_read_where_only_one_reading_is_possible(cell):
    (found,), counted = read(values.dates, cell)
    assert (found, counted) == (pd.Timestamp(2020, 3, 25), 0)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_a_date_comes_back_from_every_way_to_write_it(date):
    cells = [date.strftime(form) for form in ("%Y%m%d", "%Y-%m-%d", "%d.%m.%Y")]
    assert read(values.dates, *cells) == ([pd.Timestamp(date)] * 3, 0)
    years, counted = read(values.calendar_years, *cells, date.strftime("%d/%m/%Y"))
    assert (years, counted) == ([date.year] * 4, 0)


def test_the_order_of_day_and_month_is_shown_by_the_column_or_unknown():
    day, month = pd.Timestamp(2020, 3, 4), pd.Timestamp(2020, 4, 3)
    assert read(values.dates, "04/03/2020", "25/03/2020")[0][0] == day
    assert read(values.dates, "04/03/2020", "03/25/2020")[0][0] == month
    found, counted = read(values.dates, "04/03/2020", "20200304")
    assert (pd.isna(found[0]), counted) == (True, 1)
    with pytest.raises(TableError, match="in row 3 the month is first, in row 2 the day"):
        read(values.dates, "25/03/2020", "03/25/2020")


@pytest.mark.parametrize("cell", ["2.01E+07", "140915", "March 25", "20201325", "30.02.2020"])
@pytest.mark.parametrize("rule", [values.dates, values.calendar_years])
def test_a_date_that_can_not_be_read_is_counted_and_a_whole_column_is_refused(rule, cell):
    found, counted = read(rule, cell, "20200325")
    assert (pd.isna(found[0]), counted) == (True, 1)
    with pytest.raises(TableError, match=r"row 3, column here: .*; no cell of this column"):
        read(rule, "", cell)


def test_whole_numbers_are_digits():
    assert read(values.whole_numbers, "2048", "2048.0", "") == ([2048, 2048, 0], 0)
    assert read(values.whole_numbers, "2048.5", "1e3", "-4", "2,048") == ([0, 0, 0, 0], 4)


@pytest.mark.parametrize("cell", ["1,5", "", "nan", "inf", "x"])
def test_a_number_must_be_one(cell):
    assert values.numbers(column("1.5", "2", "1e-3")).tolist() == [1.5, 2.0, 0.001]
    with pytest.raises(TableError, match=rf"row 3, column here: '{cell}'; expected a number"):
        values.numbers(column("1.5", cell))
