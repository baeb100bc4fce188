"""Allocator: keep freed memory for the next batch, in place of giving it back to the system.

Training frees and takes the same large blocks in each step. The C library of Linux (glibc) gives
blocks above a threshold back to the system at once, and takes them again a moment later; the system
then clears each page anew. That costs a large part of a small network's training
(``benchmarks/allocator.py``). Two thresholds keep the blocks. No result depends on them.

The thresholds are those of ``mallopt(3)``. They can also be set by the variables
``MALLOC_MMAP_THRESHOLD_`` and ``MALLOC_TRIM_THRESHOLD_`` before a process starts; what is set in
that way is left as it is.
"""

import ctypes
import os
import platform

#: Parameters of `mallopt`, from glibc's ``malloc.h``.
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
#: Blocks up to this size come from the heap: the largest value that glibc accepts, on 64 bits.
LARGEST_HEAP_BLOCK = 32 * 2**20
#: Freed memory at the end of the heap is kept up to this size, in bytes.
KEPT = 2**30


def keep_freed_memory() -> bool:
    """Raise the thresholds of this process; a second call changes nothing.

    Returns
    -------
    Whether both are raised: not on systems other than Linux with glibc, nor where the user set one.
    """
    if platform.libc_ver()[0] != "glibc" or _is_set_by_the_user():
        return False
    mallopt = ctypes.CDLL(None).mallopt
    accepted = [
        mallopt(M_MMAP_THRESHOLD, LARGEST_HEAP_BLOCK), mallopt(M_TRIM_THRESHOLD, KEPT)
    ]  # fmt: skip
    return all(accepted)


def _is_set_by_the_user() -> bool:
    names = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")
    return any(name in os.environ for name in names)
