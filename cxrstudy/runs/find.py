"""Find: the run that the first characters of its id name.

Commands ask here before they load anything else, so that a wrong id is said at once.
"""

import os
import re
from pathlib import Path

#: File of a record that holds its facts.
RUN = "run.json"


class StoreError(RuntimeError):
    """A record is missing or altered; the message names the file."""


def find(store: Path, beginning: str) -> str:
    """Find a run by the first characters of its id.

    Raises
    ------
    StoreError
        No run, or more than one, begins with them.
    """
    asked = Path(beginning).name if os.sep in beginning else beginning  # as messages name it
    if not re.fullmatch(r"[0-9a-f]{0,64}", asked):
        raise StoreError(
            f"{beginning!r} is no run; give the first of the 64 characters 0-9a-f of one"
        )
    found = [path.parent.name for path in store.glob(f"{asked}*/{RUN}")]
    found = [name for name in found if not name.startswith(".")]  # unfinished, or set aside
    if len(found) != 1:
        raise StoreError(
            f"{store}: {len(found)} runs begin with {beginning!r}; give more of the id"
        )
    return found[0]
