"""Identities: one text for one value, published digests, and code without its prose."""

import ast
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cxrstudy
from cxrstudy.base import identity
from cxrstudy.base.identity import (
    canonical,
    code_fingerprint,
    code_fingerprints,
    file_sha256,
    fingerprint,
    meaning,
)

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


SOURCE = '''"""Module."""
RATE = 0.1

class Thing:
    """Class."""

    def twice(self, value):
        """Method."""
        return 2 * value  # comment

async def wait(value="text"):
    """Function."""
'''


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Module."""', '"""Another."""'),
        ('"""Module."""', ""),
        ('"""Class."""', '"""Another."""'),
        ('"""Method."""', '"""Longer,\n\n        with a second paragraph."""'),
        ('    """Function."""', "    pass"),
        ("# comment", "# another comment"),
        ("  # comment", ""),
        ("RATE = 0.1", "RATE = (\n    0.1\n)"),
        ('"text"', "'text'"),
        ("\n\n", "\n\n\n"),
    ],
)
def test_prose_and_layout_mean_nothing(old, new):
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new)) == meaning(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.1", "0.2"),
        ("2 * value", "value * 2"),
        ("2 *", "2.0 *"),
        ('"text"', '"other"'),
        ("async ", ""),
        ("class Thing", "class Other"),
        ('    """Method."""\n', '    """Method."""\n        print()\n'),
        ('"""Module."""', "import os"),
    ],
)
def test_anything_else_means_something(old, new):
    assert old in SOURCE
    assert meaning(SOURCE.replace(old, new, 1)) != meaning(SOURCE)


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "__file__", str(tmp_path / "base" / "identity.py"))
    code_fingerprints.cache_clear()
    yield tmp_path
    code_fingerprints.cache_clear()


def test_a_code_fingerprint_covers_the_code_of_the_modules_and_their_names(package):
    found = {}
    for name, one, two in [
        ("first", "A = 1", "B = 2"),
        ("prose", '"""Now documented."""\nA = 1  # and explained', "B = 2"),
        ("constant", "A = 3", "B = 2"),
        ("exchanged", "B = 2", "A = 1"),
    ]:
        (package / "one.py").write_text(one)
        (package / "other.py").write_text(two)
        (package / "three.py").write_text(name)
        code_fingerprints.cache_clear()
        found[name] = code_fingerprint(("one", "other"))
    assert found["prose"] == found["first"]
    assert len(set(found.values())) == 3


#: Modules that modules that matter import, though their code is not in a run's id, and why.
EXCUSED = {
    "data/role": "what it holds is covered by the fingerprint of the data",
    "training/chain": "holds values, which are covered",
    "training/stage": "holds values, which are covered",
    "base/device": "what it decides, the arithmetic, is covered",
    "phantom": "the recipes of its images are covered",
    "base/places": "says where files lie, whose SHA-256 is covered",
    "base/progress": "shows",
    "base/identity": "an altered one alters the ids themselves",
}


def test_whatever_code_that_matters_imports_matters_too_or_is_excused():
    here = Path(cxrstudy.__file__).parent
    imported = set()
    for name in identity.MODULES_THAT_MATTER:
        for node in ast.walk(ast.parse((here / f"{name}.py").read_text())):
            if not isinstance(node, ast.ImportFrom):
                continue
            folder = (node.module or "").replace("cxrstudy", "", 1).strip(".").replace(".", "/")
            if (node.module or "").startswith("cxrstudy."):
                is_folder = (here / folder).is_dir()
                imported |= {f"{folder}/{a.name}" if is_folder else folder for a in node.names}
            elif node.module == "cxrstudy":
                imported |= {alias.name for alias in node.names}
    assert imported - set(identity.MODULES_THAT_MATTER) - set(EXCUSED) == set()


def test_the_environment_names_python_and_the_libraries_that_decide_bits():
    versions = identity.environment()
    assert set(versions) == {"python", "torch", "fastai", "timm", "numpy", "pillow"}
    assert all(version[0].isdigit() for version in versions.values())
