"""Forecast: the expected time of missing runs, estimated from similar recorded runs."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cxrstudy.base import arithmetic
from cxrstudy.base.identity import canonical
from cxrstudy.runs import store
from cxrstudy.runs.plan import planned_kind
from cxrstudy.runs.record import RUN, Record
from cxrstudy.runs.store import StoreError
from cxrstudy.study.graph import Graph, Node


@dataclass(frozen=True)
class Forecast:
    """Expected time of missing runs.

    Attributes
    ----------
    seconds
        Seconds for all missing runs of a stage, by the stage's id; None if no record is similar.
    """

    seconds: Mapping[str, float | None]

    @property
    def known(self) -> float:
        """Seconds with one process, for all stages with an estimate."""
        return sum(value for value in self.seconds.values() if value is not None)

    @property
    def unknown(self) -> int:
        """Number of missing stages without an estimate."""
        return sum(value is None for value in self.seconds.values())

    def wall(self, graph: Graph, workers: int) -> float:
        """Seconds with several processes: equal shares, but at least the time of one chain."""
        ends: dict[str, float] = {}
        for node in graph.nodes:
            each = (self.seconds[node.id] or 0.0) / max(1, len(node.missing))
            ends[node.id] = each + ends.get(node.parent or "", 0.0)
        return max(self.known / workers, max(ends.values(), default=0.0))


def forecast(graph: Graph) -> Forecast:
    """Estimate times from the records of the store.

    Runs are similar if they have the same network with the same options, side of the images and
    arithmetic: a processor with older instructions takes about three times as long. The estimate is
    the number of samples to see, times the median seconds per
    sample of similar records.
    """
    paces = _paces(graph.records)
    kind = canonical(arithmetic.facts(planned_kind()))
    return Forecast({node.id: _seconds(node, paces, kind) for node in graph.nodes})


def _seconds(node: Node, paces: Mapping[str, float], kind: str) -> float | None:
    if not node.missing:
        return 0.0
    pace = paces.get(_key(asdict(node.start), node.stage.pixels, kind))
    return None if pace is None else pace * node.stage.samples_seen * len(node.missing)


def _paces(records: Path) -> dict[str, float]:
    """Median seconds per sample of recorded runs."""
    known = _readable(records)
    found: dict[str, list[float]] = {}
    for record in known.values():
        start = _start(record, known)
        if start is not None and record.samples_seen:
            pixels, kind = record.identity["stage"]["pixels"], record.identity["arithmetic"]
            key = _key(start, pixels, canonical(kind))
            found.setdefault(key, []).append(sum(record.seconds.values()) / record.samples_seen)
    return {key: median(values) for key, values in found.items()}


def _readable(records: Path) -> dict[str, Record]:
    """Records by id, without broken ones, which ``cxrstudy store check`` reports."""
    found = {}
    for path in records.glob(f"[!.]*/{RUN}"):
        with suppress(StoreError):
            found[path.parent.name] = store.read(records, path.parent.name)
    return found


def _start(record: Record, known: Mapping[str, Record]) -> dict[str, Any] | None:
    """Start of a run's chain, which only the record of its first stage contains."""
    at: Record | None = record
    while at:
        if at.identity.get("start"):
            return dict(at.identity["start"])
        at = known.get(at.parent or "")
    return None


def _key(start: Mapping[str, Any], pixels: int, kind: str) -> str:
    return canonical([start["architecture"], start["options"], pixels, kind])
