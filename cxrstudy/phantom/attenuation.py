"""Attenuation: coefficients of each material.

The polychromatic beam of a chest examination (110 to 125 kVp, hardened by the patient) is
approximated by photons of one effective energy, 60 keV, for which the tables have an entry.

Mass attenuation coefficients: J. H. Hubbell and S. M. Seltzer, NISTIR 5632, tables 3 and 4
(https://physics.nist.gov/PhysRefData/XrayMassCoef/), human tissues with compositions of ICRU
Report 44. Densities: ICRU Report 44; inflated lung and spongiosa: ICRU Report 46.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    """A material at the effective energy.

    Attributes
    ----------
    mass_attenuation : float
        In cm^2/g.
    density : float
        In g/cm^3.
    """

    mass_attenuation: float
    density: float

    @property
    def linear(self) -> float:
        """Linear attenuation coefficient in 1/cm."""
        return self.mass_attenuation * self.density


SOFT_TISSUE = Material(0.2048, 1.06)
ADIPOSE = Material(0.1974, 0.95)
LUNG = Material(0.2053, 0.26)  # lung tissue inflated with air
CORTICAL_BONE = Material(0.3148, 1.92)
IRON = Material(1.205, 7.874)  # for steel and pacemakers
LEAD = Material(5.021, 11.35)

MU_SOFT = SOFT_TISSUE.linear
MU_BONE = CORTICAL_BONE.linear - SOFT_TISSUE.linear
"""Cortical bone in excess of the soft tissue whose place it takes."""

LUNG_WATER = LUNG.linear / SOFT_TISSUE.linear
"""Aerated lung as a share of soft tissue: about a quarter."""
FAT_SHARE = ADIPOSE.linear / SOFT_TISSUE.linear
"""Fat as a share of soft tissue."""
SPONGIOSA_SHARE = 0.30
"""Excess of spongiosa (density 1.18) as a share of cortical bone's excess: (1.18 x 0.23 cm^2/g -
MU_SOFT) / MU_BONE is 0.14 for the trabeculae; raised for the end plates that rays also cross
[by eye]."""
