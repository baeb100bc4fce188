"""Profile: the sizes and budgets of a study, in a YAML file of ``profiles/``."""

from typing import Annotated, Any, Self

from pydantic import Field

from cxrstudy.base import places
from cxrstudy.base.arithmetic import Arithmetic
from cxrstudy.base.schema import Strict, checked, read_content
from cxrstudy.study.networks import Comparison, NetworkDefinition
from cxrstudy.training.stage import Stage


class ProfileError(ValueError):
    """A profile is missing or breaks the schema; the message names file and field."""


class Levels(Strict):
    """Levels of the factors of experiments.

    Attributes
    ----------
    resolutions
        Side of the images, relative to that of the profile.
    alphas
        Values of MixUp's alpha.
    lengths
        Optimiser steps on the target, relative to those of the profile.
    fractions
        Fractions of the training patients.
    shots
        Numbers of training patients per class.
    rates
        Learning rates on the target that a search tries beside that of the profile, relative to it.
    budgets
        Optimiser steps on the target at which initial weights are compared, relative to those of
        the profile.
    signs
        Roles of the cohort ``sign`` to train on, by the names that claims use.
    passes
        How often every image is seen where sets of different sizes are compared at equal passes.
    ties
        Strengths of the tie between hospital and disease in training: 0, .5, .8 or .95, the roles
        that the cohort ``tied`` has.
    starts
        Initial weights that are trained at each of these strengths.
    """

    resolutions: tuple[float, ...] = (0.5, 1, 1.5, 2)
    alphas: tuple[float, ...] = (0, 0.1, 0.2, 0.4)
    lengths: tuple[float, ...] = (0.5, 1, 2)
    fractions: tuple[float, ...] = (0.01, 0.05, 0.1, 0.25, 0.5, 1)
    shots: tuple[int, ...] = (1, 10)
    rates: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: {"slower": 1 / 3, "faster": 3}
    )
    budgets: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: {"small budget": 0.25, "to a plateau": 16}
    )
    signs: dict[str, str] = Field(
        default_factory=lambda: {
            "sign": "target", "middle sign": "middle", "faint sign": "faint", "no sign": "unsigned",
        }
    )  # fmt: skip
    passes: float = Field(14, gt=0)
    ties: tuple[float, ...] = (0, 0.5, 0.8, 0.95)
    starts: tuple[str, ...] = ("random", "out-of-domain, large", "in-domain")

    @property
    def repeats(self) -> int:
        """Repeats of a training without MixUp, so that it has as many as MixUp has values."""
        return max(0, sum(alpha > 0 for alpha in self.alphas) - 1)


class Profile(Strict):
    """The sizes and budgets of a study.

    Attributes
    ----------
    profile
        Name of the profile, and of its file.
    purpose
        Purpose in one sentence, with the time that it takes and on which machine.
    extends
        Name of the profile whose values hold where this one gives none; empty if it gives all.
        Mappings are joined key by key; anything else is replaced.
    half
        Name of the profile whose trainings on the target have half the steps, and which is the same
        else. Its recorded results show whether the trainings of this one are at a plateau
        (:mod:`cxrstudy.verdicts.doubling`). Empty if there is none.
    phantom_seed
        Seed of the phantom generator.
    phantom_patients
        Number of patients to sample, by role of the generator.
    networks
        Network by cohort.
    initial_weights
        Initial weights to compare, by cohort.
    levels
        Levels of the factors of experiments.
    arithmetic
        ``native`` or ``held``, if it must be one of them; see :mod:`cxrstudy.base.arithmetic`.
    stages
        Values that differ from the defaults of :class:`cxrstudy.training.stage.Stage`, by cohort
        (or ``all``) and role (or ``all``, or ``pooled``).
    """

    profile: str
    purpose: str
    extends: str = ""
    half: str = ""
    phantom_seed: int
    phantom_patients: dict[str, int]
    networks: dict[str, NetworkDefinition]
    initial_weights: dict[str, Comparison] = Field(default_factory=dict)
    levels: Levels = Levels()
    arithmetic: Arithmetic | None = None
    stages: dict[str, dict[str, dict[str, Any]]]

    def for_cohort(self, name: str, like: str) -> Self:
        """Give a cohort the networks, initial weights and stages of another, where it has none.

        Raises
        ------
        ProfileError
            There is no network under either name.
        """
        networks = ({name: self.networks[like]} if like in self.networks else {}) | self.networks
        if name not in networks:
            raise ProfileError(
                f"profile {self.profile}: networks: there is none for cohort {name!r}"
                f"{'' if like == name else f' and none for {like!r}'}; there are some for "
                f"{', '.join(self.networks)}. Add one to the file {places.profile(self.profile)}, "
                "or say in the cohort's file which of them it is `like`"
            )
        compared = {name: self.initial_weights[like]} if like in self.initial_weights else {}
        own, others = self.stages.get(name, {}), self.stages.get(like, {})
        stages = {role: others.get(role, {}) | own.get(role, {}) for role in {**others, **own}}
        return self.model_copy(
            update={
                "networks": networks,
                "initial_weights": compared | self.initial_weights,
                "stages": self.stages | ({name: stages} if stages else {}),
            }
        )

    def stage(self, cohort: str, *roles: str) -> Stage:
        """Stage of a role, or of several pooled, on a cohort.

        Later values replace earlier ones, in this order: all cohorts and all roles; all cohorts and
        this role; this cohort and all roles; this cohort and this role.

        Raises
        ------
        StageError
            The profile has an illegal value for the stage.
        """
        role = roles[0] if len(roles) == 1 else "pooled"
        values: dict[str, Any] = {}
        for where in ("all", cohort):
            values |= self.stages.get(where, {}).get("all", {})
            values |= self.stages.get(where, {}).get(role, {})
        return Stage(roles=roles).but(**values)


def profile_names() -> list[str]:
    """Names of the profiles, which are their files' names."""
    return [path.stem for path in places.profile_files()]


def read_profile(name: str) -> Profile:
    """Read ``profiles/NAME.yaml``.

    Raises
    ------
    ProfileError
        The file is missing or breaks the schema; the message names the field. Or profiles extend
        one another in a circle.
    """
    return checked(_values(name, ()), places.profile(name), Profile, ProfileError)


def _values(name: str, before: tuple[str, ...]) -> Any:
    """Values of a profile, with those of the profiles that it extends."""
    path = places.profile(name)
    if not path.is_file():
        asked = f"{places.profile(before[-1])}: extends: " if before else ""
        raise ProfileError(
            f"{asked}{path}: no such profile; the profiles are {', '.join(profile_names())}"
        )
    own = read_content(path, ProfileError)
    extended = own.get("extends") if isinstance(own, dict) else None
    if not isinstance(extended, str) or not extended:
        return own
    if extended in (*before, name):
        raise ProfileError(f"{path}: extends: {extended!r} extends this profile itself")
    return _joined(_values(extended, (*before, name)), own)


def _joined(values: Any, own: Any) -> Any:
    if not isinstance(values, dict) or not isinstance(own, dict):
        return own
    return values | {key: _joined(values.get(key), value) for key, value in own.items()}
