"""Mutated tables, YAML and notebooks; many more are tried by ``benchmarks/faults/tables.py``."""

import pytest

from benchmarks.faults import tables

SEED, EACH = 11, 11


@pytest.fixture(scope="module")
def folder():
    with tables.project() as found:
        yield found


@pytest.mark.parametrize("kind", tables.READERS)
def test_a_mutated_file_is_read_or_refused_by_its_name(folder, kind):
    place, count = list(tables.READERS).index(kind), len(tables.READERS)
    assert tables.outcome(folder, kind, (folder / tables.READERS[kind][0]).read_bytes()) == "read"
    for number in range(place, place + EACH * count, count):
        found, mutation, content = tables.mutated(folder, number, SEED)
        said = tables.outcome(folder, kind, content)
        assert found == kind
        assert said.split(":")[0] in (tables.READ, tables.REFUSED), (mutation, said)
