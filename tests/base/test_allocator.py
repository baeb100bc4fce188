"""Allocator: freed memory is kept, and the user's own settings are left alone."""

import platform
import subprocess
import sys

import pytest

from cxrstudy.base import allocator

#: Takes and frees eight blocks of 16 MB as steps of a training do, and prints how many pages the
#: system cleared in that.
TAKE = """
import resource, sys
from cxrstudy.base import allocator
if sys.argv[1] == "keep":
    assert allocator.keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def step():
    blocks = [bytearray(16 * 2**20) for _ in range(8)]
step()
step()
before = faults()
for _ in range(10):
    step()
print(faults() - before)
"""
LINUX = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="this test was not run: the C library is not glibc"
)


def faults(how):
    command = [sys.executable, "-c", TAKE, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@LINUX
def test_blocks_that_are_freed_and_taken_again_are_not_cleared_again():
    pages = 8 * 16 * 2**20 // 4096
    assert faults("keep") < pages
    assert faults("leave") > 5 * pages


@pytest.mark.parametrize("name", ["MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES"])
def test_what_the_user_set_is_left_as_it_is(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert not allocator.keep_freed_memory()


def test_where_there_is_no_such_call_nothing_is_done(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not allocator.keep_freed_memory()
