"""Look-up tables: by descriptor and data, against pydicom where it reads them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.lookup import read_table
from tests.support.dicoms import table_item

pytest.importorskip("pydicom")

DOMAIN = (0, 4095)
SQUARES = (np.arange(300) ** 2 // 40).astype("<u2")  # 0 to 2235


def item_of(count, first, bits, entries, **types):
    item = table_item(count, first, bits, entries, **types)
    item.set_original_encoding(False, True)
    return item


@pytest.mark.parametrize("vr", ["OW", "US"])
def test_sixteen_bit_entries_as_bytes_and_as_a_list(vr):
    entries = SQUARES.tobytes() if vr == "OW" else SQUARES.tolist()
    table = read_table(item_of(300, 100, 12, entries, vr=vr), DOMAIN)
    assert (table.first, table.top, table.entries.tolist()) == (100, 4095, SQUARES.tolist())
    assert table.look_up(np.array([0.0, 100, 150, 9999])).tolist() == [0, 0, 62, 2235]


@pytest.mark.parametrize("count", [200, 201])
@pytest.mark.parametrize("vr", ["OW", "US"])
def test_eight_bit_entries_packed_two_to_a_word(vr, count):
    entries = np.arange(count, dtype=np.uint8)
    packed = entries.tobytes() + bytes(count % 2)
    given_as = packed if vr == "OW" else np.frombuffer(packed, "<u2").tolist()
    table = read_table(item_of(count, 0, 8, given_as, vr=vr), DOMAIN)
    assert (table.top, table.entries.tolist()) == (255, entries.tolist())


def test_eight_bit_entries_in_words_of_their_own():
    entries = np.arange(200, dtype="<u2")
    table = read_table(item_of(200, 0, 8, entries.tobytes()), DOMAIN)
    assert (table.top, table.entries.tolist()) == (255, entries.tolist())


def test_big_endian_entries():
    item = item_of(300, 0, 12, SQUARES.astype(">u2").tobytes())
    item.set_original_encoding(False, False)
    assert read_table(item, DOMAIN).entries.tolist() == SQUARES.tolist()


@given(st.integers(2, 299))
def test_of_a_table_that_is_too_short_the_last_entry_holds_on(there):
    table = read_table(item_of(300, 0, 16, SQUARES[:there].tobytes()), DOMAIN)
    if there == 150:  # as many bytes as entries: these are entries of 8 bits
        assert table.top == 255
        return
    assert table.entries.tolist() == SQUARES[:there].tolist()
    assert table.look_up(np.array([4000.0])) == SQUARES[there - 1]


def test_0_entries_are_65536_and_entries_beyond_the_declared_ones_don_t_count():
    full = np.arange(2**16).astype("<u2").tobytes()
    assert len(read_table(item_of(0, 0, 16, full), (0, 65535)).entries) == 2**16
    assert len(read_table(item_of(256, 0, 16, full), (0, 65535)).entries) == 256


@given(st.integers(-2048, 2047))
def test_the_first_value_is_read_into_the_domain(first):
    table = read_table(item_of(300, first % 2**16, 12, SQUARES.tobytes()), (-2048, 2047))
    assert table.first == first


def test_entries_above_their_declared_bits_are_believed():
    assert read_table(item_of(300, 0, 8, SQUARES.tobytes()), DOMAIN).top == 65535


@pytest.mark.parametrize("missing", ["LUTDescriptor", "LUTData", None])
def test_a_table_that_can_t_be_used_is_none(missing):
    item = item_of(300, 0, 12, SQUARES.tobytes() if missing else b"\0\0")
    if missing:
        delattr(item, missing)
    assert read_table(item, DOMAIN) is None
