"""Let the scripts of a virtual environment start its own Python, after it was copied or moved.

A script begins with the path of the Python that it was installed for. In a copy of a checkout this
is the Python of the first one, which has the code of the first one. usage: moved.py .venv
"""

import re
import sys
import venv
from pathlib import Path


def main(folder: Path) -> None:
    """Write the scripts that activate an environment anew, and the first lines of all others."""
    if folder.is_symlink():  # an environment of another folder, which stays as it is
        return
    venv.EnvBuilder(symlinks=True).setup_scripts(
        venv.EnvBuilder(symlinks=True).ensure_directories(folder)
    )
    first = f"#!{folder / 'bin' / 'python'}\n".encode()
    for path in (folder / "bin").iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if re.match(rb"#!/[^ \n]*/bin/python[0-9.]*\n", content) and b" " not in first:
            path.write_bytes(first + content.split(b"\n", 1)[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
