import threading
import time

import pytest

from cxrstudy.base.threads import each


def test_results_come_in_the_order_of_the_items() -> None:
    def slower_first(number: int) -> int:
        time.sleep(0.01 * (4 - number))
        return number * number

    assert list(each(slower_first, range(4), 4, "squaring")) == [0, 1, 4, 9]


def test_of_nothing_there_is_no_result() -> None:
    assert list(each(str, [], 2, "writing")) == []


def test_the_end_is_told_to_threads_also_when_it_is_an_error() -> None:
    def fail(number: int) -> int:
        raise KeyboardInterrupt

    ended = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        list(each(fail, [1], 1, "failing", ended))
    assert ended.is_set()
