"""Recorded pages: made records, as executed notebooks contain them."""

from cxrstudy.runs.record import Record, id_of


def record(seed=0, parent=None, seconds=2.0):
    identity = {
        "stage": {"seed": seed},
        "parent": parent,
        "environment": {"torch": "2.15.0"},
        "arithmetic": ["cpu", "float32"],
    }
    return Record(
        id=id_of(identity),
        identity=identity,
        chain="random → target",
        cohort="phantom",
        copies="made",
        task="binary",
        labels=["a"],
        images={"target train": 4},
        patients=3,
        samples_seen=320,
        seconds={"training": seconds, "scoring": 1.0},
        peak_memory_bytes=2**20,
        device="a processor",
        finished=f"2026-11-21T22:0{seed}:00+00:00",
        files={},
    )
