from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.audit import licences as audited
from tests.support.audited import clean


@pytest.mark.parametrize(
    ("licence", "permission"),
    [
        ("CC0-1.0", "may be shown"),
        ("CC BY 4.0 (collection)", "unknown"),
        ("CC BY-NC-SA 4.0", "may be shown"),
        ("NIH Clinical Center, free use with citation", "may be shown"),
        ("CC BY-NC-ND 4.0", "forbids publication"),
        ("research use only", "forbids publication"),
        ("not stated", "unknown"),
        ("listed as authorized for everyone", "unknown"),
    ],
)
def test_reads_what_licences_say(licence: str, permission: str) -> None:
    assert audited.permission(licence) == permission


def test_images_are_named_unless_excluded() -> None:
    made = clean()
    made.put(0, licence="not stated")
    made.put(1, licence="CC BY-ND")
    made.put(2, licence="not stated", excluded="a copy")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 2)
    assert list(outcome.rows["id"]) == list(made.tables["target"]["id"][:2])


def test_counts_of_a_thousand_have_their_separator() -> None:
    many = pd.DataFrame({"used": True, "licence": "CC0-1.0"}, index=range(3584))
    detail = audited.check(SimpleNamespace(images=many)).detail  # type: ignore[arg-type]
    assert detail.startswith("Of 3,584 images used, the licence of 0 is unknown")
