"""Flip bits in every kind of file of a store, and count what `store check` and readers say.

    python -m benchmarks.faults.store 40 --seed 1

It trains a tiny study, then changes one bit at a time, so many times in each kind of file, and
writes ``store.csv``: a row for each kind and outcome. The outcomes are *found* (`store check` names
the file or its record, and no other), *found, others too*, *same content* (a blank between two
numbers of a file that is compared by what it says), and *not found*. ``refused`` counts those of
them that whoever reads the file refuses too.
"""

import argparse
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cxrstudy.explain import recorded_maps
from cxrstudy.pixels.pixel_file import AlteredPixelsError, description_of, open_checked
from cxrstudy.runs import maps, scoring_record, store, store_check
from cxrstudy.runs.maps import MapsError
from cxrstudy.runs.network import load_network
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES
from cxrstudy.runs.store import StoreError
from cxrstudy.training.checkpoint import CheckpointError, read
from tests.support import small
from tests.support.stores import write_checkpoint

FOUND, OTHERS, SAME, MISSED = "found", "found, others too", "same content", "not found"
REFUSALS = (StoreError, MapsError, AlteredPixelsError, CheckpointError)


def make(folder: Path) -> Path:
    """Train a tiny study with scores on another role, maps and a checkpoint; its store."""
    small.train(folder)
    with small.at(folder) as study:
        arms = study.arms(small.arms_of(study))
        plan = study.plan({"control": arms["control"]})
        run, role = plan.runs[-1].id, study.cohort.role("target")
        network = load_network(study.records, run)
        squares = study.squares(role, network.pixels)
        label, beside = network.labels[-1], study.records.parent / "heatmaps"
        recorded_maps(network, role, role.rows("test"), squares, label, beside)
        write_checkpoint(study.records, "f" * 64, b"state" * 100)
        return study.records


def kinds(records: Path) -> dict[str, tuple[Path, Callable[[Path], object]]]:
    """One file of each kind, and who reads it."""
    record = next(records / run for run in store_check.runs_of(records))
    scoring = next(scoring_record.folder_of(records) / n for n in scoring_record.names(records))
    drawn = next((records.parent / "heatmaps").glob("[!.]*"))
    pixels = min((records.parent / "pixels").glob("*.npy"), key=lambda path: path.stat().st_size)
    of_record = {
        name: (record / name, lambda path: store.checked(records, record.name, path.name))
        for name in (SCORES, EPOCHS, BACKBONE, HEAD)
    }
    return {
        f"record, {RUN}": (record / RUN, lambda path: store.read(records, record.name)),
        **{f"record, {name}": found for name, found in of_record.items()},
        "scores on a role, facts": (
            scoring / scoring_record.FACTS, lambda path: scoring_record.read(records, scoring.name)
        ),
        "scores on a role, table": (
            scoring / SCORES, lambda path: scoring_record.read_scores(records, scoring.name)
        ),
        "maps, facts": (drawn / maps.FACTS, lambda path: maps.read_maps(drawn.parent, drawn.name)),
        "maps, arrays": (drawn / maps.MAPS, lambda path: maps.read_maps(drawn.parent, drawn.name)),
        "pixels": (pixels, open_checked),
        "pixels, description": (description_of(pixels), lambda path: open_checked(pixels)),
        "checkpoint": (store.checkpoint_path(records, "f" * 64), read),
    }  # fmt: skip


def flipped(path: Path, chance: random.Random) -> bytes:
    """Content of a file with one changed bit, as often among its first bytes as anywhere."""
    changed = bytearray(path.read_bytes())
    place = chance.randrange(chance.choice((min(len(changed), 200), len(changed))))
    changed[place] ^= 1 << chance.randrange(8)
    return bytes(changed)


def outcome(records: Path, path: Path) -> str:
    """What `store check` says of a store in which a file was changed."""
    found = [one.path for one in store_check.check(records) if one.problem]
    here = [one for one in found if one in (path, path.parent, path.with_suffix(".npy"))]
    if here:
        return FOUND if len(found) == len(here) else OTHERS
    return SAME if path.suffix == ".json" and not found else MISSED


def is_refused(path: Path, read: Callable[[Path], object]) -> bool:
    """Whether the reader of a file refuses it; another error than ours is raised."""
    try:
        read(path)
    except REFUSALS:
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("times", type=int, help="changed bits of each kind of file")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        records = make(Path(scratch))
        assert not [one for one in store_check.check(records) if one.problem]
        for kind, (path, read_file) in kinds(records).items():
            whole, chance = path.read_bytes(), random.Random(f"{asked.seed} {kind}")
            for _ in range(asked.times):
                path.write_bytes(flipped(path, chance))
                said = outcome(records, path)
                rows.append({
                    "file": kind, "outcome": said, "refused": is_refused(path, read_file),
                })  # fmt: skip
                path.write_bytes(whole)
            print(kind, pd.DataFrame(rows).query("file == @kind").outcome.value_counts().to_dict())
    table = pd.DataFrame(rows).groupby(["file", "outcome"], sort=False).refused
    table = table.agg(["size", "sum"]).rename(columns={"size": "times", "sum": "refused"})
    table = table.reset_index().assign(seed=asked.seed)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main()
