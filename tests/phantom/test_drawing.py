"""Nothing in the drawing moves unseen: what is chosen by eye has no closed form to be held to.

Whether it is right, the other tests of this folder say; this one says that it is the same.
"""

import pytest

from tests.support import drawing
from tests.support.some import some

WRITTEN = drawing.written()


@pytest.fixture(scope="module")
def found():
    return dict(drawing.drawn())


def test_everything_that_is_drawn_is_in_the_table(found):
    assert list(found) == list(WRITTEN)


@pytest.mark.parametrize(
    ("kind", "rel"),
    # Bones have neither a texture nor a threshold that another processor could cross.
    [("of", 2e-3), ("in", 2e-3), ("at", 2e-3), ("fractal", 2e-3), ("bone", 1e-4)],
    ids=["of", "in", "at", "fractal", "bone"],
)
def test_everything_is_drawn_as_it_was(
    found: dict[str, tuple[float, ...]], kind: str, rel: float
) -> None:
    rows = some(name for name in WRITTEN if f" {kind} " in f" {name} ")
    # Another processor may round otherwise: by thousandths of the value, or of a grey level.
    moved = [
        name for name in rows if found[name] != pytest.approx(WRITTEN[name], rel=rel, abs=2e-5)
    ]
    assert moved == [], "if that is meant, see tests/support/drawing.py"
