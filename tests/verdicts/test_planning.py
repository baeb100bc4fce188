"""Planning: powers against simulation, and sizes that are enough and not more."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxrstudy.statistics.power import POWER, VarianceComponents, power
from cxrstudy.verdicts import planning
from cxrstudy.verdicts.claim import Claim, ClaimError
from cxrstudy.verdicts.claims_file import find_claim
from cxrstudy.verdicts.planning import (
    components_of,
    default_results,
    enough,
    equivalence_power,
    family_size,
    power_table,
)
from tests.support.claims import CLAIM, NEEDS, UNTESTABLE
from tests.support.some import some

COMPONENTS = VarianceComponents(seed=2e-5, patient=0.01, residual=0.02)
MADE = Claim(**CLAIM)


def test_the_power_to_show_no_difference_is_that_of_a_simulation():
    relevant, seeds, patients, level = 0.02, 5, 600, 0.99
    error, freedom = COMPONENTS.spread(seeds, patients)
    random = np.random.default_rng(0)
    estimates = random.normal(0, error, 40_000)
    errors = error * np.sqrt(random.chisquare(freedom, 40_000) / freedom)
    margin = stats.t.ppf(level, freedom) * errors
    share = (np.abs(estimates) + margin < relevant).mean()
    expected = equivalence_power(COMPONENTS, relevant, seeds, patients, level)
    assert expected == pytest.approx(share, abs=0.01)


def test_a_table_holds_every_size_and_its_powers():
    table = power_table(MADE, COMPONENTS, tests=5, seeds=[5, 10], patients=[200, 800])
    assert table[["seeds", "patients"]].to_numpy().tolist() == [
        [5, 200], [5, 800], [10, 200], [10, 800],
    ]  # fmt: skip
    level = 1 - 0.05 / 5
    assert table["finds"].tolist() == pytest.approx(
        [
            power(COMPONENTS, 0.02, s, p, level)
            for s, p in ((5, 200), (5, 800), (10, 200), (10, 800))
        ]
    )
    smaller = table["minimum_detectable_difference"].to_numpy().reshape(2, 2)
    assert (np.diff(smaller, axis=0) < 0).all()
    assert (np.diff(smaller, axis=1) < 0).all()
    # More tests ask for more of each.
    strict = power_table(MADE, COMPONENTS, tests=20, seeds=[5, 10], patients=[200, 800])
    assert (strict["finds"] < table["finds"]).all()


def test_enough_is_enough_and_one_patient_less_is_not():
    table = enough(MADE, COMPONENTS, tests=5, seeds=[5, 10, 20])
    known = table.dropna()
    assert len(known) >= 2
    for seeds, patients in some(known.astype(int).to_numpy().tolist()):
        (now,) = power_table(MADE, COMPONENTS, 5, [seeds], [patients]).to_dict("records")
        assert min(now["finds"], now["excludes"]) >= POWER
        (less,) = power_table(MADE, COMPONENTS, 5, [seeds], [patients - 1]).to_dict("records")
        assert min(less["finds"], less["excludes"]) < POWER


def test_where_seeds_differ_too_much_no_number_of_patients_is_enough():
    table = enough(MADE, VarianceComponents(seed=0.01, patient=0.01, residual=0.01), 5, [3, 5])
    assert table["patients"].isna().all()


def test_a_claim_without_a_contrast_or_with_unknown_arms_can_t_be_planned(monkeypatch, tmp_path):
    for claim, why in ((UNTESTABLE, "No weights."), (NEEDS, "needs an arm that trains longer")):
        with pytest.raises(ClaimError, match=f"X[23] has no contrast to plan: .*{why}"):
            components_of(Claim(**claim), tmp_path)
    monkeypatch.setattr(planning.results, "read", lambda *asked: pd.DataFrame({"arm": ["other"]}))
    with pytest.raises(ClaimError, match="claim X1: no arm 'ordered'; there are other"):
        components_of(MADE, tmp_path)
    maps = Claim(**CLAIM | {"metric": "lesion energy"})
    with pytest.raises(ClaimError, match=r"claim X1: .* holds no measures of maps"):
        components_of(maps, tmp_path)


def test_recorded_results_give_components(monkeypatch):
    claim = find_claim("B1")
    found = components_of(claim, default_results(claim))
    assert 0 < found.seed < 0.01
    assert 0 < found.patient + found.residual < 1
    assert family_size(claim) == 6
    monkeypatch.setattr(planning, "deciding", list)
    with pytest.raises(ClaimError, match="no recorded results hold 06_sequential_schemes"):
        default_results(claim)


def test_components_come_from_the_first_results_that_hold_the_arms_of_ones_own_cohort(monkeypatch):
    known = {"a": "no arm", "b": "", "c": ""}

    def components(claim, folder):
        if why := known[folder.parent.name]:
            raise ClaimError(why)
        return VarianceComponents(1.0, 1.0, 1.0)

    monkeypatch.setattr(planning, "deciding", lambda: [Path(name, "real") for name in known])
    monkeypatch.setattr(planning, "components_of", components)
    monkeypatch.setattr(planning.results, "experiments", lambda folder: [MADE.experiment])
    assert default_results(MADE) == Path("b", "real")
    assert default_results(MADE, "a") == Path("b", "real")
    assert default_results(MADE, "c") == Path("c", "real")
    known |= {"b": "no seeds", "c": "no seeds either"}
    with pytest.raises(ClaimError, match="no seeds either"):
        default_results(MADE)


def test_every_claim_with_a_contrast_has_a_row_with_patients_or_the_reason(monkeypatch):
    def known(claim, folder):
        if claim.id == "A5":
            raise ClaimError("claim A5: no arm")
        return VarianceComponents(
            seed=0.01 if claim.id == "A4" else 2e-5, patient=0.01, residual=0.02
        )

    monkeypatch.setattr(planning, "components_of", known)
    table = planning.enough_by_claim(planning.recorded_components(), seeds=[5, 20]).set_index(
        "claim"
    )
    assert table.loc["A5"].tolist()[len(planning.ABOUT) :] == ["", "", "claim A5: no arm"]
    assert table.loc["A4", "5 seeds"] == "never"
    assert table.loc["B1", "20 seeds"].replace(",", "").isdigit()
    assert len(table) == sum(len(paper.testable) for paper in planning.all_claims())


def test_a_claim_is_decided_if_it_is_found_and_excluded():
    made = VarianceComponents(seed=2e-5, patient=0.02, residual=0.02)
    table = planning.power_by_claim(
        {"A1": "no arm", "B1": made}, seeds=[5, 10], patients=[300, 3000]
    )
    assert set(table["claim"]) == {"B1"}
    assert len(table) == 4
    assert (table["decides"] == np.minimum(table["finds"], table["excludes"])).all()
    assert planning.power_by_claim({"A1": "no arm"}).empty
