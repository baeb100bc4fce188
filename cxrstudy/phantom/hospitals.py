"""Hospitals: those of each role, drawn for a patient; in the target they may follow the label."""

from __future__ import annotations

from cxrstudy.phantom.address import Address
from cxrstudy.phantom.streams import stream

SITES = {
    "target": ("alder", "birch"),
    "external": ("cedar",),
    "general": ("alder", "birch"),
    "pneumonia": ("alder", "birch"),
}
"""Hospitals of each role, drawn evenly. The upstream roles share those of the target."""
OWN_SITES = {"general": ("dogwood", "elm"), "pneumonia": ("fir", "gorse")}
"""Hospitals of upstream roles that have their own: a domain gap, as between public data sets.
``benchmarks/hospitals.py`` measures how large it is for a network of the target."""
TIED_SITE = {"covid19": "birch", "other_pneumonia": "alder", "normal": "alder"}
"""Where the target's site goes when it follows the label."""
REVERSED_SITE = {"covid19": "alder", "other_pneumonia": "birch", "normal": "birch"}
"""Where it goes when it follows the label the other way round."""


def hospital_of(address: Address, labels: tuple[str, ...]) -> str:
    """Draw the hospital of a patient with some labels."""
    rng = stream(address.seed, address.patient, "site")
    tied, choice = rng.random(), rng.random()
    sites = (OWN_SITES if address.own_hospitals else SITES)[address.role]
    if address.role == "target" and tied < abs(address.site_follows_label):
        return TIED_SITE[labels[0]] if address.site_follows_label > 0 else REVERSED_SITE[labels[0]]
    return sites[int(choice * len(sites))]
