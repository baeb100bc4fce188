"""Identities: one text for one value, and published digests."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.identity import canonical, file_sha256, fingerprint

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def turned(value):
    """Give a value with the keys of all its dictionaries in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in reversed(value.items())}
    return [turned(inner) for inner in value] if isinstance(value, list) else value


def test_canonical_json_has_sorted_keys_no_spaces_and_letters_as_they_are():
    value = {"b": [1, 2.5, None, True], "a": {"é": "→", "B": ()}}
    assert canonical(value) == '{"a":{"B":[],"é":"→"},"b":[1,2.5,null,true]}'


@given(plain)
def test_canonical_json_does_not_depend_on_the_order_of_keys(value):
    assert canonical(turned(value)) == canonical(value)


@given(plain)
def test_canonical_json_says_all_of_the_value(value):
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_what_json_can_not_say_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        canonical({"rate": value})


@pytest.mark.parametrize(
    ("text", "expected"),
    [  # FIPS 180-2, appendix B, and the empty text
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ],
)
def test_a_fingerprint_is_the_sha256_of_the_text_and_of_a_file_that_holds_it(
    text, expected, tmp_path
):
    assert fingerprint(text) == expected
    (tmp_path / "file").write_text(text)
    assert file_sha256(tmp_path / "file") == expected


def test_a_file_larger_than_a_read_is_hashed_whole(tmp_path):
    content = bytes(range(256)) * 5000
    (tmp_path / "file").write_bytes(content)
    assert file_sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()
