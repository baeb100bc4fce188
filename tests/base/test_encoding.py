"""Encoding: every text of the project is read and written as UTF-8, whatever the locale is."""

import ast
import json
import os
import subprocess
import sys

import pytest

from tests.support.project import THIS

SOURCES = sorted((THIS / "cxrstudy").rglob("*.py"))
#: Methods of a path that read or write text, and the position of their encoding.
METHODS = {"read_text": 0, "write_text": 1}


def without_encoding(source):
    """Line and call of every text that would be in the encoding of the locale."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        nothing = (
            isinstance(given.get("encoding"), ast.Constant) and given["encoding"].value is None
        )
        if ("encoding" in given and not nothing) or None in given:
            continue
        if name in METHODS and len(node.args) <= METHODS[name]:
            yield node.lineno, name
        if name == "open" and is_text(node, given):
            yield node.lineno, name
        if any(isinstance(given.get(key), ast.Constant) and given[key].value is True
               for key in ("text", "universal_newlines")):  # fmt: skip
            yield node.lineno, name


def is_text(node, given):
    modes = [a.value for a in (*node.args, given.get("mode")) if isinstance(a, ast.Constant)]
    modes = [mode for mode in modes if isinstance(mode, str) and set(mode) <= set("rwxabt+")]
    called_on = ast.unparse(node.func).removesuffix(".open")
    if called_on in ("Image", "os", "webbrowser", "tarfile", "zipfile", "gzip"):
        return False
    return not any("b" in mode for mode in modes)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("p.read_text()\np.read_text(encoding='utf-8')", [1]),
        ("p.write_text('x')\np.write_text('x', 'utf-8')\np.write_bytes(b'x')", [1]),
        ("open('x')\nopen('x', 'rb')\np.open('w')\np.open('wb')\np.open()", [1, 3, 5]),
        ("subprocess.run(c, text=True)\nsubprocess.run(c, text=True, encoding='utf-8')", [1]),
        ("Image.open(p)\nos.open(p, 0)", []),
    ],
)
def test_what_has_no_encoding_is_found(source, lines):
    assert sorted(line for line, _ in without_encoding(source)) == lines


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(THIS)))
def test_every_text_has_an_encoding(path):
    assert list(without_encoding(path.read_text(encoding="utf-8"))) == []


LOCALES = {
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ISO-8859-1": {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"},
    "a terminal of Windows": {"PYTHONIOENCODING": "cp1252"},
}
PROGRAM = """
import json, sys
from cxrstudy.cli.output import _write_any_character
from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.verdicts.claims_file import all_claims
_write_any_character()
print(chr(0x251C), chr(0x2192), file=sys.stderr)
words = [claim.words for paper in all_claims() for claim in paper.claims]
print(json.dumps([code_fingerprint("run"), words]))
"""


def seen(**variables):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | variables, cwd=THIS, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_ids_and_words_are_the_same_in_every_locale():
    expected = seen(PYTHONUTF8="1")
    texts = [path.read_bytes() for path in (THIS / "claims").glob("*.yaml")]
    assert not all(text.isascii() for text in texts)  # there is something to read wrongly
    for name, variables in LOCALES.items():
        assert seen(**variables) == expected, name
