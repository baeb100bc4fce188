"""Croissant: every manifest of the project is described, by fields that it has.

The standard's own library reads all of them: `make validate`.
"""

import csv
import hashlib

import pytest

from cxrstudy.base import places
from cxrstudy.pages.croissant import croissant
from tests.support.some import some

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
    assert all(field["description"] for field in some(records["field"]))
    assert made["url"].startswith("https://")
