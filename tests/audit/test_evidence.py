"""What the checks look at: rows and who uses them; without a readable image they give up."""

import numpy as np
import pytest

from cxrstudy import audit
from cxrstudy.audit.check_result import CannotCheck
from tests.support.audited import clean
from tests.support.some import some


def test_images_know_who_uses_them() -> None:
    made = clean()
    made.put(3, excluded="a copy")
    evidence = made.evidence()
    images = evidence.images
    assert len(images) == sum(map(len, made.tables.values()))
    assert list(np.flatnonzero(~images["used"])) == [3]
    assert images["roles"][3] == ("target",)
    for role in some(evidence.roles.values()):
        here = evidence.positions(role)
        assert list(images["id"][here]) == list(role.table["id"])


def test_without_a_single_image_checks_of_pixels_give_up() -> None:
    made = clean()
    for role, pixels in made.images.items():
        pixels[:] = 0
        made.unreadable[role] = dict.fromkeys(range(len(pixels)), "PIX001 missing file")
    with pytest.raises(CannotCheck, match="CXR109"):
        _ = made.evidence().near
    states = {o.code: o.state for o in audit.run_checks(made.evidence())}
    assert {states[f"CXR{code}"] for code in ("002", "003", "005", "105")} == {
        "could not be checked"
    }
    assert states["CXR109"] == "issue"
