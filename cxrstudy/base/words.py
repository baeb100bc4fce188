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


def arm_shown(arm: Hashable) -> str:
    """Name of an arm for readers: as :func:`arm_name`, but a whole number has no decimal.

    A list of levels such as ``[0.5, 1]`` makes 1.0 of 1, which other arms of a page have as 1.

    Examples
    --------
    >>> arm_shown((1.0, "same steps")), arm_shown((0.1, 1))
    ('1, same steps', '0.1, 1')
    """
    parts = arm if isinstance(arm, tuple) else (arm,)
    return ", ".join(
        numbers.plain(part) if isinstance(part, float) else str(part) for part in parts
    )


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
