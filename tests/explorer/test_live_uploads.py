"""Live: files that a view sends to the widget, without a browser."""

import threading

import pytest

from cxrstudy.explorer import live
from cxrstudy.explorer.upload import read_upload
from tests.support import live_widget
from tests.support.live_widget import (
    answers,
    kinds,
    part,
    ping,
    png,
    rest,
    send_part,
    show,
    upload,
    wait_for,
)

widget = live_widget.widget


def test_a_ping_is_told_how_much_of_a_file_has_arrived(widget, monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(
        live, "read_upload", lambda name, content: asked.wait(30) and read_upload(name, content)
    )
    send_part(widget, "mine.png", 4, 0, b"12")
    assert ping(widget, upload="f", until=2)["arrived"] == 2
    assert ping(widget, upload="f", until=2)["until"] == 2
    send_part(widget, "mine.png", 4, 2, b"34")
    assert ping(widget, upload="f")["arrived"] == 4  # it is being read
    asked.set()
    rest(widget)
    assert kinds(widget)[-1] == "refused"
    assert ping(widget, upload="f")["arrived"] is None


def test_an_upload_becomes_a_case_that_can_be_shown(widget):
    upload(widget, png(), step=100)
    (added,) = (message["case"] for message in answers(widget, "added"))
    assert added["id"] == "upload 1: mine.png"
    assert added["known"] is False
    assert added["facts"] is None
    assert added["readings"]["control"]["right"] is None
    assert widget.uploads == [added]  # a view that is opened later offers it too
    show(widget, 1, part(), case=added["id"])
    rest(widget)
    assert kinds(widget)[-1] == "answer"
    assert answers(widget, "answer")[0]["outline"] is None


def test_how_far_an_upload_is_is_said_to_its_view_and_for_every_network(widget):
    upload(widget, png())
    told = answers(widget, "scoring")
    assert {(one["view"], one["upload"]) for one in told} == {("v", "f")}
    assert [one["text"] for one in told] == [
        "1 of 1 image read", "1 of 1 image scored by control", "1 of 1 image scored by general",
        "compared with the training images",
    ]  # fmt: skip
    shares = [one["share"] for one in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert kinds(widget)[-1] == "added"


def test_files_that_arrive_at_once_are_not_mixed(widget):
    one, two = png(shift=0), png(shift=90)
    for offset in range(0, len(one) + 50, 50):  # in turns, from two views
        for file, content, view in (("a", one, "v"), ("b", two, "w")):
            if offset < len(content):
                piece = content[offset : offset + 50]
                send_part(widget, f"{file}.png", len(content), offset, piece, file, view)
    rest(widget)
    added = {m["view"]: m["case"] for m in answers(widget, "added")}
    assert {view: case["id"].split(": ")[1] for view, case in added.items()} == {
        "v": "a.png", "w": "b.png",
    }  # fmt: skip
    upload(widget, two, "alone.png", file="c")
    alone = answers(widget, "added")[-1]["case"]
    assert added["w"]["readings"] == alone["readings"]
    assert added["v"]["readings"] != alone["readings"]


def test_an_upload_does_not_end_a_map(widget):
    show(widget, 1, part(method="endless"))
    wait_for(lambda: "progress" in kinds(widget))
    content = png()
    send_part(widget, "mine.png", len(content), 0, content)
    assert ping(widget)["works"] is True


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "mine.png is empty"),
        (b"nothing at all", "mine.png can't be used: not an image"),
        (b"GIF89a....", "this is GIF"),
        (png()[:-30], "truncated or damaged"),
        (png(20, 90), "20 x 90 pixels; each side needs at least 32"),
        (png(400, 50), "not a chest radiograph"),
    ],
)
def test_what_can_not_be_used_is_said_in_words_with_its_name(widget, content, words):
    upload(widget, content)
    (said,) = answers(widget, "refused")
    assert words in said["text"]
    assert "mine.png" in said["text"]
    assert (said["view"], said["upload"]) == ("v", "f")
    assert "excluded" not in said["text"]  # advice about manifests is none here


def test_a_network_that_fails_on_an_upload_is_said_with_the_name_of_the_file(widget, monkeypatch):
    monkeypatch.setattr(live, "read_all", lambda *_: 1 / 0)
    upload(widget, png())
    assert answers(widget, "refused")[0]["text"] == (
        "mine.png can't be used: division by zero (ZeroDivisionError)."
    )
