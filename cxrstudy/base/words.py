"""Words: names of arms and labels, and counts, as readers see them in text, tables and figures."""

from collections.abc import Hashable

from cxrstudy.base import numbers

#: Displayed names of labels that are not just the name in a manifest with spaces.
LABEL_NAMES = {"covid19": "COVID-19"}


def arm_name(arm: Hashable) -> str:
    """Displayed name of an arm: the parts of a tuple, separated by commas.

    Examples
    --------
    >>> arm_name(("in-domain", 0.1))
    'in-domain, 0.1'
    """
    return ", ".join(map(str, arm)) if isinstance(arm, tuple) else str(arm)


def label_name(label: str) -> str:
    """Displayed name of a label.

    Examples
    --------
    >>> label_name("covid19"), label_name("other_pneumonia")
    ('COVID-19', 'other pneumonia')
    """
    return LABEL_NAMES.get(label, label.replace("_", " "))


def counted(number: int, what: str) -> str:
    """Write a number with a noun, in the plural unless the number is 1.

    Examples
    --------
    >>> counted(1, "seed"), counted(12, "process"), counted(1200, "image")
    ('1 seed', '12 processes', '1,200 images')
    """
    ending = "" if number == 1 else "es" if what.endswith("s") else "s"
    return f"{numbers.count(number)} {what}{ending}"
