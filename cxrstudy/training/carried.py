"""Carried: the state of objects that a recipe adds to a training, as a checkpoint holds it.

An object with ``state_dict`` and ``load_state_dict`` says itself what its state is. Of any other
object, the attributes are its state: numbers, texts, tensors, arrays, generators of random numbers,
networks, and lists, tuples, sets, dictionaries and further objects of them. Functions, classes,
paths, distributions, loaders and the learner are taken for constant. What is something else, such
as an open file or an iterator, can't be carried: a training with it can't be resumed.
"""

import enum
import random
import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath
from types import ModuleType
from typing import Any

import numpy as np
import torch
from fastai.callback.core import Callback
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastcore.foundation import L
from torch import Tensor, nn
from torch.distributions import Distribution

_PLAIN = (bool, int, float, str, bytes, type(None))
_CONSTANT = (
    type, partial, PurePath, enum.Enum, re.Pattern, slice, ModuleType, Distribution, DataLoader,
    Learner, torch.dtype, torch.device, np.dtype,
)  # fmt: skip
#: Of a callback, what fastai sets: ``old_lf`` is the loss of the training, while images are mixed.
_FASTAI = ("learn", "run", "old_lf")


class NotCarried(ValueError):
    """An object has a part that is not a state; the message names it."""


def pack(value: Any, name: str, seen: tuple[int, ...] = ()) -> Any:
    """Convert a state to tensors and plain values.

    Parameters
    ----------
    value, name
        The state, and its name in messages.
    seen
        Objects that contain it.

    Raises
    ------
    NotCarried
        A part can't be carried.
    """
    if isinstance(value, _PLAIN) and type(value) in _PLAIN:
        return value
    if isinstance(value, Tensor):
        return value.detach().as_subclass(Tensor).clone()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return {"is": "array", "of": torch.from_numpy(value.copy())}
    if isinstance(value, np.random.Generator):
        return {"is": "generator", "of": pack(value.bit_generator.state, name)}
    if isinstance(value, random.Random):
        return {"is": "generator", "of": value.getstate()}
    if isinstance(value, torch.Generator):
        return {"is": "generator", "of": value.get_state()}
    if id(value) in seen:
        raise NotCarried(f"{name}, which contains itself")
    return _pack_object(value, name, (*seen, id(value)))


def _pack_object(value: Any, name: str, seen: tuple[int, ...]) -> Any:
    if isinstance(value, dict):
        items = [(key, pack(each, f"{name}[{key!r}]", seen)) for key, each in value.items()]
        return {"is": "dict", "of": [(pack(key, f"a key of {name}"), each) for key, each in items]}
    if isinstance(value, list | tuple | set | frozenset | L):
        return {"is": "list", "of": [pack(each, f"{name}[]", seen) for each in value]}
    # Of the class: a fastai callback passes on what it does not have, to the learner's network.
    if {"state_dict", "load_state_dict"} <= set(dir(type(value))):
        return {"is": "state", "of": pack(value.state_dict(), name, seen)}
    if _constant(value):
        return {"is": "constant"}
    if isinstance(value, Iterator) or not hasattr(value, "__dict__"):
        raise NotCarried(f"{name}, {'an' if _vowel(value) else 'a'} {type(value).__name__}")
    parts = {key: pack(each, f"{name}.{key}", seen) for key, each in _parts(value)}
    return {"is": "object", "of": parts}


def unpack(packed: Any, now: Any) -> Any:
    """Bring a state back; objects and tensors that are there are changed in place.

    Parameters
    ----------
    packed
        From :func:`pack`.
    now
        The object as it is now.
    """
    if isinstance(packed, Tensor):
        return _tensor(packed, now)
    if not isinstance(packed, dict):
        return packed
    kind: str = packed["is"]
    content: Any = packed.get("of")
    if kind == "array":
        return content.numpy()
    if kind == "dict":
        there = now if isinstance(now, dict) else {}
        filled = {key: unpack(each, there.get(key)) for key, each in content}
        return _refilled(now, filled) if isinstance(now, dict) else filled
    if kind == "list":
        old = list(now) if isinstance(now, list | tuple | L) else []
        old += [None] * (len(content) - len(old))
        made = [unpack(each, was) for each, was in zip(content, old, strict=False)]
        return type(now)(made) if isinstance(now, list | tuple | set | frozenset | L) else made
    return _in_place(kind, content, now)


def anchors(packed: Any, name: str = "") -> set[str]:
    """Names of what can be brought back only in place, so must be there when training begins."""
    if not isinstance(packed, dict):
        return set()
    kind: str = packed["is"]
    content: Any = packed.get("of")
    if kind == "dict":
        return {each for key, part in content for each in anchors(part, f"{name}[{key!r}]")}
    if kind == "list":
        return {each for part in content for each in anchors(part, f"{name}[]")}
    if kind == "object":
        inner = {one for key, part in content.items() for one in anchors(part, f"{name}.{key}")}
        return {name} | inner
    return set() if kind in ("array", "constant") else {name}


def _in_place(kind: str, content: Any, now: Any) -> Any:
    if kind == "generator":
        _restore_generator(now, content)
    elif kind == "state":
        now.load_state_dict(unpack(content, None))
    elif kind == "object":
        for key in [key for key, _ in _parts(now) if key not in content]:
            delattr(now, key)
        for key, part in content.items():
            if not (isinstance(part, dict) and part["is"] == "constant"):
                setattr(now, key, unpack(part, getattr(now, key, None)))
    return now


def _restore_generator(now: Any, content: Any) -> None:
    if isinstance(now, np.random.Generator):
        now.bit_generator.state = unpack(content, None)
    elif isinstance(now, random.Random):
        now.setstate(content)
    else:
        now.set_state(content)


def _tensor(packed: Tensor, now: Any) -> Tensor:
    if not isinstance(now, Tensor) or now.shape != packed.shape or now.dtype != packed.dtype:
        return packed
    with torch.no_grad():
        return now.copy_(packed)


def _refilled(now: dict[Any, Any], made: dict[Any, Any]) -> dict[Any, Any]:
    """The same dictionary with other content, so that its kind and its default stay."""
    now.clear()
    now.update(made)
    return now


def _constant(value: Any) -> bool:
    if isinstance(value, _CONSTANT):
        return True
    plain_function = callable(value) and not isinstance(value, nn.Module | Callback)
    return plain_function and not getattr(value, "__dict__", None)


def _parts(value: Any) -> list[tuple[str, Any]]:
    left_out = _FASTAI if isinstance(value, Callback) else ()
    return [
        (key, each)
        for key, each in vars(value).items()
        if key not in left_out and not key.startswith("__")  # names of the language itself
    ]


def _vowel(value: Any) -> bool:
    return type(value).__name__[0].lower() in "aeiou"
