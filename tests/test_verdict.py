"""Verdicts: one rule, fixed in a file whose hash stands beside every verdict."""

import hashlib

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy import places
from cxrstudy.statistics import auroc
from cxrstudy.verdict import (
    Claim,
    ClaimError,
    Claims,
    claims_table,
    decide,
    read_claims,
    verdicts,
)

CLAIM = {
    "id": "X1", "sentence": "Order helps.", "experiment": "06", "metric": "auroc",
    "label": "covid19", "arm": "ordered", "against": "control",
}  # fmt: skip
CLAIMS = {"paper": "X", "citation": "nobody2020", "claims": [CLAIM]}


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "CLAIMS", tmp_path)

    def written(content):
        path = tmp_path / "made.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return written


def claims(*changes, sha256="0123456789abcdef"):
    made = [CLAIM | change for change in changes or ({},)]
    return Claims(**CLAIMS | {"claims": made}, sha256=sha256)


def contrast(*rows, label="covid19", level=0.95):
    columns = ["arm", "estimate", "low", "high", "patients", "seeds"]
    return pd.DataFrame(rows, columns=columns).assign(metric=auroc(label).name, level=level)


@pytest.mark.parametrize("other", [{"label": "normal"}, {"level": 0.9}])
def test_a_claim_is_not_judged_by_a_contrast_of_another_label_or_level(other):
    table = contrast(("ordered", 0.07, 0.04, 0.10, 40, 3), **other)
    with pytest.raises(ClaimError, match=r"claim X1 is about .* the contrast about"):
        verdicts(claims(), {"control": table})


@pytest.mark.parametrize(
    ("low", "high", "margin", "outcome"),
    [
        (0.01, 0.09, 0.0, "reproduced"),
        (-0.09, -0.01, 0.0, "contradicted"),
        (-0.01, 0.09, 0.0, "inconclusive"),
        (0.0, 0.09, 0.0, "inconclusive"),
        (-0.09, 0.0, 0.0, "inconclusive"),
        (0.0, 0.0, 0.0, "inconclusive"),
        (0.01, 0.09, 0.02, "inconclusive"),
        (0.03, 0.09, 0.02, "reproduced"),
        (0.005, 0.015, 0.02, "contradicted"),
        (-0.01, 0.09, -0.02, "reproduced"),
    ],
)
def test_the_rule_is_where_the_whole_interval_lies(low, high, margin, outcome):
    assert decide(low, high, margin) == outcome


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_turned_interval_turns_the_verdict(one, other, margin):
    low, high = sorted((one, other))
    turned = {
        "reproduced": "contradicted",
        "contradicted": "reproduced",
        "inconclusive": "inconclusive",
    }
    assert decide(-high, -low, -margin) == turned[decide(low, high, margin)]


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (float("nan"), 0.1), (0.1, float("nan"))])
def test_what_is_no_interval_is_refused(low, high):
    with pytest.raises(ValueError, match=f"{low} to {high} is no interval"):
        decide(low, high, 0.0)


def test_claims_are_read_with_the_hash_of_their_file(write):
    path = write(CLAIMS)
    found = read_claims("made")
    assert found.claims == [Claim(**CLAIM)]
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text() + "# a comment\n")
    assert read_claims("made").sha256 != found.sha256


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"metric": "accuracy"}, "metric"),
        ({"level": 1.0}, "level"),
        ({"margn": 0.1}, "margn"),
        ({"published": {"best": "high"}}, "published.best"),
    ],
)
def test_an_illegal_field_of_a_claim_is_named_with_its_file(write, changes, named):
    path = write(CLAIMS | {"claims": [CLAIM, CLAIM | changes]})
    with pytest.raises(ClaimError) as error:
        read_claims("made")
    assert str(error.value).startswith(f"{path}: claims.1.{named}: ")


def test_an_illegal_field_of_the_file_is_named(write):
    write(CLAIMS | {"papers": "X"})
    with pytest.raises(ClaimError, match=r"made\.yaml: papers: "):
        read_claims("made")


def test_published_numbers_are_named_after_the_paper():
    found = claims({}, {"id": "X2", "published": {"best scheme": 0.8}})
    assert found.published("X2") == {"paper X, best scheme": 0.8}
    assert found.published("X1") == {}
    with pytest.raises(ClaimError, match="paper X has no claim 'X3'"):
        found.published("X3")


def test_claims_are_tabled_as_they_stand_before_they_are_judged():
    found = claims_table(claims({}, {"id": "X2", "margin": 0.1, "published": {"a": 0.5, "b": 1}}))
    assert found["claim"].tolist() == ["X1", "X2"]
    assert found["sentence"].tolist() == ["Order helps."] * 2
    assert found["contrast"].tolist() == ["ordered − control"] * 2
    assert found["margin"].tolist() == [0.0, 0.1]
    assert found["published"].tolist() == ["", "a: 0.5, b: 1.0"]
    assert set(found["rule"]) == {"0123456789ab"}


def test_every_claim_is_judged_by_its_own_contrast_and_margin():
    judged = claims(
        {},
        {"id": "X2", "arm": "pooled"},
        {"id": "X3", "against": "pooled"},
        {"id": "X4", "margin": 0.05},
    )
    found = verdicts(
        judged,
        {
            "control": contrast(
                ("pooled", -0.05, -0.09, -0.01, 40, 3), ("ordered", 0.07, 0.04, 0.10, 40, 3)
            ),
            "pooled": contrast(("ordered", 0.01, -0.02, 0.04, 40, 3)),
        },
    )
    assert found["claim"].tolist() == ["X1", "X2", "X3", "X4"]
    assert found["verdict"].tolist() == [
        "reproduced",
        "contradicted",
        "inconclusive",
        "inconclusive",
    ]
    assert found["contrast"].tolist()[2] == "ordered − pooled"
    assert found["estimate"].tolist() == [0.07, -0.05, 0.01, 0.07]
    assert found["low"].tolist() == [0.04, -0.09, -0.02, 0.04]
    assert found["high"].tolist() == [0.10, -0.01, 0.04, 0.10]
    assert found["patients"].tolist() == [40] * 4
    assert found["seeds"].tolist() == [3] * 4
    assert set(found["sentence"]) == {"Order helps."}
    assert set(found["rule"]) == {"0123456789ab"}


@pytest.mark.parametrize(
    "contrasts",
    [
        {},
        {"pooled": contrast(("ordered", 0.1, 0.0, 0.2, 40, 1))},
        {"control": contrast(("pooled", 0.1, 0.0, 0.2, 40, 1))},
        {"control": contrast(*[("ordered", 0.1, 0.0, 0.2, 40, 1)] * 2)},
    ],
)
def test_a_claim_without_its_one_contrast_is_named(contrasts):
    with pytest.raises(ClaimError, match="claim X1 needs 'ordered' against 'control'"):
        verdicts(claims(), contrasts)


@pytest.mark.parametrize("path", sorted(places.CLAIMS.glob("*.yaml")), ids=lambda path: path.stem)
def test_committed_claims_can_be_read_and_each_has_a_name_of_its_own(path):
    found = read_claims(path.stem)
    identifiers = [claim.id for claim in found.claims]
    assert identifiers
    assert len(set(identifiers)) == len(identifiers)
    assert all(claim.arm != claim.against for claim in found.claims)
