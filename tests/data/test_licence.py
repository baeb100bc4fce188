import pytest

from cxrstudy.base import places
from cxrstudy.data.licence import publishable


@pytest.mark.parametrize(
    "licence",
    [
        "CC0", "CC0-1.0", "CC0 1.0", "CC BY", "CC BY 3.0", "CC BY 4.0", "cc-by-4.0", "CC BY-SA",
        "CC BY-SA 4.0", "CC BY-NC", "CC BY-NC-SA", "CC BY-NC-SA 4.0", " CC  BY 4.0 ",
        "NIH Clinical Center, free use with citation",
        "free use with citation (NIH Clinical Center)",
    ],
)  # fmt: skip
def test_what_is_stated_to_allow_copies_and_derivatives_may_be_published(licence: str) -> None:
    assert publishable(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "", " ", "not stated", "unknown", "research use only", "CC BY-ND", "CC BY-ND 4.0",
        "CC BY-NC-ND", "CC BY-NC-ND 4.0", "all rights reserved", "CC BY 4.0 (collection)",
        "listed as authorized for everyone", "per image; CC BY 4.0, CC BY-NC-ND or not stated",
        "not CC BY 4.0", "CC BY 4.0 or research use only", "free use with citation",
        "PhysioNet Credentialed Health Data License 1.5.0",
    ],
)  # fmt: skip
def test_what_forbids_derivatives_or_states_nothing_may_not_be_published(licence: str) -> None:
    assert not publishable(licence)


def test_every_image_under_no_derivatives_or_without_a_licence_is_kept_back() -> None:
    from cxrstudy.data.manifest import read_manifest

    table = read_manifest(places.manifests() / "covid_multi.csv").table
    allowed = set(filter(publishable, table["licence"]))
    assert allowed == {"CC BY", "CC BY 3.0", "CC BY 4.0", "CC BY-NC-SA", "CC BY-NC-SA 4.0",
                       "CC BY-SA"}  # fmt: skip
