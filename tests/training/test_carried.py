"""Carried: what a checkpoint keeps of a user's objects comes back as it was."""

import io
import itertools
import random
import re
from collections import defaultdict
from copy import deepcopy
from functools import partial
from pathlib import PurePath

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cxrstudy.training.carried import NotCarried, anchors, pack, unpack

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner)
    ),
)


class Thing:
    def __init__(self, **values):
        self.__dict__.update(values)


def stored(value, name="it"):
    """What a checkpoint file gives back."""
    stream = io.BytesIO()
    torch.save(pack(value, name), stream)
    return torch.load(io.BytesIO(stream.getvalue()), weights_only=True)


@given(PLAIN)
def test_plain_values_come_back(value):
    assert unpack(stored(value), deepcopy(value)) == value


def test_an_object_comes_back_in_place():
    layer, generator, chance = nn.Linear(2, 2), np.random.default_rng(1), random.Random(1)
    shared = layer.weight
    thing = Thing(
        best=np.float64(3), values=[torch.ones(2)], table=np.arange(3), layer=layer, mine={1, 2},
        generator=generator, chance=chance, counts=defaultdict(int, a=1), function=len,
        inner=Thing(step=4), weights=[shared], torch=torch.Generator().manual_seed(3),
    )  # fmt: skip
    saved = stored(thing)
    wanted = [generator.random(), chance.random(), torch.rand(1, generator=thing.torch).item()]
    weight = layer.weight.detach().clone()
    with torch.no_grad():
        layer.weight.zero_()
    thing.best, thing.inner.step, thing.new = 0, 0, 1
    thing.values.append(1)
    thing.mine.add(3)
    thing.counts["b"] = 2
    thing.table += 1
    unpack(saved, thing)
    assert [generator.random(), chance.random(), torch.rand(1, generator=thing.torch).item()] == (
        wanted
    )
    assert torch.equal(layer.weight, weight)
    assert thing.weights[0] is layer.weight
    assert (thing.best, thing.inner.step, thing.mine) == (3, 4, {1, 2})
    assert thing.counts == {"a": 1}
    assert thing.counts["c"] == 0
    assert len(thing.values) == 1
    assert thing.table.tolist() == [0, 1, 2]
    assert not hasattr(thing, "new")
    assert thing.function is len


@pytest.mark.parametrize(
    "value",
    [
        int,
        partial(len),
        PurePath("a"),
        re.compile("a"),
        slice(1),
        np,
        torch.float32,
        len,
        torch.device("cpu"),
        np.dtype("int64"),
    ],
)
def test_what_never_changes_is_not_kept(value):
    assert pack(value, "it") == {"is": "constant"}
    assert unpack(stored(Thing(a=value)), Thing(a=value)).a is value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (iter([1]), r"it\.a, a list_iterator"),
        ((each for each in "ab"), r"it\.a, a generator"),
        (itertools.count(), r"it\.a, a count"),
        ([{"b": io.BytesIO()}], r"it\.a\[\]\['b'\], a BytesIO"),
    ],
)
def test_what_is_no_state_is_named(value, said):
    with pytest.raises(NotCarried, match=said):
        pack(Thing(a=value), "it")


def test_what_contains_itself_is_named():
    thing = Thing()
    thing.self = [thing]
    with pytest.raises(NotCarried, match="contains itself"):
        pack(thing, "it")


def test_what_can_come_back_only_in_place_is_listed():
    thing = Thing(layer=nn.Linear(1, 1), rest=[np.random.default_rng(0)], plain=[1, {"a": 2}])
    assert anchors(pack(thing, "it"), "it") == {"it", "it.layer", "it.rest[]"}
