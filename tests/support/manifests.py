"""Manifests: legal rows and cards, of which a test says what differs."""

import hashlib

import pandas as pd

from cxrstudy.data.manifest import COLUMNS


def image_table(*rows: dict[str, object], **common: object) -> pd.DataFrame:
    """Make a legal manifest; `rows` and `common` say what differs from a plain image."""
    plain = {
        "origin": "", "prepared_sha256": "", "source": "hospital", "view": "PA", "sex": "F",
        "age": 50.0, "width": 80, "height": 60, "licence": "CC0-1.0", "labels": "",
        "split": "train", "excluded": "",
    }  # fmt: skip
    full = []
    for number, row in enumerate(rows):
        name = {"id": f"image-{number}", "patient": f"patient-{number}"} | common | row
        content = hashlib.sha256(str(name["id"]).encode()).hexdigest()
        full.append(plain | {"path": f"{name['id']}.png", "sha256": content} | name)
    return pd.DataFrame(full, columns=list(COLUMNS))


def card_of(name: str, labels: list[str]) -> dict[str, object]:
    """Make a legal card."""
    texts = ("name", "title", "citation", "address", "version", "licence", "copies")
    return dict.fromkeys(texts, name) | {
        "access": "open", "label_map": {label: label.upper() for label in labels},
        "counts": {}, "traps": [],
    }  # fmt: skip
