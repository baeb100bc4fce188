"""Cards: what they must say, and that the committed ones say the truth about their tables."""

import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.data.card import Card, CardError, count, different_counts, read_card
from cxrstudy.data.manifest import read_manifest

CARD = {
    "name": "made", "title": "Made", "citation": "Nobody 2020", "address": "", "version": "1",
    "licence": "CC0-1.0", "access": "open", "copies": "none", "label_map": {"b": "B", "a": "A"},
    "counts": {"images": 2}, "traps": ["none"],
}  # fmt: skip
COMMITTED = sorted(path for path in places.manifests().glob("*.yaml"))


@pytest.fixture
def write(tmp_path):
    def written(content):
        path = tmp_path / "made.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        return path

    return written


def test_a_card_is_read_with_its_labels_in_order(write):
    card = read_card(write(CARD | {"label_map": {"z": "Z", "a": "A"}}))
    assert isinstance(card, Card)
    assert card.labels == ("z", "a")


@pytest.mark.parametrize("field", CARD)
def test_a_missing_field_is_named_with_the_file(write, field):
    path = write({name: value for name, value in CARD.items() if name != field})
    with pytest.raises(CardError) as error:
        read_card(path)
    assert str(error.value) == f"{path}: {field}: Field required"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"acces": "open"}, "acces: "),
        ({"access": "free"}, "access: "),
        ({"name": ""}, "name: "),
        ({"title": ""}, "title: "),
        ({"citation": ""}, "citation: "),
        ({"version": 1}, "version: "),
        ({"counts": {"images": "many"}}, "counts.images: "),
        ({"counts": {"images": 1.5}}, "counts.images: "),
        ({"label_map": {"a": None}}, "label_map.a: "),
        ({"traps": "none"}, "traps: "),
    ],
)
def test_an_illegal_field_is_named_with_the_file(write, changes, named):
    path = write(CARD | changes)
    with pytest.raises(CardError) as error:
        read_card(path)
    assert str(error.value).startswith(f"{path}: {named}")


def test_all_illegal_fields_are_named_at_once(write):
    with pytest.raises(CardError, match=r"name: .*; access: "):
        read_card(write(CARD | {"name": "", "access": "free"}))


def test_a_card_has_the_name_of_its_file(write):
    with pytest.raises(CardError, match=r"made\.yaml: name: 'other' is not the name of the file"):
        read_card(write(CARD | {"name": "other"}))


def test_a_missing_card_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.yaml: .*write this file"):
        read_card(tmp_path / "nothing.yaml")


def test_an_empty_card_is_refused(tmp_path):
    (tmp_path / "made.yaml").write_text("")
    with pytest.raises(CardError, match=r"made\.yaml"):
        read_card(tmp_path / "made.yaml")


def test_there_are_committed_cards():
    assert COMMITTED


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_card_counts_what_is_in_its_table(path):
    manifest = read_manifest(path.with_suffix(".csv"))
    stated = {"no_label": 0} | manifest.card.counts
    assert stated == count(manifest.table, manifest.card.labels)
    assert manifest.card.name == path.stem


def test_counts_that_differ_are_named_and_those_that_the_card_lacks_are_not(images):
    table = images({"labels": "a|b"}, {"labels": "?a"}, {}, {"excluded": "a copy"})
    card = Card(**CARD)
    assert count(table, card.labels) == {
        "images": 4, "excluded": 1, "patients": 4, "no_label": 1, "b": 1, "a": 1,
    }  # fmt: skip
    assert different_counts(card, table) == ["the card says images: 2, the table has 4"]
    stated = card.model_copy(update={"counts": {"images": 4, "a": 2, "c": 1}})
    assert different_counts(stated, table) == [
        "the card says a: 2, the table has 1", "the card says c: 1, the table has 0",
    ]  # fmt: skip
