"""Programs: what a process starts ends with it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from cxrstudy.base.programs import run_held


def test_a_program_ends_when_who_started_it_is_killed(tmp_path: Path) -> None:
    waits = "import time; from cxrstudy.base.programs import end_with_input; end_with_input()"
    waits += f"; open({str(tmp_path / 'number')!r}, 'w').write(str(__import__('os').getpid()))"
    waits += "; time.sleep(60)"
    starts = (
        "import os, sys; from cxrstudy.base.programs import run_held; "
        f"run_held([sys.executable, '-c', {waits!r}], dict(os.environ))"
    )
    with subprocess.Popen([sys.executable, "-c", starts]) as parent:
        number = _until(lambda: (tmp_path / "number").read_text(encoding="utf-8"))
        parent.kill()
    assert _until(lambda: _is_gone(int(number)))


def _is_gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return False


def _until(found) -> str:  # type: ignore[no-untyped-def]
    """What a function gives as soon as it gives something, within a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if value := found():
                return str(value)
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError("nothing came")


def test_a_program_that_ends_by_itself_is_waited_for_and_heard() -> None:
    told = "from cxrstudy.base.programs import end_with_input; end_with_input(); print('heard')"
    done = run_held([sys.executable, "-c", told], dict(os.environ))
    assert (done.returncode, done.stdout.strip()) == (0, b"heard")
