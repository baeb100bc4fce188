"""Locks: one lock an object, so that all who use the object wait for each other."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

_LOCKS: WeakKeyDictionary[object, threading.RLock] = WeakKeyDictionary()
_FINDING = threading.Lock()


def lock_of(thing: object) -> threading.RLock:
    """The lock of an object: always the same one, gone together with the object.

    It belongs to the object itself and not to whoever refers to it, because several may: two
    explorers over one network, a cell of a notebook, a prediction. A thread may take it twice.

    Parameters
    ----------
    thing
        Any object that can be hashed and referred to weakly, such as a ``torch.nn.Module``.

    Examples
    --------
    >>> class Model: ...
    >>> model = Model()
    >>> lock_of(model) is lock_of(model)
    True
    """
    with _FINDING:
        return _LOCKS.setdefault(thing, threading.RLock())
