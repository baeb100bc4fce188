"""A folder of prepared sets, as small as a test needs it."""

import hashlib

import pandas as pd
import pytest

from cxrstudy.data.sources.prepared_sets import FINDINGS

ORIGIN = ("path", "origin_repository", "origin_commit", "origin_path", "origin_sha256")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def folder(tmp_path):
    """Write a set: `folder("nih64", {...}, {...})`; rows say what differs from a plain image."""

    def written(name, *rows, **common):
        (tmp_path / name).mkdir(exist_ok=True)
        plain = {
            "patient_id": "p", "source_file": "f.png", "source": "cohen", "label": "normal",
            "group": "g", "keep": 1, "use": 1, "image_license": "CC BY 4.0",
            "url": "https://www.eurorad.org/case/1", "subtype": "normal",
            "width": 64, "height": 48, "origin_repository": "owner/set", "origin_commit": "c0ffee",
        }  # fmt: skip
        full = []
        for number, row in enumerate(rows):
            path = f"images/{number}.png"
            full.append(
                dict.fromkeys(FINDINGS, 0)
                | plain
                | {"path": path, "origin_path": f"from/{number}.dcm", "set": name}
                | {"sha256": digest(f"copy {name} {number}")}
                | {"origin_sha256": digest(f"original {name} {number}")}
                | common
                | row
            )
        table = pd.DataFrame(full)
        table.drop(columns=[*ORIGIN[1:], "use", "set"]).to_csv(
            tmp_path / name / "labels.csv", index=False
        )
        table[list(ORIGIN)].to_csv(tmp_path / name / "origins.csv", index=False)
        splits = tmp_path / "splits.csv"
        known = pd.read_csv(splits) if splits.exists() else pd.DataFrame()
        known = pd.concat([known, table[["set", "path", "group", "use"]]])
        known.to_csv(splits, index=False)
        return tmp_path

    return written
