"""Record: the facts of a run, and an id that says what they rest on."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cxrstudy.runs.record import Record, id_of

FACTS = {
    "id": "0" * 64,
    "identity": {"parent": "1" * 64, "stage": {"seed": 3}},
    "chain": "random → target",
    "cohort": "made",
    "copies": "made by the tests",
    "task": "multiclass",
    "labels": ["normal", "covid19"],
    "images": {"target train": 12, "target test": 4},
    "patients": 6,
    "samples_seen": 64,
    "seconds": {"training": 1.5, "scoring": 0.25},
    "peak_memory_bytes": 1024,
    "device": "a processor",
    "finished": "2026-01-01T00:00:00+00:00",
    "files": {"scores.csv": "2" * 64},
}
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
plain = st.recursive(
    leaves | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
identities = st.dictionaries(st.text(), plain, max_size=5)


def test_an_id_is_the_sha256_of_the_identity_as_json():
    text = '{"parent":null,"stage":{"roles":["target"],"seed":0},"é":1.5}'
    identity = {"é": 1.5, "stage": {"seed": 0, "roles": ["target"]}, "parent": None}
    assert id_of(identity) == hashlib.sha256(text.encode()).hexdigest()


@given(identities)
def test_an_id_does_not_depend_on_order_nor_on_a_way_through_json(identity):
    backwards = dict(reversed(identity.items()))
    assert id_of(identity) == id_of(backwards) == id_of(json.loads(json.dumps(identity)))


@given(identities, identities)
def test_different_identities_have_different_ids(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (id_of(one) == id_of(other)) == same


def test_a_record_comes_back_from_its_file_as_it_was():
    record = Record(**FACTS)
    assert Record.model_validate(json.loads(record.model_dump_json(indent=1))) == record


@pytest.mark.parametrize("name", FACTS)
def test_a_record_lacks_no_fact(name):
    with pytest.raises(ValidationError, match=name):
        Record(**{key: value for key, value in FACTS.items() if key != name})


def test_a_record_has_no_fact_that_nobody_knows_and_none_can_be_changed():
    with pytest.raises(ValidationError, match="mood"):
        Record(**FACTS, mood="good")
    with pytest.raises(ValidationError, match="frozen"):
        Record(**FACTS).patients = 7


def test_a_parent_is_that_of_the_identity():
    assert Record(**FACTS).parent == "1" * 64
    assert Record(**FACTS | {"identity": {"parent": None}}).parent is None
