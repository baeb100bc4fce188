"""Amended: a claim is another one if its text, its family, or what stands beside it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts.amended import amended
from cxrstudy.verdicts.frozen import FolderTree, FrozenError
from tests.support.claims import CLAIM, CLAIMS, NEEDS, UNTESTABLE
from tests.support.project import write_yaml

FOUR = [CLAIM, CLAIM | {"id": "X4"}, UNTESTABLE, NEEDS]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a tree with one file of claims."""

    def write(claims, **beside):
        made = tmp_path_factory.mktemp("tree")
        write_yaml(made / "claims" / "paper.yaml", CLAIMS | beside | {"claims": claims})
        return FolderTree(made)

    return write


@given(changed=st.sets(st.integers(0, 3)), order=st.permutations(range(4)))
def test_those_whose_text_differs_are_amended_in_any_order_of_the_file(written, changed, order):
    after = [one | {"words": "Other"} if i in changed else one for i, one in enumerate(FOUR)]
    found = amended(written(FOUR), written([after[i] for i in order]))
    assert set(found) == {FOUR[i]["id"] for i in changed}


def test_a_family_with_other_members_amends_all_its_claims(written):
    ids = [claim["id"] for claim in FOUR]
    for other in (FOUR[:1], FOUR[1:], [*FOUR, CLAIM | {"id": "X5"}]):
        assert set(amended(written(FOUR), written(other))) >= set(ids)
    # What has no test is in no family.
    assert amended(written(FOUR), written(FOUR[:3])) == ["X3"]
    assert amended(written(FOUR), written([*FOUR, UNTESTABLE | {"id": "X6"}])) == ["X6"]


def test_what_stands_beside_the_claims_amends_all(written):
    found = amended(written(FOUR), written(FOUR, citation="somebody2021"))
    assert found == [claim["id"] for claim in FOUR]


def test_a_file_that_can_t_be_read_is_named(written):
    wrong = written(FOUR)
    (wrong.folder / "claims" / "paper.yaml").write_text("claims: 3")
    with pytest.raises(FrozenError, match=r"claims/paper.yaml is no file of claims"):
        amended(written(FOUR), wrong)
