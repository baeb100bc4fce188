"""Claim: what an abstract says, in its own words, and our test of it, each in its own field."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cxrstudy.base.checks import between, checked_level, share
from cxrstudy.base.schema import Strict
from cxrstudy.base.words import arm_name, label_name

#: Name of an arm in YAML; a list there is a tuple in an experiment.
Arm = str | int | float | tuple[str | int | float, ...]

#: What a claim says of the difference, arm minus against: it lies above the margin, above an
#: accepted loss, or within the smallest relevant effect of zero.
Kind = Literal["superiority", "non-inferiority", "equivalence"]

#: What a claim may measure: scores, or the share of a map inside the lesion, as it is or as a share
#: of what a perfect map of the same cells has there, or in the place of a sign that nothing names.
MetricName = Literal["auroc", "lesion energy", "share of the perfect map", "sign energy"]
MAP_METRICS: tuple[MetricName, ...] = (
    "lesion energy", "share of the perfect map", "sign energy",
)  # fmt: skip

#: Budgets of training at which a claim must hold.
Budget = Literal["small", "profile", "plateau"]
BUDGETS: dict[Budget, str] = {
    "small": "with a small part of the profile's steps",
    "profile": "with the steps of the profile",
    "plateau": "at a plateau",
}


class ClaimError(ValueError):
    """A claims file breaks the schema, or a claim lacks evidence; the message names it."""


#: Least level of the interval of a claim; the narrow one then has at least .6.
LEAST_LEVEL = 0.8


class Claim(Strict):
    """A claim of a paper, and our test of it.

    A claim either has a contrast, or says which arms it ``needs`` and that nobody has trained yet,
    or says why it is ``not_testable`` here.

    Attributes
    ----------
    id, words
        Id, and the abstract's own words.
    test
        Our test of them, in a sentence.
    kind
        Kind of hypothesis; see :data:`Kind`.
    experiment
        Notebook with the contrast.
    metric, label, role
        Metric, label, and role whose test split is used.
    arm, against
        The contrast: arm minus against.
    arm_from, against_from
        Arms of the experiment that each of the two is chosen from on validation patients, inside
        each seed (:mod:`cxrstudy.statistics.choice`); equally many. Empty: nothing is chosen.
    against_label, against_role
        Label and role that ``against`` is measured on, if they are others. The two arms then have
        different test patients, and the difference is not paired by patient.
    cohort
        Cohort whose study decides, if it is always the same; empty: the cohort that is judged.
    margin
        Margin, in units of the metric: a gain for superiority, the accepted loss (negative) for
        non-inferiority, 0 for equivalence.
    relevant, because
        Smallest relevant effect, in units of the metric, and the reason for this size.
    budgets
        Budgets at which the claim must hold; see :data:`BUDGETS`. Whether trainings reached a
        plateau stands in their records (:mod:`cxrstudy.training.plateau`).
    control
        What would be a fair control, and how ours differs from it.
    level
        Level of the interval; one minus it is the level of the corrected test.
    seeds
        Minimum number of seeds; with fewer, a claim is not judged, whatever the interval.
    published
        The paper's own numbers.
    needs
        The arms that the test needs and that do not exist yet.
    not_testable
        Why no data here can decide the claim.
    failed_trainings
        Whether an arm may contain trainings without a result (:mod:`cxrstudy.runs.outcome`);
        ``counted`` for claims that are about them.
    """

    id: str = Field(min_length=1)
    words: str = Field(min_length=1)
    test: str = Field(min_length=1)
    kind: Kind = "superiority"
    experiment: str = ""
    metric: MetricName = "auroc"
    label: str = ""
    role: str = "target"
    arm: Arm = ""
    against: Arm = ""
    arm_from: list[Arm] = Field(default_factory=list)
    against_from: list[Arm] = Field(default_factory=list)
    against_label: str = ""
    against_role: str = ""
    cohort: str = ""
    margin: float = 0.0
    relevant: float = 0.0
    because: str = ""
    budgets: list[Budget] = Field(default_factory=list)
    control: str = ""
    level: float = 0.95
    seeds: int = Field(5, ge=2)
    published: dict[str, float] = Field(default_factory=dict)
    needs: str = ""
    not_testable: str = ""
    failed_trainings: Literal["refused", "counted"] = "refused"

    @model_validator(mode="after")
    def _numbers(self) -> Self:
        """All metrics of claims are shares: a number beyond 1 is a percentage or a mistake."""
        between(self.margin, -1, 1, "margin")
        share(self.relevant, "relevant")
        for name, value in self.published.items():
            share(value, f"published {name!r}")
        if checked_level(self.level) < LEAST_LEVEL:
            raise ValueError(f"level {self.level}: give at least {LEAST_LEVEL}")
        return self

    @model_validator(mode="after")
    def _contrast_or_reason(self) -> Self:
        asked = (self.experiment, self.label, self.arm, self.against)
        if self.needs and self.not_testable:
            raise ValueError("a claim that is not testable needs no arms")
        if self.needs or self.not_testable:
            if any(value != "" for value in asked):
                reason = "is not testable" if self.not_testable else "needs arms"
                raise ValueError(f"a claim that {reason} has no contrast")
        elif "" in asked:
            raise ValueError(
                "experiment, label, arm and against are needed, or needs, or not_testable"
            )
        if self.arm == self.against and self.has_contrast:
            raise ValueError(f"arm and against are both {arm_name(self.arm)!r}")
        return self

    @model_validator(mode="after")
    def _chosen_alike(self) -> Self:
        """The best of several is above each by chance, so both arms choose from equally many."""
        for name in ("arm_from", "against_from"):
            candidates = getattr(self, name)
            if len(set(candidates)) < len(candidates):
                raise ValueError(f"{name} names an arm twice")
        if len(self.arm_from) != len(self.against_from) or len(self.arm_from) == 1:
            raise ValueError(
                f"arm_from names {len(self.arm_from)} arms and against_from "
                f"{len(self.against_from)}; give both none, or both as many, at least two"
            )
        if self.arm_from and not self.has_contrast:
            raise ValueError("arm_from and against_from need a contrast")
        if self.arm_from and (self.metric != "auroc" or not self.is_paired):
            raise ValueError("arms are chosen by their AUROC, on the same role and label")
        return self

    @model_validator(mode="after")
    def _size_and_reason(self) -> Self:
        if self.not_testable:
            return self
        if not (self.relevant and self.because and self.budgets and self.control):
            raise ValueError("relevant (above 0), because, budgets and control are needed")
        if self.kind == "superiority" and self.margin < 0:
            raise ValueError("an accepted loss (margin below 0) is of kind non-inferiority")
        if self.kind == "non-inferiority" and self.margin >= 0:
            raise ValueError("non-inferiority needs an accepted loss: a margin below 0")
        if self.kind == "equivalence" and self.margin != 0:
            raise ValueError("the bounds of equivalence are relevant; its margin is 0")
        return self

    @property
    def has_contrast(self) -> bool:
        """Whether two arms that exist decide the claim."""
        return not self.needs and not self.not_testable

    @property
    def contrast(self) -> str:
        """The difference that decides, for tables."""
        if not self.has_contrast:
            return ""
        arm, against = arm_name(self.arm), arm_name(self.against)
        if self.is_paired:
            return f"{arm} − {against}"
        other = self.against_label or self.label
        return f"{arm} ({label_name(self.label)}) − {against} ({label_name(other)})"

    @property
    def is_paired(self) -> bool:
        """Whether both arms are measured on the same patients and label."""
        return not self.against_label and not self.against_role

    @property
    def arms(self) -> list[Arm]:
        """The arms of the experiment that the contrast needs, each once."""
        return [
            *(self.arm_from or [self.arm]),
            *(self.against_from or [self.against]),
        ]
