"""Network: load the trained network of a recorded run, for predictions and explanations."""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.base.locks import lock_of
from cxrstudy.data.role import Task
from cxrstudy.pixels.masking import Visible, masked
from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE, HEAD
from cxrstudy.training.backbone import load_backbone, read_weights
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import ExpectedInput, of_facts
from cxrstudy.training.loss import probabilities
from cxrstudy.training.model import create, expected_input_of, normalise

#: Images per forward pass.
BATCH = 64


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A trained network, and what is needed to apply it to images.

    Attributes
    ----------
    model
        (n, channels, pixels, pixels) normalised images to (n, k) logits.
    task, labels
        Kind of classification, and names of the k logits.
    pixels
        Height and width of its square input images.
    expects
        What the initial weights expected of an image, by which images are normalised.
    visible
        Part of an image that it was trained on.
    run
        Id of the run that trained it; empty for a network that was not recorded.
    """

    model: nn.Module
    task: Task
    labels: tuple[str, ...]
    pixels: int
    expects: ExpectedInput
    visible: Visible = "whole"
    run: str = ""

    @property
    def busy(self) -> threading.RLock:
        """Lock of the model, held during a forward pass or an explanation.

        Explanations register hooks in the model: two at a time would read each other's values.
        """
        return lock_of(self.model)

    def seen(self, squares: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Mask (n, pixels, pixels) grey images as in training."""
        return masked(squares, self.visible)

    def tensor(self, squares: NDArray[np.uint8]) -> Tensor:
        """Convert (n, pixels, pixels) grey images to an input batch of the model."""
        device = next(self.model.parameters()).device
        # Copied, because torch warns about read-only arrays.
        return normalise(np.array(self.seen(squares)), self.expects, device)

    def probabilities(self, squares: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Probabilities (n, k) of (n, pixels, pixels) grey images."""
        starts = range(0, len(squares), BATCH)
        with self.busy, torch.inference_mode():
            self.model.eval()
            logits = [self.model(self.tensor(squares[i : i + BATCH])) for i in starts]
            return probabilities(torch.cat(logits), self.task).numpy()


def load_network(records: Path, run: str) -> TrainedNetwork:
    """Load the trained network of a run, on the CPU.

    Raises
    ------
    StoreError
        The run is not recorded, or one of its files is missing or altered.
    """
    record = store.read(records, run)
    model = create(start_of(records, run), len(record.labels))
    load_backbone(model, read_weights(store.checked(records, run, BACKBONE)))
    model.load_state_dict(read_weights(store.checked(records, run, HEAD)), strict=False)
    stage = record.identity["stage"]
    return TrainedNetwork(
        model.eval(), record.task, tuple(record.labels), stage["pixels"], expected_input_of(model),
        stage["visible"], run,
    )  # fmt: skip


def start_of(records: Path, run: str) -> Start:
    """Architecture and initial weights at the start of a run's chain.

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
    if not isinstance(start.get("expects"), dict):
        raise store.StoreError(
            f"run {run[:12]} does not record what its initial weights expect of an image, because "
            "an older version made it; train it again"
        )
    expects = of_facts(start["expects"], record.input_from)
    own = record.own_functions.get("network")
    return Start(start["architecture"], start["weights"], options, expects, own)
