"""Kinds: the table of faults names a test for each, and every test exists."""

import re
from pathlib import Path

import pytest

from tests.support.project import THIS

ROWS = re.findall(
    r"^\| (.+) \| `(tests/\S+)::(\w+)` \|$",
    Path(__file__).with_name("kinds.md").read_text(encoding="utf-8"), re.M,
)  # fmt: skip


def test_there_is_a_table():
    assert len(ROWS) > 30
    assert len({kind for kind, *_ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("kind", "file", "test"), ROWS, ids=[row[2] for row in ROWS])
def test_every_kind_has_its_test(kind, file, test):
    assert f"\ndef {test}(" in (THIS / file).read_text(encoding="utf-8"), kind
