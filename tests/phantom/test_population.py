"""Population: rows, recipes, addresses."""

import pandas as pd
import pytest

from cxrstudy.phantom import population
from cxrstudy.phantom.address import ROLES, Address
from cxrstudy.phantom.population import parse
from cxrstudy.phantom.prevalence import LABELS
from tests.support.some import some


@pytest.mark.parametrize("role", ROLES)
def test_rows_have_the_manifests_columns_and_legal_labels(role):
    table = population.draw(role, 12, 3)
    assert list(table.columns) == list(population.COLUMNS)
    assert table.id.is_unique
    assert (table.licence == "CC0-1.0").all()
    for labels in some(table.labels):
        assert set(filter(None, labels.split("|"))) <= set(LABELS[role])
    assert (table[["origin", "prepared_sha256", "excluded"]] == "").all(axis=None)


def test_an_example_row():
    row = population.draw("target", 1, 0).iloc[0]
    assert row.id == "target-00000-1"
    assert row.patient == "phantom-target-00000"
    assert row.path == "phantom:seed=0;role=target;site_follows_label=0;id=target-00000-1"
    assert row.source in ("phantom-alder", "phantom-birch")
    assert (row.width, row.height) == (256, 256)


def test_fractals_are_nobodys():
    table = population.draw("natural_small", 30, 0)
    assert (table.patient == table.id).all()
    assert (table.source == "fractals").all()
    assert table.age.isna().all()
    assert (table.view == "unknown").all()
    assert table.labels.isin(LABELS["natural_small"]).all()
    assert len(LABELS["natural_small"]) == 20
    assert len(LABELS["natural_large"]) == 60


@pytest.mark.parametrize("role", ["target", "general", "natural_large"])
def test_a_small_cohort_is_the_beginning_of_a_large_one(role):
    few, many = population.draw(role, 10, 4), population.draw(role, 25, 4)
    pd.testing.assert_frame_equal(few, many.iloc[: len(few)])


def test_recipes_hash_the_address_and_the_source(monkeypatch):
    address = Address(0, "target", 0.0, 1, 1)
    before = population.recipe_hash(address)
    assert before == population.recipe_hash(address)
    assert len(before) == 64
    assert before != population.recipe_hash(Address(0, "target", 0.0, 2, 1))
    monkeypatch.setattr(population, "code_fingerprint", lambda purpose: f"other {purpose}")
    assert population.recipe_hash(address) != before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("cats", 3, 0), "role"),
        (("target", -1, 0), "patients"),
        (("target", 1, -2), "seed"),
        (("target", 1, 0, 1.5), "site_follows_label"),
        (("target", 1, 0, -1.5), "site_follows_label"),
        (("target", 1, 0, 0.0, True), "hospitals of its own"),
    ],
)
def test_wrong_arguments_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        population.draw(*arguments)


def test_an_empty_cohort_is_a_table():
    assert len(population.draw("target", 0, 0)) == 0


def test_an_image_that_the_patient_does_not_have_is_refused():
    wrong = "phantom:seed=0;role=target;site_follows_label=0;id=target-00000-9"
    with pytest.raises(ValueError, match=r"the patient has \d image.*legal: phantom:seed="):
        parse(wrong)
