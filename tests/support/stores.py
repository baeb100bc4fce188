"""Stores of made records, and what killed processes leave beside them."""

import os
import time
from hashlib import sha256
from types import SimpleNamespace

import pytest

from cxrstudy.base.atomic import unfinished_name
from cxrstudy.base.coverage import code_fingerprint, environment
from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import store
from cxrstudy.runs.outcome import Outcome
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES, Record, id_of

FILES = (SCORES, EPOCHS, BACKBONE, HEAD)


def write_record(records, seed, parent=None, **changed):
    """Write a made record; its id."""
    return write_identified(records, {"stage": {"seed": seed}, "parent": parent} | changed)


def write_identified(
    records, identity, samples_seen=1, seconds=None, images=None, device="", outcome=None
):
    """Write a made record of an identity; its id."""
    seed = identity["stage"]["seed"]

    def fill(folder):
        for name in FILES:
            (folder / name).write_text(f"{name} of {seed}")
        made = Record(
            id=id_of(identity), identity=identity, chain="random → target", cohort="made",
            copies="", task="binary", labels=["covid19"], images=images or {}, patients=1,
            samples_seen=samples_seen, outcome=outcome or Outcome(),
            seconds=seconds or {}, peak_memory_bytes=1, device=device, finished="",
            files={name: file_sha256(folder / name) for name in FILES},
        )  # fmt: skip
        (folder / RUN).write_text(made.model_dump_json())

    store.write(records, id_of(identity), fill)
    return id_of(identity)


def write_checkpoint(records, run, content=b"state"):
    path = store.checkpoint_path(records, run)
    path.write_bytes(sha256(content).hexdigest().encode() + content)
    return path


@pytest.fixture
def made(tmp_path):
    """A chain of two, and a run that nobody asks for."""
    records = tmp_path / "store"
    first = write_record(records, 0)
    last = write_record(records, 1, first)
    other = write_record(records, 2, code=code_fingerprint("run"), environment=environment())
    return SimpleNamespace(records=records, first=first, last=last, other=other)


def leave(made):
    """What killed processes leave."""
    records, begun = made.records, "f" * 64
    partial = unfinished_name(records / begun)
    partial.mkdir()
    (partial / RUN).touch()
    half = unfinished_name(store.checkpoint_path(records, begun))
    half.touch()
    deleted = records / ("e" * 64)
    deleted.mkdir()
    pixels = records.parent / "pixels"
    pixels.mkdir()
    old, new = pixels / ".x-32.npy.abc.unfinished", pixels / ".y-32.npy.abc.unfinished"
    old.touch()
    new.touch()
    day_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (day_ago, day_ago))
    return {partial, half, deleted, write_checkpoint(records, made.last), old}
