"""The three places, each as its reader would see it; the clock is ours."""

import io
import sys
from types import SimpleNamespace

import nbformat
import pytest
import tqdm.std
from nbclient import NotebookClient

from cxrstudy.base.progress import place, progress


class Clock:
    """Seconds that pass only when told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(tqdm.std, "time", clock)
    return clock


@pytest.fixture(autouse=True)
def _nowhere_in_particular(monkeypatch):
    monkeypatch.delenv("CXRSTUDY_PROGRESS", raising=False)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_place_is_told_from_standard_error(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert place() == "log"
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert place() == "log"
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert place() == "terminal"


@pytest.mark.parametrize("where", ["terminal", "notebook", "log"])
def test_the_environment_overrules(monkeypatch, where):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", where)
    assert place() == where


def test_an_unknown_place_is_refused_with_what_is_legal(monkeypatch):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "moon")
    with pytest.raises(ValueError, match=r"CXRSTUDY_PROGRESS.*terminal.*notebook.*log.*'moon'"):
        progress(3, "going")


def test_log_says_a_line_every_ten_seconds_and_a_last_one(clock, capsys):
    for _ in progress(range(1200), "decoding"):
        clock.now += 0.125  # 150 s in all
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 15 + 1
    assert lines[4] == "decoding: 400 of 1,200 (33.3 %), 8.0 image/s, 01:40 left"
    assert lines[-1] == "decoding: 1,200 in 02:30, 8.0 image/s"


def test_log_has_no_control_characters(clock, capsys):
    for _ in progress(range(500), "decoding"):
        clock.now += 1
    written = capsys.readouterr().err
    assert written.count("\n") > 40
    assert written.replace("\n", "").isprintable()


def test_log_of_short_work_is_one_line(clock, capsys):
    for _ in progress(range(40), "epochs", "epoch"):
        clock.now += 0.0625
    assert capsys.readouterr().err == "epochs: 40 in 00:02, 16 epoch/s\n"


def test_what_takes_less_than_a_second_is_told_by_the_second(clock, capsys):
    for _ in progress(range(8), "decoding"):
        clock.now += 0.625
    assert capsys.readouterr().err == "decoding: 8 in 00:05, 1.6 image/s\n"


def test_one_item_is_no_long_work_unless_it_stops(clock, capsys):
    assert list(progress(["film"], "pixels")) == ["film"]
    assert capsys.readouterr().err == ""
    with progress(1, "pixels"):
        clock.now += 1
    assert "stopped" in capsys.readouterr().err


def test_counting_by_hand(clock, capsys):
    with progress(total=30, what="pixels") as bar:
        for _ in range(10):
            clock.now += 12
            bar.update(3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[0] == "pixels: 3 of 30 (10.0 %), 4.0 s/image, 01:48 left"
    assert lines[-1] == "pixels: 30 in 02:00, 4.0 s/image"


def test_a_number_alone_is_the_total(clock, capsys):
    with progress(5, "pixels") as bar:
        clock.now += 11
        bar.update(2)
    assert capsys.readouterr().err.splitlines()[0].startswith("pixels: 2 of 5 (40.0 %)")


def test_items_without_a_length(clock, capsys):
    for _ in progress(iter(range(3)), "reading"):
        clock.now += 20
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "reading: 1, 20.0 s/image"
    assert lines[-1] == "reading: 3 in 01:00, 20.0 s/image"


def test_work_that_stops_says_where(clock, capsys):
    def breaks_off():
        with progress(total=10, what="pixels") as bar:
            clock.now += 2
            bar.update(4)
            raise KeyError

    with pytest.raises(KeyError):
        breaks_off()
    assert capsys.readouterr().err == "pixels: 4 of 10, stopped in 00:02, 2.0 image/s\n"


def test_nothing_to_do_is_no_error(clock, capsys):
    assert list(progress([], "decoding")) == []
    assert capsys.readouterr().err == "decoding: 0 in 00:00, 0.0 image/s\n"


def test_items_come_through_in_every_place(monkeypatch):
    for where in ("terminal", "log"):
        monkeypatch.setenv("CXRSTUDY_PROGRESS", where)
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        assert list(progress("abc", "reading")) == ["a", "b", "c"]


def test_terminal_has_a_live_bar(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    list(progress(range(7), "decoding"))
    assert "decoding: 100%" in terminal.getvalue()
    assert "7/7" in terminal.getvalue()
    assert "\r" in terminal.getvalue()


def executed(*cells):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    NotebookClient(notebook, timeout=120).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_a_notebook_keeps_one_tidy_line():
    (outputs,) = executed(
        """
import tqdm.std
from cxrstudy.base.progress import place, progress
assert place() == "notebook"
now = 0.0
tqdm.std.time = lambda: now
for _ in progress(range(50), "decoding"):
    now += 1
"""
    )
    assert [output.output_type for output in outputs] == ["display_data"]
    assert outputs[0].data == {"text/plain": "decoding: 50 in 00:50, 1.0 image/s"}


def test_a_notebook_has_one_line_that_is_updated(clock, monkeypatch):
    said = []

    def display(shown, raw, display_id):
        said.append(("shown", shown["text/plain"], raw, display_id))
        return SimpleNamespace(
            update=lambda shown, raw: said.append(("updated", shown["text/plain"], raw))
        )

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "notebook")
    for _ in progress(range(2), "decoding"):
        clock.now += 1
    assert said == [
        ("shown", "decoding: 1 of 2 (50.0 %), 1.0 image/s, 00:01 left", True, True),
        ("updated", "decoding: 2 of 2 (100.0 %), 1.0 image/s, 00:00 left", True),
        ("updated", "decoding: 2 in 00:02, 1.0 image/s", True),
    ]
