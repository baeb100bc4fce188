"""Forecast: the expected time of missing runs, estimated from similar recorded runs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from cxrstudy.base import arithmetic
from cxrstudy.base.identity import canonical
from cxrstudy.runs.plan import planned_kind
from cxrstudy.runs.record import RUN
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
    facts = {path.parent.name: _facts(path) for path in records.glob(f"[!.]*/{RUN}")}
    found: dict[str, list[float]] = {}
    for fact in facts.values():
        start = _start(fact, facts)
        if start is not None and fact.get("samples_seen"):
            identity = fact["identity"]
            key = _key(start, identity["stage"]["pixels"], canonical(identity["arithmetic"]))
            found.setdefault(key, []).append(sum(fact["seconds"].values()) / fact["samples_seen"])
    return {key: median(values) for key, values in found.items()}


def _facts(path: Path) -> dict[str, Any]:
    """Facts of a record; empty if it is broken, which ``cxrstudy store check`` reports."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def _start(fact: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """Start of a run's chain, which only the record of its first stage contains."""
    while fact:
        identity = fact["identity"]
        if identity.get("start"):
            return dict(identity["start"])
        fact = facts.get(identity.get("parent") or "", {})
    return None


def _key(start: Mapping[str, Any], pixels: int, kind: str) -> str:
    return canonical([start["architecture"], start["options"], pixels, kind])
