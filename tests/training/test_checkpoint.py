"""Checkpoint: a stage that was killed ends with the bits of one that was not."""

from types import SimpleNamespace

import pytest
import torch
from fastai.callback.core import Callback
from fastai.torch_core import set_seed

from cxrstudy.base import device
from cxrstudy.training import checkpoint
from cxrstudy.training.checkpoint import Checkpoint, CheckpointError
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.train import train
from tests.support.builders import STAGE, TINY, make_role

LONG = STAGE.but(steps=12, validations=4, mixup=0.3)


class Killed(BaseException):
    """What the test lets happen to a process."""


class KillAt(Callback):
    def __init__(self, step):
        self.left = step

    def after_step(self):
        self.left -= 1
        if self.left < 0:
            raise Killed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(scope="module", autouse=True)
def settings():
    """Leave torch as it was found."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def trained(made, stage, *callbacks):
    model = build(TINY, 2, stage.seed, None)
    statistics = expected_input_of(model)
    table = train(model, made.role, made.pixels, stage, statistics, device.kind(), callbacks)
    return table, {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    assert one[0].equals(other[0])
    assert one[1].keys() == other[1].keys()
    assert all(torch.equal(value, other[1][name]) for name, value in one[1].items())


@pytest.fixture(scope="module")
def undisturbed(made):
    return {schedule: trained(made, LONG.but(schedule=schedule)) for schedule in SCHEDULES}


SCHEDULES = ("one-cycle", "bit")


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("step", [2, 3, 11])  # before the first checkpoint, at it, after others
def test_a_killed_stage_goes_on_to_the_same_bits(made, undisturbed, tmp_path, schedule, step):
    stage, path = LONG.but(schedule=schedule), tmp_path / "x.checkpoint"
    with pytest.raises(Killed):
        trained(made, stage, Checkpoint(path, every=0), KillAt(step))
    assert path.exists() == (step >= 3)
    set_seed(99)
    again = trained(made, stage, Checkpoint(path, every=0))
    same(again, undisturbed[schedule])


def test_a_stage_killed_twice_goes_on_too(made, undisturbed, tmp_path):
    path = tmp_path / "x.checkpoint"
    for step in (4, 4):
        with pytest.raises(Killed):
            trained(made, LONG, Checkpoint(path, every=0), KillAt(step))
    assert checkpoint.read(path)["epoch"] == 2
    same(trained(made, LONG, Checkpoint(path, every=0)), undisturbed["one-cycle"])


def test_a_checkpoint_spares_the_steps_before_it(made, tmp_path):
    path, steps = tmp_path / "x.checkpoint", KillAt(10**6)
    with pytest.raises(Killed):
        trained(made, LONG, Checkpoint(path, every=0), KillAt(10))
    trained(made, LONG, Checkpoint(path, every=0), steps)
    assert 10**6 - steps.left == 3


def test_writing_one_changes_no_bit_and_a_short_stage_writes_none(made, undisturbed, tmp_path):
    path = tmp_path / "x.checkpoint"
    same(trained(made, LONG, Checkpoint(path, every=0)), undisturbed["one-cycle"])
    assert checkpoint.read(path)["epoch"] == 3
    other = tmp_path / "y.checkpoint"
    trained(made, LONG, Checkpoint(other, every=3600))
    assert not other.exists()


@pytest.fixture(scope="module")
def written(made, tmp_path_factory):
    """What a checkpoint's file holds."""
    path = tmp_path_factory.mktemp("written") / "x.checkpoint"
    trained(made, LONG, Checkpoint(path, every=0))
    return path.read_bytes()


@pytest.mark.parametrize("place", [0, 70, -1])
def test_an_altered_checkpoint_is_named_and_not_gone_on_from(made, written, tmp_path, place):
    path = tmp_path / "x.checkpoint"
    content = bytearray(written)
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"x\.checkpoint: truncated or altered; delete it"):
        trained(made, LONG, Checkpoint(path, every=0))


@pytest.mark.parametrize("length", [0, 40, 64, 1000])
def test_a_truncated_checkpoint_is_named(written, tmp_path, length):
    path = tmp_path / "x.checkpoint"
    path.write_bytes(written[:length])
    with pytest.raises(CheckpointError, match="truncated or altered"):
        checkpoint.read(path)


class WithTwoGPUs:
    """torch as the module sees it where there are two GPUs."""

    def __init__(self):
        self.states = [torch.arange(4, dtype=torch.uint8), torch.arange(7, dtype=torch.uint8)]
        self.restored = []
        self.cuda = SimpleNamespace(
            is_available=lambda: True,
            get_rng_state_all=lambda: self.states,
            set_rng_state_all=self.restored.extend,
        )

    def __getattr__(self, name):
        return getattr(torch, name)


def test_the_random_state_of_every_gpu_is_kept_and_restored(made, tmp_path, monkeypatch):
    gpus, path = WithTwoGPUs(), tmp_path / "x.checkpoint"
    monkeypatch.setattr(checkpoint, "torch", gpus)
    with pytest.raises(Killed):
        trained(made, LONG, Checkpoint(path, every=0), KillAt(7))
    assert not gpus.restored
    trained(made, LONG, Checkpoint(path, every=0))
    assert len(gpus.restored) == 2
    assert all(map(torch.equal, gpus.restored, gpus.states))
