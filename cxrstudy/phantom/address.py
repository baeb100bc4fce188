"""Address: one line of text with everything that decides an image."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

ROLES = ("target", "external", "general", "pneumonia", "natural_small", "natural_large")
"""What a cohort can be for."""

RADIOGRAPHS = ("target", "external", "general", "pneumonia")
"""Roles whose images are radiographs; the others are fractals."""

WITH_OWN_HOSPITALS = ("general", "pneumonia")
"""Roles whose patients may come from hospitals that no other role has."""

WITH_SIGN = ("target",)
"""Roles whose patients with COVID-19 may carry a sign that nothing names."""

STRONGEST = 5.0
"""Largest strength of the sign, in cm of soft tissue."""

LEGAL = (
    "phantom:seed=<integer>;role=<role>;site_follows_label=<-1 to 1>;[hospitals=own;]"
    "[sign=<strength, 0 to 5>,<share, 0 to 1>;][view=lateral;]"
    "id=<role>-<five digits or more>-<image>"
)
_ADDRESS = re.compile(
    r"phantom:seed=(\d+);role=([a-z_]+);site_follows_label=([0-9.e-]+);"
    r"(?:hospitals=(own);)?(?:sign=([0-9.e-]+),([0-9.e-]+);)?(?:view=(lateral);)?"
    r"id=([a-z_]+)-(\d{5,})-([1-9]\d*)"
)


@dataclass(frozen=True)
class Sign:
    """A sign of COVID-19 that no label, text or colour names; see :mod:`cxrstudy.phantom.sign`.

    Attributes
    ----------
    strength : float
        Soft tissue at its middle, in cm; 0 leaves the image as it is without the sign.
    share : float
        Share of the patients with COVID-19 who carry it.
    """

    strength: float
    share: float

    def __post_init__(self) -> None:
        if not (0 <= self.strength <= STRONGEST and 0 <= self.share <= 1):
            raise ValueError(
                f"sign: strength {self.strength!r} must lie in 0 to {STRONGEST:g}, "
                f"share {self.share!r} in 0 to 1"
            )

    def __str__(self) -> str:
        return f"{_shortest(self.strength)},{_shortest(self.share)}"


@dataclass(frozen=True)
class Address:
    """Everything that decides an image.

    Attributes
    ----------
    seed : int
        The cohort's seed.
    role : str
        One of `ROLES`.
    site_follows_label : float
        Probability that the label decides the site; negative values reverse the association.
    number, image : int
        Number of the patient, from 0, and of the patient's image, from 1.
    own_hospitals : bool
        Whether the role has hospitals of its own, instead of those of the target.
    sign : Sign or None
        The sign that the role's patients with COVID-19 may carry.
    lateral : bool
        Whether the image is taken from the side, instead of from the front or the back.
    """

    seed: int
    role: str
    site_follows_label: float
    number: int
    image: int
    own_hospitals: bool = False
    sign: Sign | None = None
    lateral: bool = False

    @property
    def patient(self) -> str:
        """The patient's id in this role, for instance ``target-00012``."""
        return f"{self.role}-{self.number:05d}"

    @property
    def id(self) -> str:
        """The image's id, for instance ``target-00012-1``."""
        return f"{self.patient}-{self.image}"

    def __str__(self) -> str:
        """Write the address as text, from which `parse` gives the same address back."""
        tie = _shortest(self.site_follows_label)
        own = "hospitals=own;" if self.own_hospitals else ""
        start = f"phantom:seed={self.seed};role={self.role};site_follows_label={tie}"
        sign = f"sign={self.sign};" if self.sign else ""
        view = "view=lateral;" if self.lateral else ""
        return f"{start};{own}{sign}{view}id={self.id}"


def _shortest(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(float(number))


def read_address(text: str) -> Address:
    """Read an address.

    Raises
    ------
    ValueError
        If the text does not have the legal form, which the message gives.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise illegal(text, "it does not match")
    seed, role, tie, own, strength, share, view, prefix, number, image = found.groups()
    if role not in ROLES or prefix != role:
        raise illegal(text, f"its role must be one of {', '.join(ROLES)}, the same in its id")
    try:
        sign = Sign(float(strength), float(share)) if strength else None
        own_hospitals = own is not None
        whose = int(number), int(image), own_hospitals, sign, view is not None
        address = Address(int(seed), role, float(tie), *whose)
        check_tie(address.site_follows_label)
        check_hospitals(role, address.own_hospitals)
        check_sign(role, sign)
        check_view(address)
    except ValueError as error:
        raise illegal(text, str(error)) from None
    if str(address) != text:
        raise illegal(text, "its numbers are not in their shortest form")
    return address


def illegal(text: str, reason: str) -> ValueError:
    """Make the error for a wrong address."""
    return ValueError(f"not a phantom address: {text!r}; {reason}; legal: {LEGAL}")


def check_tie(tie: float) -> None:
    """Check that the strength of the association lies in -1 to 1.

    Raises
    ------
    ValueError
        If it does not; the message gives the value.
    """
    if not -1 <= tie <= 1:
        raise ValueError(f"site_follows_label must lie in -1 to 1, not {tie!r}")


def check_hospitals(role: str, own: bool) -> None:
    """Check that a role can have hospitals of its own.

    Raises
    ------
    ValueError
        If it can't; the message says which roles can.
    """
    if own and role not in WITH_OWN_HOSPITALS:
        able = ", ".join(WITH_OWN_HOSPITALS)
        raise ValueError(f"hospitals of its own are for {able}, not for role {role!r}")


def check_sign(role: str, sign: Sign | None) -> None:
    """Check that patients of a role can carry the sign.

    Raises
    ------
    ValueError
        If they can't; the message says of which role they can.
    """
    if sign and role not in WITH_SIGN:
        raise ValueError(f"a sign is for {', '.join(WITH_SIGN)}, not for role {role!r}")


def check_view(address: Address) -> None:
    """Check that an image can be taken from the side.

    Raises
    ------
    ValueError
        If it can't; the message says why.
    """
    if not address.lateral:
        return
    if address.role not in RADIOGRAPHS:
        raise ValueError(f"a lateral is for {', '.join(RADIOGRAPHS)}, not for {address.role!r}")
    if address.sign:
        raise ValueError("a sign is seen from the front only, not on a lateral")


def lateral_of(text: str) -> str:
    """Address of the lateral of the same patient on the same day.

    Raises
    ------
    ValueError
        If the text is not an address, or the image has no lateral.

    Examples
    --------
    >>> lateral_of("phantom:seed=7;role=target;site_follows_label=0;id=target-00000-1")
    'phantom:seed=7;role=target;site_follows_label=0;view=lateral;id=target-00000-1'
    """
    return str(read_address(str(replace(read_address(text), lateral=True))))
