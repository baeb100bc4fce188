"""Made images whose signal is known, and what is needed to train on them in a second.

An image is noise; each of its labels adds a square of its own at a place of its own. Two images
belong to a patient, and whole patients are in a split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.data.cohort import Cohort
from cxrstudy.data.role import Role, Task, pool
from cxrstudy.pixels import pixel_file
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.plan import start_facts
from cxrstudy.runs.record import id_of
from cxrstudy.runs.run import Job
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.stage import Stage
from cxrstudy.training.weight_files import sha256_of

#: The smallest network that is still one of timm's, and stages of seconds.
TINY = Start("resnet10t", "random", (("channels", (8, 8, 8, 8)),))
#: The same with a thin stem, with which a training takes a quarter less: for many steps.
THIN = Start("resnet10t", "random", (("channels", (8, 8, 8, 8)), ("stem_width", 16)))
STAGE = Stage(
    roles=("target",),
    pixels=32,
    steps=8,
    batch_size=8,
    validations=2,
    learning_rate=0.01,
    weight_decay=0.01,
)
#: Grey levels that a label's square adds, by the label's place.
_SIGNALS = (90, -60, 45)


@dataclass(frozen=True)
class Made:
    """A role, and the file of its pixels."""

    role: Role
    file: Path

    @property
    def maps(self) -> dict[str, Path]:
        return {f"made {self.role.name}": self.file}

    @property
    def pixels(self) -> RolePixels:
        return RolePixels(self.role.table, self.maps)


def make_role(
    folder: Path,
    kind: Task = "multiclass",
    labels: Sequence[str] = ("normal", "covid19"),
    name: str = "target",
    images: int = 80,
    side: int = 32,
    seed: int = 0,
    unknown: float = 0.0,
) -> Made:
    """Make a role; the first label of classes is the absence of the others.

    A share ``unknown`` of the entries of the truth is hidden, while the signal is there.
    """
    random = np.random.default_rng(seed)
    count = len(labels)
    if kind == "multiclass":
        truth = np.eye(count, dtype=np.float32)[random.integers(0, count, images)]
        shown = truth[:, 1:]
    else:
        truth = random.integers(0, 2, (images, count)).astype(np.float32)
        shown = truth
    pixels = np.clip(random.normal(110, 12, (images, side, side)), 0, 255)
    size = side // 4
    for image, present in zip(pixels, shown, strict=True):
        for label in np.flatnonzero(present):
            top, left = random.integers(0, side - size, 2)
            image[top : top + size, left : left + size] += _SIGNALS[label]
    if unknown:
        truth = np.where(random.random(truth.shape) < unknown, np.float32(np.nan), truth)
    file = folder / f"{name}-{seed}.npy"
    save_pixels(file, np.clip(pixels, 0, 255).astype(np.uint8))
    return Made(Role(name, kind, tuple(labels), _table(name, images), truth), file)


def save_pixels(file: Path, images: NDArray[np.uint8]) -> None:
    """Write a pixel file and its description."""
    np.save(file, images)
    pixel_file.describe(file, images, {})


def _table(name: str, images: int) -> pd.DataFrame:
    numbers = np.arange(images)
    patients = numbers // 2
    last = patients[-1] + 1
    splits = np.select(
        [patients < 0.6 * last, patients < 0.75 * last], ["train", "validation"], "test"
    )
    return pd.DataFrame(
        {
            "id": [f"{name}-{number:03d}" for number in numbers],
            "sha256": [f"{number:064x}" for number in numbers],
            "patient": [f"{name}-patient-{patient:02d}" for patient in patients],
            "source": "made",
            "split": splits,
            "manifest": f"made {name}",
            "row": numbers,
        }
    )


def make_pool(*members: Made) -> tuple[Role, RolePixels]:
    """Put roles together, as a pooled stage does."""
    role = pool([made.role for made in members])
    return role, RolePixels(role.table, {k: v for made in members for k, v in made.maps.items()})


def make_cohort(*members: Made) -> Cohort:
    roles = {made.role.name: made.role for made in members}
    manifests = {f"made {name}": role.table for name, role in roles.items()}
    return Cohort("made", "Made images", "made by the tests", "They are noise.", roles, manifests)


def make_job(
    chain: Chain,
    role: Role,
    maps: Mapping[str, Path],
    records: Path,
    parent: str | None = None,
    scored_on: tuple[Role, ...] = (),
) -> Job:
    """Make the job of a chain's last stage."""
    stage = {name: value for name, value in chain.stages[-1].facts.items() if name != "scored_on"}
    identity = {
        "stage": stage,
        "start": None if parent else start_facts(chain.start),
        "weights": None if parent else sha256_of(chain.start.weights, chain.start.architecture),
        "parent": parent,
        "data": role.fingerprint,
    }
    return Job(
        id=id_of(identity),
        identity=identity,
        chain=chain,
        role=role,
        scored_on=scored_on,
        cohort="made",
        copies="made by the tests",
        maps=maps,
        records=records,
    )


def grey(image: NDArray[np.float32], statistics: tuple[float, float]) -> NDArray[np.float32]:
    """Undo the normalisation of a batch."""
    mean, deviation = statistics
    return image * deviation + mean
