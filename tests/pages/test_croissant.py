"""Croissant: every manifest of the project is described, by fields that it has."""

import csv
import hashlib

import pytest

from cxrstudy.base import places
from cxrstudy.pages.croissant import croissant

MANIFESTS = [
    p for p in places.visible(places.manifests(), "*.csv") if p.with_suffix(".yaml").is_file()
]


@pytest.mark.parametrize("path", MANIFESTS[:2] + MANIFESTS[-1:], ids=lambda path: path.stem)
def test_fields_are_the_columns_and_the_hash_is_that_of_the_file(path):
    made = croissant(path, "2026-11-28")
    (records,) = made["recordSet"]
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    assert [field["source"]["extract"]["column"] for field in records["field"]] == columns
    (file_object,) = made["distribution"]
    assert file_object["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all(field["description"] for field in records["field"])
    assert made["url"].startswith("https://")


@pytest.mark.parametrize("path", MANIFESTS[:1], ids=lambda path: path.stem)
def test_the_standard_s_own_library_finds_no_error_and_reads_the_rows(path, tmp_path):
    mlcroissant = pytest.importorskip("mlcroissant", reason="not run: mlcroissant is not installed")
    import json

    (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "c.json").write_text(json.dumps(croissant(path, "2026-11-28")))
    found = mlcroissant.Dataset(jsonld=tmp_path / "c.json")
    assert not found.metadata.ctx.issues.errors
    row = next(iter(found.records("images")))
    with path.open(encoding="utf-8", newline="") as file:
        assert row["images/id"].decode() == next(csv.DictReader(file))["id"]
