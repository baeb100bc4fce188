"""Computed: parts of prose pages that are made from records when the book is built.

A page names a part in a directive ``{computed}``; :data:`PARTS` has one function per name, which
takes nothing and returns HTML. Prose then holds no number that somebody would have to keep right.
"""

from collections.abc import Callable

from cxrstudy.pages.computed import citation, front, methods, reporting
from cxrstudy.pages.html import HTML

PARTS: dict[str, Callable[[], HTML]] = {
    "what was found": front.what_was_found,
    "what surprised us": front.what_surprised_us,
    "cohorts": methods.cohorts,
    "networks": methods.networks,
    "stages": methods.stages,
    "training": methods.training,
    "statistics": methods.statistics,
    "records": methods.records,
    "CLAIM": reporting.claim,
    "how to cite": citation.how_to_cite,
    "TRIPOD+AI": reporting.tripod,
}
