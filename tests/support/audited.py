"""A clean made cohort: patients are made up, images are smooth noise.

Nothing tells a label but the label. `Made.evidence` puts the cohort together.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.file_facts import file_facts
from cxrstudy.audit.near_duplicate_pairs import Pairs, pairs_alike
from cxrstudy.audit.thumbnails import PIXELS, Thumbnails
from cxrstudy.data.cohort import Cohort
from cxrstudy.data.manifest import COLUMNS, check_manifest, truth
from cxrstudy.data.role import Role, Task

Images = NDArray[np.uint8]
Split = tuple[str, int]

CLASSES = ("normal", "other_pneumonia", "covid19")
KINDS: dict[str, tuple[Task, tuple[str, ...]]] = {
    "target": ("multiclass", CLASSES),
    "external": ("multiclass", CLASSES),
    "general": ("multilabel", ("mass", "effusion")),
    "pneumonia": ("binary", ("pneumonia",)),
}


class _Audited(Evidence):
    """Evidence whose copies are searched once for the same images, because that takes seconds."""

    @cached_property
    def near(self) -> Pairs:
        return _near(self.thumbnails.pixels.tobytes(), self.readable.tobytes())


@lru_cache(maxsize=8)
def _near(pixels: bytes, readable: bytes) -> Pairs:
    seen = np.frombuffer(pixels, np.uint8).reshape(-1, PIXELS, PIXELS)
    return pairs_alike(seen, np.frombuffer(readable, bool))


@dataclass
class Made:
    """Tables of manifests and their images, by role; a role's manifest is called `made ROLE`."""

    tables: dict[str, pd.DataFrame]
    images: dict[str, Images]
    unreadable: dict[str, dict[int, str]] = field(default_factory=dict)
    crosswalk: pd.DataFrame | None = None
    withheld: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, dict[str, object]] = field(default_factory=dict)

    def evidence(self) -> Evidence:
        manifests = {f"made {name}": table for name, table in self.tables.items()}
        included = {
            name: table[table["excluded"] == ""].reset_index(drop=True)
            for name, table in manifests.items()
        }
        roles = {name: _role(name, included[f"made {name}"]) for name in self.tables}
        texts = ("made", "Made", "made by the tests", "They are noise.")
        cohort = Cohort(*texts, roles, included, withheld=self.withheld)
        return _Audited(
            cohort,
            manifests,
            {f"made {name}": KINDS[name][1] for name in self.tables},
            lambda name: self._look(name.removeprefix("made ")),
            self.crosswalk,
            self._facts,
        )

    def _facts(self, paths: Sequence[str]) -> pd.DataFrame:
        """What is known of files; of most nothing, because there are none."""
        facts = file_facts([""] * len(paths))
        known = {place: self.facts[path] for place, path in enumerate(paths) if path in self.facts}
        rows = [row | known.get(place, {}) for place, row in enumerate(facts.to_dict("records"))]
        return pd.DataFrame(rows, columns=list(facts))

    def _look(self, role: str) -> Thumbnails:
        return Thumbnails(self.images[role], self.unreadable.get(role, {}))

    def where(self, role: str = "target", **values: object) -> NDArray[np.intp]:
        """Rows with these values."""
        table = self.tables[role]
        return np.flatnonzero(np.all([table[name] == value for name, value in values.items()], 0))

    def put(self, rows: object, role: str = "target", **values: object) -> None:
        """Overwrite cells."""
        for name, value in values.items():
            self.tables[role].loc[rows, name] = value


def clean(*roles: str) -> Made:
    """A cohort without a fault, free to be changed; of all roles unless some are named."""
    made = deepcopy(_clean())
    for role in set(KINDS) - set(roles or KINDS):
        del made.tables[role], made.images[role]
    return made


@lru_cache(maxsize=1)
def _clean() -> Made:
    random = np.random.default_rng(16)
    splits: dict[str, tuple[Split, ...]] = {
        "target": (("train", 36), ("validation", 12), ("test", 12)),
        "external": (("test", 14),),
        "general": (("train", 40), ("validation", 16)),
        "pneumonia": (("train", 30), ("validation", 14)),
    }
    tables = {
        name: _table(name, _cells(labels, kind), splits[name], random)
        for name, (kind, labels) in KINDS.items()
    }
    images = {name: scenes(len(table), random) for name, table in tables.items()}
    return Made(tables, images)


def scenes(count: int, random: np.random.Generator, side: int = PIXELS) -> Images:
    """Smooth noise of several scales with a little grain; no two alike."""
    noise = sum(
        weight * _unit(gaussian_filter(random.normal(size=(count, side, side)), (0, scale, scale)))
        for weight, scale in ((1.0, side / 10), (0.6, side / 24), (0.15, side / 60))
    )
    return np.clip(128 + 40 * noise, 0, 255).astype(np.uint8)


def recompressed(image: Images, quality: int = 60, side: int = 256, gamma: float = 1.3) -> Images:
    """Resize, brighten and store as JPEG, and read that again: (h, w) of bytes."""
    small = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    grey = 255 * (np.asarray(small) / 255) ** gamma
    stored = BytesIO()
    Image.fromarray(np.rint(grey).astype(np.uint8)).save(stored, "JPEG", quality=quality)
    return np.asarray(Image.open(stored))


def _unit(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    return noise / noise.std((1, 2), keepdims=True)


def _cells(labels: tuple[str, ...], kind: Task) -> tuple[str, ...]:
    """Contents of the column labels, dealt out evenly."""
    if kind == "multiclass":
        return labels
    if kind == "binary":
        return "", labels[0]
    return "", labels[0], labels[1], "|".join(labels)


def _table(
    role: str, cells: tuple[str, ...], splits: tuple[Split, ...], random: np.random.Generator
) -> pd.DataFrame:
    """Patients with one or two images; sites, views, ages and sizes by chance."""
    rows = list(_rows(role, cells, splits, random))
    return check_manifest(pd.DataFrame(rows, columns=list(COLUMNS)), KINDS[role][1], role)


def _rows(
    role: str, cells: tuple[str, ...], splits: tuple[Split, ...], random: np.random.Generator
) -> Iterator[dict[str, object]]:
    places = [(s, cell, n) for s, count in splits for cell in cells for n in range(count)]
    for number, (split, cell, of_cell) in enumerate(places):
        person = {
            "patient": f"{role}-{number:03d}",
            "source": str(random.choice(["alder", "birch"])),
            "sex": str(random.choice(["F", "M"])),
            "age": float(random.integers(20, 90)),
        }
        for image in range(1 + of_cell % 2):
            name = f"{role}-{number:03d}-{image}"
            ending = random.choice(["png", "jpg"])
            yield person | {
                "id": name, "path": f"{name}.{ending}", "sha256": random.bytes(32).hex(),
                "origin": "", "prepared_sha256": "", "view": str(random.choice(["PA", "AP"])),
                "width": int(random.integers(800, 1200)), "height": int(random.integers(800, 1200)),
                "licence": "CC0-1.0", "labels": cell, "split": split, "excluded": "",
            }  # fmt: skip


def _role(name: str, table: pd.DataFrame) -> Role:
    kind, labels = KINDS[name]
    rows = table.assign(manifest=f"made {name}", row=np.arange(len(table)))
    return Role(name, kind, labels, rows, truth(table["labels"], labels, labels))
