"""Network: load the trained network of a recorded run, to explain it and to predict with it."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE, HEAD, Record
from cxrstudy.training.backbone import load_backbone, read_weights
from cxrstudy.training.chain import Start
from cxrstudy.training.model import create, normalisation_of


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained network, and what is needed to use it.

    Attributes
    ----------
    model
        In evaluation mode, on the CPU; (n, 1, pixels, pixels) normalised images to (n, k) logits.
    record
        Record of the run.
    pixels
        Side of the square images that it was trained on.
    normalisation
        Mean and standard deviation with which it expects grey images in 0 to 1 to be normalised.
    """

    model: nn.Module
    record: Record
    pixels: int
    normalisation: tuple[float, float]

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the k logits."""
        return tuple(self.record.labels)


def load_network(records: Path, run: str) -> TrainedNetwork:
    """Load the network of a recorded run.

    Raises
    ------
    StoreError
        The run is not recorded, or one of its files is missing or altered.
    """
    record = store.read(records, run)
    model = create(start_of(records, run), len(record.labels))
    load_backbone(model, read_weights(store.checked(records, run, BACKBONE)))
    model.load_state_dict(read_weights(store.checked(records, run, HEAD)), strict=False)
    return TrainedNetwork(
        model.eval(), record, record.identity["stage"]["pixels"], normalisation_of(model)
    )


def start_of(records: Path, run: str) -> Start:
    """Architecture and initial weights of the chain that a run belongs to.

    Raises
    ------
    StoreError
        The run, or one of its parents, is not recorded.
    """
    record = store.read(records, run)
    if record.parent:
        return start_of(records, record.parent)
    start = record.identity["start"]
    options = tuple((name, tuple(v) if isinstance(v, list) else v) for name, v in start["options"])
    return Start(start["architecture"], start["weights"], options)
