"""Power meter: the electrical energy that the machine has used since a start time, in joules.

Processors report energy in Linux's powercap files (RAPL), which often only root may read. NVIDIA
cards report power, which is integrated over time. Both values are for the whole machine, with all
its users.
"""

import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

#: Text that replaces the value if nothing can be measured.
UNMEASURED = "not measured"

#: Folder in which Linux reports the energy of processor packages of all vendors.
POWERCAP = Path("/sys/class/powercap")
#: Seconds between two readings: short enough that a counter does not wrap round twice.
_EVERY = 10.0

_QUERY = ["nvidia-smi", "--query-gpu=power.draw", "--format=csv,noheader,nounits"]


def packages(folder: Path = POWERCAP) -> dict[str, int]:
    """Energy counters of the processor packages, in microjoules; empty if unreadable."""
    return _read_counters(folder, "energy_uj")


def gpu_watts() -> float | None:
    """Total power of all NVIDIA cards in watts; None if nvidia-smi does not report it."""
    try:
        shown = subprocess.run(
            _QUERY, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=10
        )
        return sum(float(line) for line in shown.stdout.split())
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


class Meter:
    """Sums up energy. Call :meth:`look` at intervals, or :meth:`start` a thread that does so."""

    def __init__(
        self,
        folder: Path = POWERCAP,
        watts: Callable[[], float | None] = gpu_watts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._watts, self._clock = folder, watts, clock
        self._ranges = _read_counters(folder, "max_energy_range_uj")
        self._counters, self._power, self._at = packages(folder), watts(), clock()
        self._joules = {"processor": 0.0} if self._counters else {}
        if self._power is not None:
            self._joules["gpu"] = 0.0
        self._lock = threading.Lock()

    def look(self) -> None:
        """Read the counters, and add the energy used since the last call."""
        with self._lock:
            now = self._clock()
            if "processor" in self._joules:
                self._add_packages(packages(self._folder))
            if "gpu" in self._joules:
                power = self._watts() or 0.0
                self._joules["gpu"] += (now - self._at) * ((self._power or 0.0) + power) / 2
                self._power = power
            self._at = now

    def start(self) -> "Meter":
        """Start a thread that calls :meth:`look` until the process ends."""
        if self._joules:
            threading.Thread(target=self._go_on, daemon=True).start()
        return self

    def joules(self) -> dict[str, float] | str:
        """Joules of ``processor`` and ``gpu`` so far; ``not measured`` if neither is available."""
        self.look()
        return {name: round(used, 1) for name, used in self._joules.items()} or UNMEASURED

    def _add_packages(self, counters: dict[str, int]) -> None:
        for name, then in self._counters.items():
            used = counters.get(name, then) - then
            # A counter that is smaller than before has overflowed and started again at zero. Where
            # its range can't be read, at least what it counts since then was used.
            used += self._ranges.get(name, then) if used < 0 else 0
            self._joules["processor"] += used / 1e6
        self._counters.update(counters)

    def _go_on(self) -> None:
        while True:
            time.sleep(_EVERY)
            self.look()


def _read_counters(folder: Path, file: str) -> dict[str, int]:
    """Read a file of each package; zones inside a package (second colon) are part of it."""
    found = {}
    for zone in sorted(folder.glob("intel-rapl:*")):
        if zone.name.count(":") > 1:
            continue
        try:
            found[zone.name] = int((zone / file).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
    return found
