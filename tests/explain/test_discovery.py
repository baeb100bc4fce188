"""Discovery: chance gives nothing, strength zero gives nothing, and what is planted is found."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from cxrstudy.explain.attention import attention
from cxrstudy.explain.discovery import (
    CARRIED,
    MEASURES,
    _beyond_chance,
    discoveries,
    features,
    first_component,
    slices,
)
from cxrstudy.explain.errors import ExplainError
from cxrstudy.statistics import auroc, contrasts, estimates, mean
from cxrstudy.study.study import Study
from tests.support.project import NETWORK, SIZE, use, write_profile
from tests.support.small import PATIENTS, in_this_process

SHOWN = {
    "sign": ("sign", "target"), "no sign": ("no sign", "unsigned"),
    "no sign, shown the sign": ("no sign", "target"),
}  # fmt: skip


@pytest.fixture(scope="module")
def arms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sign")
    write_profile(
        folder / "profiles", profile="small", phantom_patients=PATIENTS,
        networks={"sign": NETWORK},
        stages={"all": {"all": SIZE | {"pixels": 64, "steps": 2, "batch_size": 4}}},
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch, in_this_process():
        patch.setenv("CXRSTUDY_RUNS", str(folder / "runs"))
        use(patch, folder, "profiles")
        study = Study("small", "sign", 1)
        target = study.stage("target")
        made = study.arms(
            {
                "sign": study.random_init >> target,
                "no sign": study.random_init >> target.but(roles=("unsigned",)),
            }
        )
        made.scores()
        yield made


def test_where_the_sign_has_strength_zero_it_has_no_effect_on_any_score(arms):
    found = discoveries(arms, SHOWN, most=6)
    alone = found[found["arm"] == "no sign"]
    assert len(alone) == 6
    assert (alone["score_effect"] == 0).all()
    assert (found.loc[found["arm"] != "no sign", "score_effect"] != 0).any()


def test_every_row_is_an_image_that_carries_the_sign_and_the_same_for_all(arms):
    found = discoveries(arms, SHOWN, most=6)
    ids = found.groupby("arm")["id"].agg(list)
    assert ids["sign"] == ids["no sign"] == ids["no sign, shown the sign"]
    for name in MEASURES:
        assert found[f"score_{name}"].between(-1, 1).all()
    table = contrasts(found, mean("map"), against="no sign")
    assert table["arm"].tolist() == ["sign", "no sign, shown the sign"]


def test_a_slice_is_of_all_images_with_the_label_and_says_which_carry_the_sign(arms):
    found = slices(arms, SHOWN)
    first = found[found["arm"] == "sign"]
    assert 0 < first[f"truth_{CARRIED}"].mean() < 1
    assert set(found["role"]) == {"target"}
    other = found[found["arm"] == "no sign"]
    assert first[f"truth_{CARRIED}"].tolist() == other[f"truth_{CARRIED}"].tolist()


def test_maps_are_measured_at_the_sign_only_where_an_image_carries_it(arms):
    looked = attention(arms)
    ids = set(discoveries(arms, {"sign": SHOWN["sign"]}, most=999)["id"])
    known = looked[looked["truth_energy_sign"].notna()]
    assert set(known["id"]) == ids
    assert looked["truth_energy_lesion"].notna().all()
    flat = known[known["arm"] == "uniform"]["score_energy_sign"]
    assert flat.between(0.001, 0.02).all()  # chance


def test_features_are_what_the_last_linear_layer_takes_in(arms):
    network = arms.network("sign")
    squares = np.random.default_rng(0).integers(0, 255, (3, 64, 64), np.uint8)
    of = features(network, squares)
    last = [part for part in network.model.modules() if hasattr(part, "in_features")][-1]
    logits = of @ last.weight.detach().double().numpy().T + last.bias.detach().double().numpy()
    softmax = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(softmax, network.probabilities(squares), atol=1e-5)


def test_a_role_whose_images_carry_no_sign_is_refused(arms):
    with pytest.raises(ExplainError, match="no test image of normal carries a sign"):
        discoveries(arms, SHOWN, label="normal")
    with pytest.raises(ExplainError, match="images carry a sign"):
        slices(arms, SHOWN, label="normal")


# --- Chance, and what is planted ------------------------------------------------------------------


@given(st.integers(0, 2**31), st.floats(0.1, 100))
def test_a_uniform_map_and_an_empty_one_are_chance(seed, level):
    place = np.random.default_rng(seed).random((2, 8, 8)) < 0.2
    maps = np.stack([np.full((8, 8), level), np.zeros((8, 8))]).astype(np.float32)
    assert _beyond_chance(maps, place) == pytest.approx([0, 0], abs=1e-6)


def test_a_map_of_the_place_alone_is_all_that_can_be_had():
    place = np.zeros((1, 8, 8), bool)
    place[0, 2:4, 2:4] = True
    assert _beyond_chance(place.astype(np.float32), place) == pytest.approx([1 - 4 / 64])
    assert _beyond_chance((~place).astype(np.float32), place) == pytest.approx([-4 / 64])


def test_the_order_is_the_first_component_of_another_library():
    generator = np.random.default_rng(0)
    of = generator.normal(size=(50, 6)) @ generator.normal(size=(6, 6))
    order = first_component(of, of[:, 0])
    other = PCA(1).fit_transform(StandardScaler().fit_transform(of))[:, 0]
    assert abs(np.corrcoef(order, other)[0, 1]) == pytest.approx(1)
    assert np.corrcoef(order, of[:, 0])[0, 1] > 0


def test_features_that_do_not_vary_give_no_order():
    assert first_component(np.ones((5, 3)), np.arange(5.0)).tolist() == [0] * 5


@pytest.mark.parametrize(("planted", "low", "high"), [(0.0, 0.3, 0.7), (4.0, 0.9, 1.0)])
def test_a_slice_finds_what_moves_the_features_and_nothing_else(planted, low, high):
    generator = np.random.default_rng(1)
    carried = np.arange(120) % 3 > 0
    of = generator.normal(size=(120, 12)) + planted * carried[:, None] * generator.random(12)
    order = first_component(of, of.sum(1))
    names = [f"p{n}" for n in range(120)]
    table = pd.DataFrame(
        {
            "arm": "a", "seed": 0, "role": "target", "split": "test", "id": names,
            "patient": names, "truth_sign": carried.astype(float), "score_sign": order,
        }
    )  # fmt: skip
    assert low <= estimates(table, auroc("sign"))["estimate"].item() <= high
