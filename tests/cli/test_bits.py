"""``cxrstudy bits``: what is printed of a comparison; what is compared is tested in `runs`."""

import json

import pandas as pd
import pytest

from cxrstudy.runs import bits
from tests.support.commands import cxrstudy

TABLE = pd.DataFrame(
    {"part": ["pixels", "training"], "digest": ["a", "b"], "evidence": ["equal", "other bits"]}
)


@pytest.fixture(autouse=True)
def compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The computation takes most of a minute; what it found is given here."""
    monkeypatch.setattr(bits, "compared", lambda folder: TABLE)


def test_each_part_is_compared_with_each_recorded_machine() -> None:
    shown = cxrstudy("bits")
    assert shown.status == 0
    assert f"here: {bits.key()}" in shown.out
    assert "compared with evidence\n  pixels: equal\n  training: other bits\n" in shown.out


def test_the_same_for_programs() -> None:
    told = json.loads(cxrstudy("bits", "--json").out)
    assert told["here"] == bits.key()
    assert told["parts"] == TABLE.to_dict("records")
