"""A live widget without a browser: what views send to it, and what it answers."""

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from cxrstudy.explorer import explore
from tests.support.explored import made_cohort, made_explainer, made_network

ARMS = {"control": made_network(0), "general": made_network(1)}


@pytest.fixture
def widget(monkeypatch):
    explorer = explore(ARMS, made_cohort(4), explain=made_explainer()).wait()
    explorer.said = []
    monkeypatch.setattr(
        explorer, "send", lambda content, buffers=None: explorer.said.append(content)
    )
    yield explorer
    explorer.close()
    rest(explorer)


def rest(widget):
    """Wait until everything that was asked is done."""
    for worker in widget._workers.values():
        worker.wait(30)
    if not widget._reader._shutdown:
        widget._reader.submit(int).result(30)


def part(arm="control", label="covid19", method="gradcam", layer="layer4"):
    return {"arm": arm, "label": label, "method": method, "layer": layer}


def show(widget, number, *parts, case=None, view="v"):
    case = case or widget.catalogue["cases"][0]["id"]
    named = {"view": view, "number": number, "case": case, "parts": list(parts)}
    widget._hear(widget, {"kind": "show", **named}, [])


def send_part(widget, name, size, offset, content, file="f", view="v"):
    message = {"kind": "part", "view": view, "upload": file, "name": name, "size": size}
    widget._hear(widget, {**message, "offset": offset}, [memoryview(content)])


def upload(widget, content, name="mine.png", step=1 << 20, file="f", view="v"):
    for offset in range(0, max(len(content), 1), step):
        piece = content[offset : offset + step]
        send_part(widget, name, len(content), offset, piece, file, view)
    rest(widget)


def png(width=90, height=120, shift=0):
    stream = io.BytesIO()
    grey = np.add.outer(np.arange(height), np.arange(width) + shift).astype(np.uint8)
    Image.fromarray(grey).save(stream, "PNG")
    return stream.getvalue()


def answers(widget, kind):
    return [message for message in widget.said if message["kind"] == kind]


def kinds(widget):
    return [message["kind"] for message in widget.said]


def ping(widget, **more):
    widget._hear(widget, {"kind": "ping", "view": "v", "number": 1, **more}, [])
    return answers(widget, "alive")[-1]


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)
