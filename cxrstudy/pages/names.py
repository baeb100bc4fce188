"""Names: roles and measures as a reader sees them, who does not read code."""

import re

from cxrstudy.base.words import LABEL_NAMES, label_name

#: A name of a role or a measure as code has it, which is no part of a path.
NAME = re.compile(r"(?<![\w./-])[a-z]+(?:_[a-z]+)+(?![\w/-]|\.\w)")

#: A label whose name for readers is not just its words, likewise.
LABEL = re.compile(rf"(?<![\w./-])(?:{'|'.join(LABEL_NAMES)})(?![\w/-]|\.\w)")

#: Measures whose name in code is short.
MEASURES = {
    "spearman": "rank correlation (Spearman)", "ssim": "structural similarity (SSIM)",
    "iou": "overlap (IoU)",
}  # fmt: skip


def named(cell: str) -> str:
    """The name of a role or a measure, as words.

    Examples
    --------
    >>> named("ssim"), named("random_deletion")
    ('structural similarity (SSIM)', 'random deletion')
    """
    return MEASURES.get(cell, spaced(cell))


def spaced(text: str) -> str:
    """A text in which names of roles, labels and measures are words; codes and files stay.

    Examples
    --------
    >>> spaced("random → natural_large → target"), spaced("a_b.csv, real_2/c_d, CXR_1")
    ('random → natural large → target', 'a_b.csv, real_2/c_d, CXR_1')
    >>> spaced("no image of covid19")
    'no image of COVID-19'
    """
    words = NAME.sub(lambda found: found[0].replace("_", " "), text)
    return LABEL.sub(lambda found: label_name(found[0]), words)
