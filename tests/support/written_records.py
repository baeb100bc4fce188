"""Small records of a store, by number."""

import numpy as np
import pandas as pd

from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE, EPOCHS, RUN, SCORES, Record, id_of

FILES = (SCORES, EPOCHS, BACKBONE)


def scores(patients=("p1", "p2")):
    return pd.DataFrame(
        {
            "role": "target",
            "split": "test",
            "id": [f"image {number}" for number in range(len(patients))],
            "patient": list(patients),
            "source": "made",
            "truth_covid19": [0.0, np.nan, 1.0][: len(patients)],
            "score_covid19": np.float32([0.1, 1 / 3, 1e-9])[: len(patients)],
        }
    )


def record_of(number, folder):
    identity = {"stage": {"seed": number}, "parent": None}
    return Record(
        id=id_of(identity), identity=identity, chain="random → target", cohort="made", copies="",
        task="binary", labels=["covid19"], images={}, patients=1, samples_seen=1, seconds={},
        peak_memory_bytes=1, device="", finished="",
        files={name: file_sha256(folder / name) for name in FILES},
    )  # fmt: skip


def filling(number, table=None):
    """What writes the record of a number into a folder."""

    def fill(folder):
        (scores() if table is None else table).to_csv(folder / SCORES, index=False)
        pd.DataFrame({"step": [4, 8], "train_loss": [0.5, 0.25]}).to_csv(
            folder / EPOCHS, index=False
        )
        (folder / BACKBONE).write_bytes(bytes(range(100)))
        (folder / RUN).write_text(record_of(number, folder).model_dump_json())

    return fill


def run_of(number):
    return id_of({"stage": {"seed": number}, "parent": None})


def written(folder, number=0):
    store.write(folder, run_of(number), filling(number))
    return run_of(number)


def everything(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}
