"""Let the scripts of a virtual environment start its own Python, after it was copied or moved.

A script begins with the path of the Python that it was installed for. In a copy of a checkout this
is the Python of the first one, which has the code of the first one. usage: moved.py .venv
"""

import re
import sys
import venv
from pathlib import Path

#: First lines of a script: a path, or what installers write for a path with a space.
PLAIN = re.compile(rb"#!/[^ \n]*/bin/python[0-9.]*\n")
QUOTED = re.compile(rb"#!/bin/sh\n'''exec' [^\n]*/bin/python[^\n]*\n' '''\n")


def main(folder: Path) -> None:
    """Write the scripts that activate an environment anew, and the first lines of all others."""
    if folder.is_symlink():  # an environment of another folder, which stays as it is
        return
    builder = venv.EnvBuilder(symlinks=True)
    builder.setup_scripts(builder.ensure_directories(str(folder)))
    first = _first_lines(str(folder / "bin" / "python"))
    for path in (folder / "bin").iterdir():
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        found = PLAIN.match(content) or QUOTED.match(content)
        if found:
            path.write_bytes(first + content[found.end() :])


def _first_lines(python: str) -> bytes:
    if " " not in python and len(python) < 120:
        return f"#!{python}\n".encode()
    return f"""#!/bin/sh\n'''exec' "{python}" "$0" "$@"\n' '''\n""".encode()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
