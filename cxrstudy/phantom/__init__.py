"""Synthetic chest radiographs whose truth is known.

`population.draw` lists a cohort, one row an image, each with an `address`. `render` turns an
address into pixels and masks: `population` says who the patient is and what they have, `patient`
how they are built and stand; `outline`, `anatomy`, `skeleton` and `vessels` build the chest as
lengths in cm that each ray spends in each tissue (`geometry`, `tubes` and `fields` are their
tools); `pathology`, `airspace` and `findings` add the disease, `devices` the lines and leads; and
`acquisition` takes the image with the coefficients of `attenuation`. `fractals` draws the images
that are not of people. All chance comes from `streams`, by name.
"""

from cxrstudy.phantom import population
from cxrstudy.phantom.address import ROLES
from cxrstudy.phantom.population import LABELS
from cxrstudy.phantom.render import SPECIMENS, Phantom, read, render, specimen

__all__ = ["LABELS", "ROLES", "SPECIMENS", "Phantom", "population", "read", "render", "specimen"]
