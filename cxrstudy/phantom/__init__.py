"""Phantom: simulated chest radiographs with known truth.

`population.draw` lists a cohort, one row per image, each with an `address`. `render` converts an
address to pixels and masks: `population` decides who the patient is, `case` which disease they have
and in which of the `hospitals` (by the table of `prevalence`), `patient` their build and position;
`outline`, `anatomy`, `heart`, `skeleton`, `vessels` and `gas` build the chest as path lengths in cm
of each ray in each tissue (`geometry`, `tubes` and `fields` are their tools); `pathology`,
`airspace` and `findings` add disease, `devices` lines and leads; and `acquisition` takes the image
with the coefficients of `attenuation`. `lateral` renders the same patient from the side
(`lateral_anatomy`, `lateral_skeleton`), `twins` with one thing changed. `fractals` draws the
non-radiographic images. All random numbers come from the named streams of `streams`. Read
`population` and `render` first.
"""

from cxrstudy.phantom import population
from cxrstudy.phantom.address import ROLES, WITH_OWN_HOSPITALS, WITH_SIGN, Sign, lateral_of
from cxrstudy.phantom.phantom_image import Phantom
from cxrstudy.phantom.prevalence import LABELS
from cxrstudy.phantom.render import SPECIMENS, read, render, specimen

__all__ = [
    "LABELS", "ROLES", "SPECIMENS", "WITH_OWN_HOSPITALS", "WITH_SIGN", "Phantom", "Sign",
    "lateral_of", "population", "read", "render", "specimen",
]  # fmt: skip
