"""Record: what a run leaves. Plain files, and the only thing that the book reads.

======================  ==========================================================================
``run.json``            what was run, on what, with what, how long (:class:`Record`)
``scores.csv``          a row an image of the validation and test splits: truth and probabilities
``epochs.csv``          a row an evaluation: step, losses, AUROC
``backbone.safetensors``    the trained backbone, which the next stage of a chain starts from
``head.safetensors``    the trained head, which makes a whole network of it again
======================  ==========================================================================
"""

from typing import Any

from pydantic import Field

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.schema import Strict
from cxrstudy.data.role import Task

RUN, SCORES, EPOCHS = "run.json", "scores.csv", "epochs.csv"
BACKBONE, HEAD = "backbone.safetensors", "head.safetensors"


class Record(Strict):
    """The facts of a run.

    Attributes
    ----------
    id
        SHA-256 of the canonical JSON of ``identity``.
    identity
        All that decides the bits: stage, parent or start, data, code, versions, arithmetic.
    code
        SHA-256 of every module that counts, by name, to say later which one has changed; the id
        covers what they do, not where they lie.
    chain
        Initial weights and roles up to this stage, for people.
    cohort, copies
        Where the images came from, and what stood in for the originals.
    task, labels
        Of the head.
    images
        Number by split of the role, and by further role scored.
    patients
        Number in the training split that was used.
    samples_seen
        Images seen in training, counted with repeats.
    seconds
        Wall time by part: ``training``, ``scoring``.
    peak_memory_bytes
        Resident memory of the process on a CPU, allocated memory on a GPU.
    device
        Name of the processor.
    finished
        UTC, ISO 8601.
    files
        SHA-256 of the other files of the record.
    """

    id: str
    identity: dict[str, Any]
    code: dict[str, str] = Field(default_factory=dict)
    chain: str
    cohort: str
    copies: str
    task: Task
    labels: list[str]
    images: dict[str, int]
    patients: int
    samples_seen: int
    seconds: dict[str, float]
    peak_memory_bytes: int
    device: str
    finished: str
    files: dict[str, str]

    @property
    def parent(self) -> str | None:
        """Id of the run whose backbone this one started from."""
        return self.identity.get("parent")


def id_of(identity: dict[str, Any]) -> str:
    """Id of a run: SHA-256 of the canonical JSON of all that decides its bits."""
    return fingerprint(canonical(identity))
