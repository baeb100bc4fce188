"""Map worker: work that was given up is not done, and errors are told."""

import threading

from cxrstudy.explorer.map_worker import MapWorker


def test_work_that_was_given_up_before_it_began_is_not_done():
    done, hold = [], threading.Event()
    worker = MapWorker()
    worker.submit(lambda report: hold.wait(5), done.append)
    worker.submit(lambda report: done.append("second"), done.append)
    worker.submit(lambda report: done.append("third"), done.append)
    hold.set()
    worker.wait()
    assert done == ["third"]


def test_an_error_of_work_is_told_to_who_asked_for_it():
    told = []
    worker = MapWorker()
    worker.submit(lambda report: 1 / 0, told.append)
    worker.wait()
    assert isinstance(told[0], ZeroDivisionError)
