"""Catalogue: facts of all runs of a store, to compare many runs without reading each record anew.

To read and check ten thousand records takes seconds. So what was read is remembered beside the
store, with the time and the size of each ``run.json``: only records that are new, or were written
since, are read. The catalogue serves to compare and to estimate. Whatever uses a result reads the
record itself.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cxrstudy.base.coverage import package_fingerprint
from cxrstudy.base.identity import canonical
from cxrstudy.base.remembered import FOLDER, keep, kept
from cxrstudy.runs import store
from cxrstudy.runs.record import RUN

Version = tuple[int, int, int]


@dataclass(frozen=True)
class Facts:
    """What is compared of a recorded run; the fields as in :class:`cxrstudy.runs.record.Record`."""

    id: str
    identity: Mapping[str, Any]
    code: Mapping[str, str]
    chain: str
    finished: str
    device: str
    images: Mapping[str, int]
    samples_seen: int
    seconds: Mapping[str, float]


_NAMES = tuple(field.name for field in fields(Facts) if field.name not in ("id", "identity"))


def catalogue(records: Path) -> dict[str, Facts]:
    """Facts of all runs of a store by id, without those whose record can't be read."""
    versions = _versions(records)
    path = records.parent / FOLDER / f"{records.name}.json"
    known = _read(path)
    found = {run: known[run] for run, version in versions.items() if _same(known, run, version)}
    for run in versions.keys() - found.keys():
        with suppress(store.StoreError):
            found[run] = versions[run], _facts(records, run)
    if found.keys() != known.keys() or any(known[run] is not found[run] for run in found):
        with suppress(OSError):
            keep(path, _text(found))
    return {run: found[run][1] for run in sorted(found)}


_Known = dict[str, tuple[Version, Facts]]


def _same(known: _Known, run: str, version: Version) -> bool:
    return run in known and known[run][0] == version


def _versions(records: Path) -> dict[str, Version]:
    """Time, size and number of each record's file."""
    found = {}
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(records) as entries:
        for entry in entries:
            with suppress(OSError):
                if not entry.name.startswith("."):
                    facts = os.stat(f"{entry.path}/{RUN}")  # noqa: PTH116 (half the time)
                    found[entry.name] = facts.st_mtime_ns, facts.st_size, facts.st_ino
    return found


def _facts(records: Path, run: str) -> Facts:
    record = store.read(records, run)
    return Facts(record.id, record.identity, *(getattr(record, name) for name in _NAMES))


def _text(found: _Known) -> str:
    """Write facts as text; a value that several runs share stands in it once."""
    numbers: dict[str, int] = {}

    def number(value: Any) -> int:
        return numbers.setdefault(canonical(value), len(numbers))

    runs = {
        run: [
            version,
            {name: number(value) for name, value in facts.identity.items()},
            [number(getattr(facts, name)) for name in _NAMES],
        ]
        for run, (version, facts) in found.items()
    }
    values = ",".join(numbers)
    return f'{{"code":"{package_fingerprint()}","runs":{json.dumps(runs)},"values":[{values}]}}'


def _read(path: Path) -> _Known:
    text = kept(path)
    whole = json.loads(text) if text is not None else {}
    if whole.get("code") != package_fingerprint():
        return {}
    values = whole["values"]
    return {
        run: (
            (version[0], version[1], version[2]),
            Facts(
                run,
                {name: values[number] for name, number in identity.items()},
                *(values[number] for number in others),
            ),
        )
        for run, (version, identity, others) in whole["runs"].items()
    }
