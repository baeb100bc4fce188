"""Forecast: the expected time of missing runs, with the range that it may lie in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cxrstudy.data.cohort import Cohort
from cxrstudy.study.graph import Graph, Node
from cxrstudy.study.pace import Pace, Paces, calibrate, scored_in


@dataclass(frozen=True)
class Forecast:
    """Expected time of missing runs.

    Attributes
    ----------
    seconds
        Seconds for all missing runs of a stage, by the stage's id; None if nothing tells its pace.
    ranges
        The same, as pairs of the least and the most.
    """

    seconds: Mapping[str, float | None]
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def known(self) -> float:
        """Seconds with one process, for all stages with an estimate."""
        return sum(value for value in self.seconds.values() if value is not None)

    @property
    def unknown(self) -> int:
        """Number of missing stages without an estimate."""
        return sum(value is None for value in self.seconds.values())

    @property
    def least_and_most(self) -> tuple[float, float]:
        """Range of :attr:`known`, as if all stages were slow, or fast, together."""
        least, most = (sum(one[end] for one in self.ranges.values()) for end in (0, 1))
        return least, most

    def wall(self, graph: Graph, workers: int) -> float:
        """Seconds with several processes: equal shares, but at least the time of one chain."""
        ends: dict[str, float] = {}
        for node in graph.nodes:
            each = (self.seconds[node.id] or 0.0) / max(1, len(node.missing))
            ends[node.id] = each + ends.get(node.parent or "", 0.0)
        return max(self.known / workers, max(ends.values(), default=0.0))


def forecast(graph: Graph) -> Forecast:
    """Estimate times from the records of the store, and from what was calibrated.

    The time of a run is that of the images that its steps see, and of those that it scores, at the
    paces of :mod:`cxrstudy.study.pace`.
    """
    known = Paces(graph.records)
    return _forecast(graph, {node.id: known.of(node.start, node.stage) for node in graph.nodes})


def calibrated_forecast(graph: Graph) -> Forecast:
    """The same; a pace that nothing tells is measured, which takes ten seconds for each network."""
    known = Paces(graph.records)
    return _forecast(
        graph,
        {
            node.id: known.of(node.start, node.stage) or calibrate(node.start, node.stage)
            for node in graph.nodes
            if node.missing
        },
    )


def _forecast(graph: Graph, paces: Mapping[str, Pace | None]) -> Forecast:
    cohorts = {part.study.cohort.name: part.study.cohort for part in graph.parts}
    seconds: dict[str, float | None] = {}
    ranges = {}
    for node in graph.nodes:
        pace = paces.get(node.id)
        if not node.missing:
            seconds[node.id], ranges[node.id] = 0.0, (0.0, 0.0)
        elif pace is None:
            seconds[node.id] = None
        else:
            each = pace.seconds(node.stage.samples_seen, _scored(node, cohorts[node.cohort]))
            time = each * len(node.missing)
            seconds[node.id], ranges[node.id] = time, (time * pace.least, time * pace.most)
    return Forecast(seconds, ranges)


def _scored(node: Node, cohort: Cohort) -> int:
    """Number of images that a run of a stage scores, of its own role and of others."""
    own = cohort.role(*node.stage.roles)
    others = sum(len(cohort.role(name).rows("test")) for name in node.stage.scored_on)
    validation, test = (len(own.rows(split)) for split in ("validation", "test"))
    return scored_in(node.stage.facts, validation, test + others)
