"""Files that the tests of several adapters read."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def official() -> Path:
    """Folder of the publishers' own label files, as torchxrayvision ships them; not imported."""
    found = importlib.util.find_spec("torchxrayvision")
    if found is None or found.submodule_search_locations is None:
        pytest.skip("this test was not run: it reads label files that torchxrayvision ships")
    return Path(found.submodule_search_locations[0]) / "data"
