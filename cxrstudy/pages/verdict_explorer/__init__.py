"""Verdict explorer: the rule again, by hand, with another margin, measure, correction or budget.

Python computes once what the rule needs of every claim (`evidence`), for the claim's own measure
and for others of the same scores (`measures`), and stores it in the page (`stored`). The front end
in ``assets`` then applies the rule to any setting, without a kernel: it is the rule of
:mod:`cxrstudy.verdicts.outcome` again, and tests compare the two. Only what is registered decides.
"""

from cxrstudy.pages.verdict_explorer.page import verdict_explorer

__all__ = ["verdict_explorer"]
