"""Locks: one an object, for all threads, and none that outlives its object."""

import gc
import threading
import weakref

from cxrstudy.base import locks
from cxrstudy.base.locks import lock_of


class Thing:
    pass


def test_an_object_has_one_lock_and_others_have_others():
    one, other = Thing(), Thing()
    assert lock_of(one) is lock_of(one)
    assert lock_of(one) is not lock_of(other)


def test_threads_that_ask_at_once_get_the_same_lock():
    for _ in range(50):
        thing, found, start = Thing(), [], threading.Barrier(8)

        def ask(thing=thing, found=found, start=start):
            start.wait()
            found.append(lock_of(thing))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(map(id, found))) == 1


def test_a_thread_may_take_it_twice_and_another_waits():
    thing, taken = Thing(), []
    with lock_of(thing), lock_of(thing):
        other = threading.Thread(target=lambda: taken.append(lock_of(thing).acquire(timeout=0)))
        other.start()
        other.join()
    assert taken == [False]


def test_a_lock_does_not_keep_its_object():
    thing = Thing()
    lock_of(thing)
    alive, count = weakref.ref(thing), len(locks._LOCKS)
    del thing
    gc.collect()
    assert alive() is None
    assert len(locks._LOCKS) < count
