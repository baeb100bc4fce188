"""Pace: seconds that an image takes in training and in scoring, on this machine.

It is taken from recorded runs with the same network, options, side of the images and arithmetic: a
processor with older instructions takes several times as long. Runs of the same processor come
first, the last ones of them, because a machine may be busier than it was. Where none is recorded,
:func:`calibrate` takes some steps on invented images, and the pace is remembered.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from cxrstudy.base import arithmetic, device
from cxrstudy.base.coverage import environment
from cxrstudy.base.identity import canonical
from cxrstudy.base.remembered import recall, remembered
from cxrstudy.runs.catalogue import Facts, catalogue
from cxrstudy.runs.plan import planned_kind
from cxrstudy.training.chain import Start
from cxrstudy.training.stage import Stage

#: Runs of the same kind that count, the last ones.
LAST = 9
#: How far off an estimate may be, as factors: from runs here, by calibration, from runs elsewhere.
HERE, CALIBRATED, ELSEWHERE = (0.8, 1.2), (0.7, 1.5), (0.4, 2.5)
#: Seconds that a calibration trains, and scores.
TRIAL = 3.0


@dataclass(frozen=True)
class Pace:
    """Seconds per image.

    Attributes
    ----------
    training
        Of an image that a step sees.
    scoring
        Of an image that is scored, during validation too.
    least, most
        Factors between which the time of a run is expected.
    """

    training: float
    scoring: float
    least: float = 1.0
    most: float = 1.0

    def seconds(self, samples: int, scored: int) -> float:
        """Expected time of a run."""
        return self.training * samples + self.scoring * scored


class Paces:
    """The paces that are known on this machine."""

    def __init__(self, records: Path) -> None:
        self._here: dict[str, list[Facts]] = {}
        self._elsewhere: dict[str, list[Facts]] = {}
        processor = device.name(device.kind())
        for key, runs in by_kind(catalogue(records)).items():
            self._here[key] = [run for run in runs if run.device == processor]
            self._elsewhere[key] = [run for run in runs if run.device != processor]

    def of(self, start: Start, stage: Stage) -> Pace | None:
        """Pace of a stage; None if nothing tells it."""
        key = _key(asdict(start) | {"function": _function(start)}, stage.pixels, _arithmetic())
        if here := self._here.get(key):
            return usual(here, HERE)
        if (found := recall("pace", lambda: _inputs(start, stage))) is not None:
            return Pace(found[0], found[1], *CALIBRATED)
        elsewhere = self._elsewhere.get(key)
        return usual(elsewhere, ELSEWHERE) if elsewhere else None


def calibrate(start: Start, stage: Stage) -> Pace:
    """Measure the pace of a stage on invented images, once; it takes about ten seconds."""
    found = remembered("pace", lambda: _inputs(start, stage), lambda: _measured(start, stage))
    return Pace(found[0], found[1], *CALIBRATED)


def scored_in(stage: Mapping[str, Any], validation: int, others: int) -> int:
    """Number of images that a run scores: validation at each validation and at the end."""
    return int(stage.get("validations") or 0) * validation + validation + others


def usual(runs: list[Facts], bounds: tuple[float, float]) -> Pace:
    """Median pace of the last runs, with how far they lie apart, and at least some bounds."""
    last = sorted(runs, key=lambda run: run.finished)[-LAST:]
    each = [_pace_of(run) for run in last]
    middle = Pace(median(one.training for one in each), median(one.scoring for one in each))
    ratios = [
        sum(run.seconds.values()) / expected
        for run in last
        if (expected := middle.seconds(run.samples_seen, scored(run)))
    ]
    least, most = bounds
    return replace(middle, least=min([least, *ratios]), most=max([most, *ratios]))


def scored(run: Facts) -> int:
    """Number of images that a recorded run scored, during its training and after it."""
    return _at_the_end(run)[0] + _during(run)


def _pace_of(run: Facts) -> Pace:
    at_the_end = _at_the_end(run)[0]
    scoring = run.seconds.get("scoring", 0.0) / at_the_end if at_the_end else 0.0
    training = run.seconds.get("training", 0.0) - scoring * _during(run)
    return Pace(max(0.0, training) / run.samples_seen, scoring)


def _at_the_end(run: Facts) -> tuple[int, int]:
    """Numbers of images that a run scored after its training: all, and those of validation."""
    ends = [(name.rpartition(" ")[2], count) for name, count in run.images.items()]
    validation = sum(count for split, count in ends if split == "validation")
    return validation + sum(count for split, count in ends if split == "test"), validation


def _during(run: Facts) -> int:
    """Number of images that a run scored during its training."""
    return int(run.identity["stage"].get("validations") or 0) * _at_the_end(run)[1]


def by_kind(known: Mapping[str, Facts]) -> dict[str, list[Facts]]:
    """Runs by network, side of the images and arithmetic."""
    keys: dict[tuple[int, Any, int], str] = {}
    found: dict[str, list[Facts]] = {}
    for run in known.values():
        start, pixels = _start(run, known), run.identity["stage"].get("pixels")
        if start is None or not run.samples_seen or "arithmetic" not in run.identity:
            continue
        kind = run.identity["arithmetic"]
        same = (id(start), pixels, id(kind))  # runs share these values
        if same not in keys:
            keys[same] = _key(start, pixels, canonical(kind))
        found.setdefault(keys[same], []).append(run)
    return found


def _start(run: Facts, known: Mapping[str, Facts]) -> Mapping[str, Any] | None:
    """Start of a run's chain, which only the record of its first stage contains."""
    at: Facts | None = run
    while at:
        if start := at.identity.get("start"):
            found: Mapping[str, Any] = start
            return found
        at = known.get(at.identity.get("parent") or "")
    return None


def _key(start: Mapping[str, Any], pixels: int, kind: str) -> str:
    network = [start["architecture"], start["options"], start.get("function")]
    return canonical([network, pixels, kind])


def _function(start: Start) -> Any:
    return start.function.facts if start.function else None


def _arithmetic() -> str:
    return canonical(arithmetic.facts(planned_kind()))


def _inputs(start: Start, stage: Stage) -> list[Any]:
    """What a calibrated pace depends on."""
    network = [start.architecture, start.options, _function(start)]
    here = [_arithmetic(), device.name(device.kind()), environment()]
    return [network, stage.pixels, stage.batch_size, here]


def _measured(start: Start, stage: Stage) -> list[float]:
    """Seconds per image in training and in scoring, as medians of some steps on one thread."""
    import torch

    from cxrstudy.training.model import build

    torch.set_num_threads(1)
    network = build(replace(start, weights="random"), 3, seed=0, backbone=None)
    network = network.to(memory_format=torch.channels_last)
    side = (stage.batch_size, 1, stage.pixels, stage.pixels)
    images = torch.rand(side).contiguous(memory_format=torch.channels_last)
    truth = torch.arange(stage.batch_size) % 3
    optimiser = torch.optim.AdamW(network.parameters())

    def train() -> None:
        torch.nn.functional.cross_entropy(network(images), truth).backward()
        optimiser.step()
        optimiser.zero_grad()

    def score() -> None:
        with torch.no_grad():
            network(images)

    network.train()
    in_training = _usual_time(train)
    network.eval()
    return [in_training / stage.batch_size, _usual_time(score) / stage.batch_size]


def _usual_time(step: Callable[[], None]) -> float:
    """Median time of a step, after a first one that is not counted."""
    step()
    began, times = perf_counter(), list[float]()
    while perf_counter() - began < TRIAL or len(times) < 3:
        before = perf_counter()
        step()
        times.append(perf_counter() - before)
    return median(times)
