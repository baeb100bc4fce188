"""Computed: parts of prose pages that are made from records when the book is built.

A page names a part in a directive ``{computed}``; :data:`PARTS` has one function per name, which
takes nothing and returns HTML; :data:`PARTS_OF` has those of a chapter, a paper or a check, which
the option ``of`` names; :data:`PARTS_IN` those that are taken from the book's executed notebooks,
whose folder they get. Prose then holds no number that somebody would have to keep right.
"""

from collections.abc import Callable
from pathlib import Path

from cxrstudy.pages import audit_checks
from cxrstudy.pages.computed import (
    citation,
    evidence,
    front,
    history,
    methods,
    networks,
    not_run,
    profiles,
    registered,
    reporting,
)
from cxrstudy.pages.html import HTML
from cxrstudy.pages.your_set import page

PARTS: dict[str, Callable[[], HTML]] = {
    "what was found": front.what_was_found,
    "what surprised us": front.what_surprised_us,
    "checks that predict a label": audit_checks.in_common,
    "cohorts": methods.cohorts,
    "networks": networks.networks,
    "stages": methods.stages,
    "training": methods.training,
    "statistics": methods.statistics,
    "records": methods.records,
    "profiles": profiles.listed,
    "CLAIM": reporting.claim,
    "how to cite": citation.how_to_cite,
    "TRIPOD+AI": reporting.tripod,
    "verdicts by paper": evidence.by_paper,
    "versions of the rule": history.versions,
    "registered and recorded": registered.progress,
    "before there were registrations": history.told,
    "verdicts under every rule": history.by_rule,
    "verdicts as recorded": history.as_recorded,
}

PARTS_IN: dict[str, Callable[[Path], HTML]] = {"your set": page.on_first_page}

PARTS_OF: dict[str, Callable[[str], HTML]] = {
    "check of the audit": audit_checks.of_check,
    "evidence": evidence.of_chapter,
    "not run": not_run.of_chapter,
    "claims": evidence.of_paper,
    "what verdicts rest on": evidence.details_of,
}
