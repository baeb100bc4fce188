"""Plateau: whether a training still improves, from its validations alone."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.training import plateau as module
from cxrstudy.training.plateau import FALL, FROM, RISE, UNKNOWN, Plateau, plateau


def history(loss, auroc, steps=None):
    """Validations, evenly spaced unless their steps are given."""
    steps = steps or [10 * (number + 1) for number in range(len(loss))]
    return pd.DataFrame({"step": steps, "validation_loss": loss, "validation_auroc": auroc})


def test_what_no_longer_moves_is_at_a_plateau():
    found = plateau(
        history([0.9, 0.5, 0.4, 0.399, 0.3985, 0.399], [0.6, 0.8, 0.9, 0.9, 0.902, 0.9])
    )
    assert found.reached is True
    assert found.rise == pytest.approx(0.002)
    assert found.fall == pytest.approx(1 - 0.3985 / 0.399)


@pytest.mark.parametrize(
    ("loss", "auroc"),
    [
        ([0.9, 0.5, 0.4, 0.4, 0.4, 0.4], [0.6, 0.8, 0.8, 0.89, 0.9, 0.9]),  # the AUROC still rises
        ([0.9, 0.5, 0.4, 0.5, 0.4, 0.39], [0.6, 0.8, 0.9, 0.9, 0.9, 0.9]),  # the loss still falls
        # The best counts: noise in the last validation hides no progress.
        ([0.9, 0.5, 0.4, 0.4, 0.35, 0.42], [0.6, 0.8, 0.9, 0.9, 0.93, 0.89]),
    ],
)
def test_either_progress_is_none(loss, auroc):
    assert plateau(history(loss, auroc)).reached is False


@pytest.mark.parametrize(
    ("loss", "auroc", "reached"),
    [
        ([1, 1, 0.75], [0.5, 0.5, 0.5], False),
        ([1, 1, 1], [0.5, 0.5, 0.75], False),
        ([1, 1, 0.76], [0.5, 0.5, 0.74], True),
    ],
)
def test_progress_of_exactly_the_limit_is_progress(monkeypatch, loss, auroc, reached):
    for name in ("RISE", "FALL"):
        monkeypatch.setattr(module, name, 0.25)  # a number that is exact in binary
    assert plateau(history(loss, auroc)).reached is reached


def test_a_network_that_gets_worse_no_longer_improves():
    found = plateau(history([0.5, 0.4, 0.6, 0.9], [0.8, 0.9, 0.88, 0.85]))
    assert (found.reached, found.rise, found.fall) == (True, 0.0, 0.0)


def test_progress_counts_from_the_last_validation_in_the_first_two_thirds():
    before = history([0.9, 0.4, 0.4], [0.5, 0.9, 0.9])  # 10, 20, 30: from 20 on
    assert plateau(before).reached is True
    later = history([0.9, 0.4], [0.5, 0.9])  # 10, 20: from 10 on
    assert plateau(later).reached is False
    exactly = history([0.9, 0.4, 0.4], [0.5, 0.9, 0.9], steps=[10, FROM * 30, 30])
    assert plateau(exactly).reached is True


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (history([], []), "no validation"),
        (history([0.4], [0.9]), "no validation"),
        (history([0.4, 0.4], [0.9, 0.9], steps=[70, 100]), "no validation"),
        (history([0.4, 0.4, np.nan], [0.9, 0.9, 0.9]), "no finite loss"),
        (history([0.4, 0.4, np.inf], [0.9, 0.9, 0.9]), "no finite loss"),
        (history([0.4, 0.4, 0.4], [0.9, np.nan, 0.9]), "no finite loss"),
        (history([0.0, 0.0, 0.0], [0.9, 0.9, 0.9]), "no finite loss"),
    ],
)
def test_what_can_not_be_known_is_not_guessed_and_says_why(table, why):
    found = plateau(table)
    assert found.reached is None
    assert why in found.why
    assert found.said == f"{UNKNOWN}: {found.why}"


numbers = st.floats(0.01, 3.0)


@given(st.lists(st.tuples(numbers, st.floats(0, 1)), min_size=2, max_size=12))
def test_the_decision_is_that_of_both_numbers_and_survives_being_written(rows):
    found = plateau(history(*map(list, zip(*rows, strict=True))))
    assert found.reached is (found.rise < RISE and found.fall < FALL)
    assert Plateau.model_validate_json(found.model_dump_json()) == found
    assert found.said.split(":")[0] == found.word


@given(st.lists(numbers, min_size=3, max_size=9), st.lists(st.floats(0, 1), min_size=9, max_size=9))
def test_more_progress_never_makes_a_plateau(loss, auroc):
    first = plateau(history(loss, auroc[: len(loss)]))
    better = plateau(history([*loss[:-1], loss[-1] / 2], auroc[: len(loss)]))
    assert better.reached is False or not first.reached or better.fall < FALL
    assert better.fall >= first.fall
