"""Time the phantom generator: milliseconds of processor time per image, median over 200 images.

Run from the project's root: ``python benchmarks/phantom.py``. The generator itself starts no
threads: it uses element-wise NumPy, NumPy's FFT and SciPy's filters, all of which run in one.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from cxrstudy import phantom

IMAGES = 200
SIZES = (64, 128, 256)
ROLES = {"radiographs": ("target", "general"), "fractals": ("natural_large",)}


def milliseconds(addresses: list[str], pixels: int) -> float:
    """Median processor time in ms to render an address, after five to warm up."""
    for address in addresses[:5]:
        phantom.read(address, pixels)
    times = []
    for address in addresses:
        start = time.process_time()
        phantom.read(address, pixels)
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times)


def machine() -> str:
    """Name processor, cores and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}"
    )


def main() -> None:
    """Measure and write a table to standard output."""
    write = sys.stdout.write
    write(f"{machine()}; one thread, median of {IMAGES} images, ms of processor time\n")
    write(f"{'':12s}" + "".join(f"{size:>8d}" for size in SIZES) + "\n")
    for kind, roles in ROLES.items():
        tables = [phantom.population.draw(role, IMAGES, 0) for role in roles]
        addresses = [path for table in tables for path in table.path[: IMAGES // len(roles)]]
        times = [milliseconds(addresses, size) for size in SIZES]
        write(f"{kind:12s}" + "".join(f"{value:8.1f}" for value in times) + "\n")


if __name__ == "__main__":
    main()
