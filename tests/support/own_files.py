"""Files of a user's own, which a function and the modules beside it are read from."""

import sys

import pytest

MAIN = '''"""Text."""
import helpers
from helpers import half
from pack.inner import third


def twice(value, times=2):
    """Multiply."""
    return value * times + helpers.half(0) + third(0)  # comment


def late(value):
    from helpers import SHIFT

    return value + SHIFT
'''
HELPERS = "SHIFT = 10\n\n\ndef half(value):\n    return value / 2\n"
INNER = "from ..helpers2 import x\n\n\ndef third(value):\n    return value / 3 + x\n"
FILES = {
    "main_file.py": MAIN, "helpers.py": HELPERS, "pack/__init__.py": "", "unused.py": "1 / 0\n",
    "pack/inner.py": INNER.replace("..helpers2", ".deep"), "pack/deep.py": "x = 0\n",
}  # fmt: skip


def write(folder, files=FILES):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield write(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]
