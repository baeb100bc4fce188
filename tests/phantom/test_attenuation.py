"""Linear attenuation coefficients against NIST's tables at 60 keV."""

import pytest

from cxrstudy.phantom import attenuation as mu


@pytest.mark.parametrize(
    ("material", "per_cm"),
    [
        # NISTIR 5632, tables 3 and 4: mu/rho in cm^2/g times density in g/cm^3.
        (mu.SOFT_TISSUE, 2.048e-1 * 1.06),
        (mu.ADIPOSE, 1.974e-1 * 0.95),
        (mu.LUNG, 2.053e-1 * 0.26),
        (mu.CORTICAL_BONE, 3.148e-1 * 1.92),
        (mu.IRON, 1.205 * 7.874),
        (mu.LEAD, 5.021 * 11.35),
    ],
)
def test_linear_attenuation_is_the_tables(material, per_cm):
    assert material.linear == pytest.approx(per_cm, rel=1e-6)


def test_shares_follow_from_the_table():
    assert pytest.approx(0.246, abs=0.002) == mu.LUNG_WATER
    assert pytest.approx(0.864, abs=0.002) == mu.FAT_SHARE
    assert pytest.approx(0.6044 - 0.2171, abs=0.001) == mu.MU_BONE
