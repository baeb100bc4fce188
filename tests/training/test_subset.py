"""Subset: whole patients, nested, and truth that is given or shuffled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.training.subset import training_rows, training_truth
from tests.support.builders import STAGE, make_role


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pixels")


@pytest.fixture(scope="module")
def role(folder):
    return make_role(folder, name="subset").role


def patients_of(role, rows):
    return set(role.table["patient"].iloc[sorted(rows)])


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 50))
def test_a_share_takes_whole_patients_and_is_nested(role, one, other, seed):
    small, large = (
        set(training_rows(role, STAGE.but(fraction=share, seed=seed)))
        for share in sorted((one, other))
    )
    assert small <= large <= set(role.rows("train"))
    everybody = role.table["patient"].to_numpy()
    for share, rows in ((min(one, other), small), (max(one, other), large)):
        chosen = patients_of(role, rows)
        assert set(np.flatnonzero(np.isin(everybody, list(chosen)))) == rows
        assert len(chosen) == max(1, round(share * 24))


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 50))
def test_shots_take_as_many_patients_of_each_class_and_are_nested(role, one, other, seed):
    small, large = (
        set(training_rows(role, STAGE.but(shots=shots, seed=seed)))
        for shots in sorted((one, other))
    )
    assert small <= large <= set(role.rows("train"))
    first = {}
    for row in role.rows("train"):
        first.setdefault(role.table["patient"].iloc[row], role.truth[row].argmax())
    has = np.bincount(list(first.values()), minlength=2)
    drawn = np.bincount([first[name] for name in patients_of(role, small)], minlength=2)
    assert drawn.tolist() == np.minimum(has, min(one, other)).tolist()


def test_shots_of_a_binary_role_are_taken_with_and_without_its_label(folder):
    role = make_role(folder, "binary", ("a",), name="one label").role
    rows = training_rows(role, STAGE.but(shots=3))
    first = {}
    for row in rows:
        first.setdefault(role.table["patient"].iloc[row], role.truth[row, 0])
    assert sorted(first.values()) == [0, 0, 0, 1, 1, 1]


def test_shots_need_classes(folder):
    role = make_role(folder, "multilabel", ("a", "b"), name="labels").role
    with pytest.raises(ValueError, match="multilabel: shots need classes; use a fraction"):
        training_rows(role, STAGE.but(shots=2))


def test_given_truth_is_the_role_s(role):
    assert training_truth(role, role.rows("train"), STAGE) is role.truth


def test_shuffled_truth_is_permuted_among_the_rows_used_and_nowhere_else(role):
    rows = training_rows(role, STAGE.but(fraction=0.5))
    shuffled = training_truth(role, rows, STAGE.but(labels="permuted"))
    others = np.setdiff1d(np.arange(len(role.truth)), rows)
    assert np.array_equal(shuffled[others], role.truth[others])
    assert np.array_equal(np.sort(shuffled[rows], axis=0), np.sort(role.truth[rows], axis=0))
    assert not np.array_equal(shuffled[rows], role.truth[rows])
    again = training_truth(role, rows, STAGE.but(labels="permuted", seed=1))
    assert not np.array_equal(shuffled, again)
