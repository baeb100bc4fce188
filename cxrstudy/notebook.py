"""Notebook: the names that the cells of an experiment use. What takes torch they import themselves.

=================================================  ==============================================
``Study``, ``arms_of``, ``check_parameters``       what is asked
``estimates``, ``contrasts``, ``metrics``,         what the scores say, with intervals
``statistics``
``figures``, ``diagrams``, ``show``                figures, diagrams and tables of a page
``curves``                                         how trainings went
``levels``                                         what the arms of factors are in pixels, steps
                                                   and patients
``reference_of``, ``evidence_of``,                 recorded results beside a reader's own, which
``beside``, ``if_enough_seeds``                    is judged with enough seeds only
``read_claims``, ``abstract_table``,               abstracts and claims, what is judged of them,
``claims_table``, ``judge``,                       every version of the rule, what the best of
``log``, ``selection``                             several arms shows by being chosen
``demographics``, ``source_alone``                 who is in a cohort, and what gives it away
``make_graph``, ``provenance``                     which runs there are, and what they cost
=================================================  ==============================================
"""

from cxrstudy import statistics
from cxrstudy.pages import diagrams, figures, levels
from cxrstudy.pages import render as show
from cxrstudy.pages.beside import beside, evidence_of, if_enough_seeds, reference_of
from cxrstudy.pages.demographics import demographics
from cxrstudy.pages.source_baseline import source_alone
from cxrstudy.pages.told import contrasts, estimates
from cxrstudy.runs import provenance
from cxrstudy.statistics import metrics
from cxrstudy.study import curves
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.graph import make_graph
from cxrstudy.study.parameters import check_parameters
from cxrstudy.study.study import Study
from cxrstudy.verdicts import judge, log, selection
from cxrstudy.verdicts.claims_file import abstract_table, claims_table, read_claims

__all__ = [
    "Study", "abstract_table", "arms_of", "beside", "check_parameters",
    "claims_table", "contrasts", "curves", "demographics", "diagrams", "estimates",
    "evidence_of", "figures", "if_enough_seeds", "judge", "levels", "log",
    "make_graph", "metrics", "provenance", "read_claims", "reference_of",
    "selection", "show", "source_alone", "statistics",
]  # fmt: skip
