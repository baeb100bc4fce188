"""Arithmetic: held by default, native where it is chosen or came too late, and said truly."""

import json
import os
import subprocess
import sys

import pytest

from cxrstudy.base import arithmetic

X86 = arithmetic.platform.machine() in arithmetic.X86
pytestmark = pytest.mark.skipif(not X86, reason="not run: nothing is held on this processor")

SAID = """
import json
{first}
import cxrstudy, os
from cxrstudy.base import arithmetic
import numpy
found = numpy.show_config("dicts")["SIMD Extensions"]["found"]
print(json.dumps({{
    "chosen": arithmetic.chosen(), "here": arithmetic.here(),
    "wide": any(name.startswith(("AVX512", "X86_V4")) for name in found),
    "set": [os.environ.get(name) for name in arithmetic.HELD],
}}))
"""


def in_a_new_process(first="", **variables):
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in (*arithmetic.HELD, arithmetic.NUMPY, arithmetic.VARIABLE)
    }
    command = [sys.executable, "-W", "error", "-c", SAID.format(first=first)]
    found = subprocess.run(command, env=plain | variables, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_libraries_are_held_unless_something_else_is_chosen():
    said = in_a_new_process()
    assert (said["chosen"], said["here"], said["wide"]) == ("held", "held", False)
    assert said["set"] == list(arithmetic.HELD.values())


def test_native_leaves_the_libraries_alone():
    said = in_a_new_process(CXRSTUDY_ARITHMETIC="native")
    assert (said["chosen"], said["here"]) == ("native", "native")
    assert said["set"] == [None] * len(arithmetic.HELD)
    assert said["wide"] == (arithmetic.instructions("native") == "AVX-512")


def test_a_process_that_imported_numpy_before_says_that_it_is_native_and_holds_those_it_starts():
    said = in_a_new_process("import numpy")
    assert (said["chosen"], said["here"]) == ("held", "native")
    assert said["set"] == list(arithmetic.HELD.values())


def test_a_process_that_was_started_held_is_held_whatever_it_imports_first():
    held = arithmetic.HELD | {arithmetic.NUMPY: os.environ[arithmetic.NUMPY]}
    assert in_a_new_process("import numpy", **held)["here"] == "held"


def test_an_unknown_kind_is_refused(monkeypatch):
    monkeypatch.setenv(arithmetic.VARIABLE, "exact")
    with pytest.raises(arithmetic.ArithmeticError, match="must be native or held, not 'exact'"):
        arithmetic.chosen()


def test_a_profile_that_asks_for_a_kind_gets_it_or_an_error(monkeypatch):
    arithmetic.check(None, "profile a")
    arithmetic.check("held", "profile a")
    monkeypatch.setenv(arithmetic.VARIABLE, "native")
    arithmetic.check(None, "profile a")
    with pytest.raises(arithmetic.ArithmeticError, match="start it again with CXRSTUDY_ARITHMETIC"):
        arithmetic.check("held", "profile a")


def test_the_kind_and_its_instructions_are_in_the_id(monkeypatch):
    assert arithmetic.facts("cpu")[2:] == ["AVX2", "held", "1 thread"]
    monkeypatch.setenv(arithmetic.VARIABLE, "native")
    assert arithmetic.facts("cpu")[3] == "native"
    assert arithmetic.facts("cuda", "held") == ["cuda", "bfloat16 mixed"]


def test_other_processors_have_nothing_to_hold(monkeypatch):
    monkeypatch.setattr(arithmetic.platform, "machine", lambda: "arm64")
    monkeypatch.setattr(arithmetic, "_flags", set)
    assert arithmetic.chosen() == "native"
    assert arithmetic.instructions() == "arm64"
    monkeypatch.setattr(arithmetic.platform, "machine", lambda: "")
    assert arithmetic.instructions() == "unknown"
