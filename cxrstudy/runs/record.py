"""Record: the results of a run, as plain files. The book reads nothing else.

======================  ==========================================================================
``run.json``            stage, images, versions, device, time (:class:`Record`)
``scores.csv``          one row per validation and test image: truth and probabilities
``epochs.csv``          one row per validation: step, losses, AUROC, learning rate
``backbone.safetensors``    the trained backbone, which the next stage of a chain starts from
``head.safetensors``    the trained head, which completes the network
======================  ==========================================================================
"""

from typing import Any

from pydantic import Field

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.own_function import OwnFunction
from cxrstudy.base.schema import Strict
from cxrstudy.data.role import Task
from cxrstudy.runs.find import RUN
from cxrstudy.runs.outcome import Outcome
from cxrstudy.training.plateau import UNKNOWN, Plateau

__all__ = ["BACKBONE", "EPOCHS", "HEAD", "RUN", "SCORES", "Record", "id_of"]

SCORES, EPOCHS = "scores.csv", "epochs.csv"
BACKBONE, HEAD = "backbone.safetensors", "head.safetensors"


class Record(Strict):
    """The facts of a run.

    Attributes
    ----------
    id
        SHA-256 of the canonical JSON of ``identity``.
    identity
        Everything that the result depends on: stage, parent or start, data, code, versions,
        arithmetic.
    code
        SHA-256 by name of every module that the id covers, to tell later which module has changed.
        The id covers what the modules do, not their place in the package.
    chain
        Initial weights and roles up to this stage, as text for people.
    input_from
        Who states what the initial weights expect of an image; what they expect is in the identity
        of the chain's first run.
    cohort, copies
        Source of the images, and how they differ from the originals.
    task, labels
        Kind of classification and labels of the head.
    images
        Number of images of each split of the role, and of each further role that was scored.
    counts
        Number of images by split, label and state (``present``, ``absent``, ``unknown``); of
        ``train`` those that the stage used.
    outcome
        Whether the training has a result; see :mod:`cxrstudy.runs.outcome`.
    patients
        Number of training patients that were used.
    samples_seen
        Images seen in training, counted with repeats.
    plateau
        Whether training was at a plateau when it ended; None in older records.
    seconds
        Wall time of each part: ``training``, ``scoring``.
    peak_memory_bytes
        Resident memory of the process on a CPU, allocated memory on a GPU.
    device
        Name of the processor.
    finished
        Time of the end: UTC, ISO 8601.
    commit, uncommitted
        Commit of the project when the run began, and whether files differed from it; empty in older
        records, ``none`` outside a checkout.
    own_functions
        The ``recipe`` and the ``network`` that are functions of the user's own, with their texts.
    files
        SHA-256 of the other files of the record.
    """

    id: str
    identity: dict[str, Any]
    code: dict[str, str] = Field(default_factory=dict)
    chain: str
    input_from: str = ""
    cohort: str
    copies: str
    task: Task
    labels: list[str]
    images: dict[str, int]
    counts: dict[str, dict[str, dict[str, int]]] = Field(default_factory=dict)
    outcome: Outcome = Outcome()
    patients: int
    samples_seen: int
    plateau: Plateau | None = None
    seconds: dict[str, float]
    peak_memory_bytes: int
    device: str
    finished: str
    commit: str = ""
    uncommitted: bool = True
    own_functions: dict[str, OwnFunction] = Field(default_factory=dict)
    files: dict[str, str]

    @property
    def parent(self) -> str | None:
        """Id of the run whose backbone this run started from."""
        return self.identity.get("parent")

    @property
    def at_plateau(self) -> str:
        """``yes``, ``no`` or ``not known``; see :mod:`cxrstudy.training.plateau`."""
        return self.plateau.word if self.plateau else UNKNOWN


def id_of(identity: dict[str, Any]) -> str:
    """Id of a run: SHA-256 of the canonical JSON of everything that its result depends on."""
    return fingerprint(canonical(identity))
