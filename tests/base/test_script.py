"""Scripts: a plain one, without a guard, may start worker processes."""

import os
import subprocess
import sys

from cxrstudy.base import script
from tests.support.project import THIS

PLAIN = """
from cxrstudy.base import processes, script

print("the script runs")
with script.hidden(), processes.pool(1) as pool:
    print(pool.submit(abs, -3).result())
print(__file__)
"""


def test_a_script_without_a_guard_is_run_once(tmp_path):
    file = tmp_path / "plain.py"
    file.write_text(PLAIN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False,
        env=os.environ | {"PYTHONPATH": str(THIS)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["the script runs", "3", str(file)]


def test_what_runs_as_a_module_is_left_as_it_is(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", object())
    monkeypatch.setattr(main, "__file__", "a.py", raising=False)
    with script.hidden():
        assert main.__file__ == "a.py"


def test_the_file_of_a_script_is_there_again_after_an_error(monkeypatch):
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", None)
    monkeypatch.setattr(main, "__file__", "a.py", raising=False)
    try:
        with script.hidden():
            assert not hasattr(main, "__file__")
            raise KeyError
    except KeyError:
        assert main.__file__ == "a.py"
