"""Addresses: strict, and the same there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.phantom.address import (
    RADIOGRAPHS,
    ROLES,
    STRONGEST,
    WITH_OWN_HOSPITALS,
    WITH_SIGN,
    Address,
    Sign,
    read_address,
)


@given(
    seed=st.integers(0, 10**9),
    role=st.sampled_from(ROLES),
    tie=st.floats(0, 1),
    number=st.integers(0, 10**6),
    own=st.booleans(),
    sign=st.none() | st.builds(Sign, st.floats(0, STRONGEST), st.floats(0, 1)),
    lateral=st.booleans(),
)
def test_addresses_read_back(seed, role, tie, number, own, sign, lateral):
    own, sign = own and role in WITH_OWN_HOSPITALS, sign if role in WITH_SIGN else None
    lateral = lateral and role in RADIOGRAPHS and sign is None
    address = Address(seed, role, tie, number, 1, own, sign, lateral)
    assert read_address(str(address)) == address


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;id=target-00000-1 ",
        "phantom:seed=00;role=target;site_follows_label=0;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0.0;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=2;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=1e;id=target-00000-1",
        "phantom:seed=0;role=dogs;site_follows_label=0;id=dogs-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;id=general-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;id=target-000000-1",
        "phantom:seed=0;role=target;site_follows_label=0;hospitals=own;id=target-00000-1",
        "phantom:seed=0;role=general;site_follows_label=0;hospitals=shared;id=general-00000-1",
        "phantom:seed=0;role=general;site_follows_label=0;sign=1,1;id=general-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;sign=1;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;sign=1.0,1;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;sign=9,1;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;sign=1,2;id=target-00000-1",
        "phantom:seed=0;role=target;site_follows_label=0;view=PA;id=target-00000-1",
        "phantom:seed=0;role=natural_small;site_follows_label=0;view=lateral;"
        "id=natural_small-00000-1",
        "phantom:seed=-1;role=target;site_follows_label=0;id=target-00000-1",
    ],
)
def test_a_wrong_address_is_quoted_with_the_legal_form(wrong):
    with pytest.raises(ValueError, match="legal: phantom:seed=<integer>") as caught:
        read_address(wrong)
    assert repr(wrong) in str(caught.value)
