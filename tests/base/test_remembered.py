"""Remembered answers: the same as found anew, never out of date, and never in the way."""

import json
import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxrstudy.base.remembered import KEPT, folder, recall, remembered
from tests.support.some import some

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    return tmp_path


class Answers:
    """Gives another answer each time it is asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self):
        self.asked += 1
        return f"answer {self.asked} in Łódź"


def ask(answers, *inputs):
    return remembered("made", lambda: inputs, answers)


def test_an_answer_is_found_once_for_equal_inputs():
    answers = Answers()
    assert recall("made", lambda: [1]) is None
    assert [ask(answers, 1), ask(answers, 1)] == ["answer 1 in Łódź"] * 2
    assert ask(answers, 2) == "answer 2 in Łódź"
    assert remembered("other", lambda: [1], answers) == "answer 3 in Łódź"
    assert recall("made", lambda: [1]) == "answer 1 in Łódź"


@given(
    value=PLAIN.filter(lambda value: value is not None),
    place=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_comes_back_as_it_was_and_a_damaged_one_is_found_anew(value, place, bit):
    given_back = remembered("value", lambda: ["x"], lambda: value)
    (path,) = folder().iterdir()
    assert remembered("value", lambda: ["x"], lambda: "another") == given_back == value
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(bytes(content))
    assert remembered("value", lambda: ["x"], lambda: "found anew") == "found anew"
    path.unlink()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"no seal", b"0" * 64 + b"\n{}"])
def test_what_is_no_answer_is_not_read(content):
    ask(Answers(), 1)
    (path,) = folder().iterdir()
    path.write_bytes(content)
    assert recall("made", lambda: [1]) is None


def test_an_answer_that_was_kept_for_something_else_is_not_taken():
    for number in (1, 2):
        remembered("made", lambda number=number: [number], lambda number=number: f"of {number}")
    one, other = folder().iterdir()
    one.write_bytes(other.read_bytes())
    found = [recall("made", lambda number=number: [number]) for number in (1, 2)]
    assert found in (["of 1", None], [None, "of 2"])


def test_an_answer_whose_inputs_changed_meanwhile_is_not_kept():
    inputs = [1]

    def answer():
        inputs[0] = 2
        return "of which?"

    assert remembered("made", lambda: inputs, answer) == "of which?"
    assert not folder().exists()


def test_an_error_is_not_kept():
    with pytest.raises(ZeroDivisionError):
        remembered("made", lambda: [1], lambda: 1 / 0)
    assert remembered("made", lambda: [1], lambda: "well") == "well"


def test_where_nothing_can_be_written_nothing_is_remembered(runs):
    (runs / "remembered").write_text("a file")
    answers = Answers()
    assert [ask(answers, 1), ask(answers, 1)] == ["answer 1 in Łódź", "answer 2 in Łódź"]


def test_without_a_folder_of_runs_nothing_is_remembered(monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", "https://somewhere")
    answers = Answers()
    assert [ask(answers, 1), ask(answers, 1)] == ["answer 1 in Łódź", "answer 2 in Łódź"]


def test_what_nobody_asked_for_in_a_month_is_removed_and_what_is_used_stays():
    for number in (1, 2):
        ask(Answers(), number)
    ago = time.time() - KEPT - 60
    for path in folder().iterdir():
        os.utime(path, (ago, ago))
    assert recall("made", lambda: [1])
    ask(Answers(), 3)
    left = [recall("made", lambda number=number: [number]) is not None for number in (1, 2, 3)]
    assert left == [True, False, True]
    assert all(json.loads(path.read_text().partition("\n")[2]) for path in some(folder().iterdir()))
