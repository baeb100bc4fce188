"""Phantom: simulated chest radiographs with known truth.

`population.draw` lists a cohort, one row per image, each with an `address`. `render` converts an
address to pixels and masks: `population` decides who the patient is, `case` which disease they have
and in which of the `hospitals` (by the table of `prevalence`), `patient` their build and position;
`outline`, `anatomy`, `skeleton`, `vessels` and `gas` build the chest as path lengths in cm of each
ray in each tissue (`geometry`, `tubes` and `fields` are their tools); `pathology`, `airspace` and
`findings` add disease, `devices` lines and leads; and `acquisition` takes the image with the
coefficients of `attenuation`. `twins` renders the same patient with one thing changed. `fractals`
draws the non-radiographic images. All random numbers come from the named streams of `streams`. Read
`population` and `render` first.
"""

from cxrstudy.phantom import population
from cxrstudy.phantom.address import ROLES, WITH_OWN_HOSPITALS, WITH_SIGN, Sign
from cxrstudy.phantom.prevalence import LABELS
from cxrstudy.phantom.render import SPECIMENS, Phantom, read, render, specimen

__all__ = [
    "LABELS", "ROLES", "SPECIMENS", "WITH_OWN_HOSPITALS", "WITH_SIGN", "Phantom", "Sign",
    "population", "read", "render", "specimen",
]  # fmt: skip
