"""Stages: plain values that can't be wrong, and change only where asked."""

import math
from dataclasses import FrozenInstanceError, asdict

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.identity import canonical
from cxrstudy.training.stage import LEAST_MIXUP, Stage, StageError
from tests.support.some import some

STAGE = Stage(("target",))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("roles", ("general", "pneumonia")),
        ("pixels", 128),
        ("steps", 200),
        ("batch_size", 64),
        ("schedule", "bit"),
        ("learning_rate", 0.01),
        ("weight_decay", 0.0),
        ("mixup", 0.4),
        ("flip", True),
        ("fraction", 0.1),
        ("validations", 5),
        ("scored_on", ("external",)),
        ("seed", 3),
        ("repeat", 2),
    ],
)
def test_but_changes_one_value_of_a_new_stage(field, value):
    changed = STAGE.but(**{field: value})
    assert asdict(changed) == asdict(STAGE) | {field: value}
    assert changed != STAGE
    assert canonical(asdict(changed)) != canonical(asdict(STAGE))


def test_but_changes_values_that_must_fit_each_other_together():
    assert STAGE.but(steps=99, validations=3).steps == 99


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("roles", ()),
        ("roles", "target"),
        ("pixels", 15),
        ("pixels", 1025),
        ("pixels", 64.5),
        ("steps", 0),
        ("batch_size", 1),
        ("schedule", "cosine"),
        ("learning_rate", 0.0),
        ("learning_rate", "fast"),
        ("weight_decay", -0.1),
        ("mixup", -0.1),
        ("flip", "perhaps"),
        ("fraction", 0.0),
        ("fraction", 1.01),
        ("validations", 0),
        ("seed", -1),
        ("repeat", -1),
    ],
)
def test_an_illegal_value_is_named_with_its_field(field, value):
    with pytest.raises(StageError) as error:
        STAGE.but(**{field: value})
    assert str(error.value).startswith(f"stage {field} = {value!r}: ")


@pytest.mark.parametrize(
    ("field", "value"),
    [("pixels", 16), ("pixels", 1024), ("fraction", 1.0), ("seed", 0), ("batch_size", 2)],
)
def test_the_ends_of_a_range_are_legal(field, value):
    assert getattr(STAGE.but(**{field: value}), field) == value


def test_an_unknown_field_is_named_with_those_there_are():
    with pytest.raises(StageError, match="no field 'epochs'; its fields are roles, pixels, steps"):
        STAGE.but(epochs=3)


def test_steps_that_evaluations_do_not_divide_are_named_alone():
    with pytest.raises(StageError) as error:
        STAGE.but(steps=99, validations=4)
    assert "steps 99 is not a multiple of 4 validations" in str(error.value)
    assert "pixels" not in str(error.value)


@pytest.mark.parametrize("changes", [{"steps": 0}, {"epochs": 3}, {"steps": 99, "validations": 4}])
def test_an_illegal_stage_can_not_be_made(changes):
    with pytest.raises(StageError, match=r"^(stage|a stage has no field 'epochs')") as error:
        Stage(("target",), **changes)
    assert "pydantic" not in str(error.value)


def test_a_value_given_by_its_place_is_named_too():
    with pytest.raises(StageError, match=r"^stage pixels = 5: Input should be greater than"):
        Stage(("target",), 5)
    with pytest.raises(StageError, match=r"^stage roles: Field required$"):
        Stage()


def test_a_whole_number_is_the_same_stage_as_the_float_it_stands_for():
    whole, broken = STAGE.but(mixup=1, fraction=1), STAGE.but(mixup=1.0, fraction=1.0)
    assert canonical(asdict(whole)) == canonical(asdict(broken))


def test_a_list_of_roles_is_the_same_stage_as_a_tuple():
    assert STAGE.but(roles=["target"]) == STAGE
    assert hash(STAGE.but(roles=["target"])) == hash(STAGE)


def test_a_stage_is_frozen():
    with pytest.raises(FrozenInstanceError):
        STAGE.steps = 3


def test_images_seen_are_steps_times_batch():
    assert STAGE.but(steps=12, batch_size=5, validations=3).samples_seen == 60


@pytest.mark.parametrize(("pixels", "steps"), [(32, 6), (64, 2), (16, 24), (320, 1)])
def test_a_stage_at_equal_compute_costs_as_much_by_the_area_of_the_image(pixels, steps):
    stage = STAGE.but(pixels=32, steps=6, validations=1).at_equal_compute(pixels)
    assert (stage.pixels, stage.steps) == (pixels, steps)


def test_a_stage_at_equal_compute_is_validated_as_often():
    stage = STAGE.but(pixels=64, steps=100, validations=4).at_equal_compute(96)
    assert stage.steps % stage.validations == 0
    assert stage.validations == 4


@pytest.mark.parametrize("value", [1e-6, 0.001, 0.009, math.inf, -math.inf, math.nan])
def test_mixup_is_off_or_at_least_a_hundredth(value):
    with pytest.raises(StageError, match="mixup"):
        Stage(("target",)).but(mixup=value)
    for legal in (0, 0.01, 0.4):
        assert Stage(("target",)).but(mixup=legal).mixup == legal


@pytest.mark.parametrize("name", ["learning_rate", "weight_decay", "mixup", "fraction"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_not_finite_are_refused(name, value):
    with pytest.raises(StageError, match=name):
        Stage(("target",)).but(**{name: value})


def test_torch_draws_no_halves_from_the_smallest_legal_alpha():
    torch.manual_seed(0)
    drawn = torch.distributions.Beta(LEAST_MIXUP, LEAST_MIXUP).sample((20000,))
    assert (drawn == 0.5).sum() == 0
    assert torch.maximum(drawn, 1 - drawn).mean() > 0.99


def test_a_repeat_has_its_own_seed_for_what_is_drawn_anew_and_keeps_that_of_the_patients():
    stages = [Stage(("target",), seed=seed, repeat=n) for seed in range(20) for n in range(20)]
    assert len({stage.drawn_with for stage in stages}) == len(stages)
    assert all(stage.drawn_with == stage.seed for stage in some(stages) if stage.repeat == 0)


@given(st.integers(1, 400), st.integers(1, 8), st.floats(0.01, 20))
def test_a_multiple_of_the_steps_fits_the_validations(each, validations, times):
    stage = Stage(("target",), steps=each * validations, validations=validations)
    changed = stage.with_steps(times).steps
    assert changed % validations == 0
    assert changed == validations or abs(changed - times * stage.steps) <= validations / 2
