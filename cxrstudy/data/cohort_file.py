"""Cohort file: what the YAML of a cohort in ``data_manifests/cohorts`` may say."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.data.role import Task
from cxrstudy.data.role_checks import CohortError
from cxrstudy.data.split import SplitRule
from cxrstudy.pixels.masking import Visible

#: Files to read: the originals, or the reduced copies that a manifest lists.
Files = Literal["originals", "prepared"]


class SignDefinition(Strict):
    """A sign of COVID-19 in phantoms that nothing names; see :mod:`cxrstudy.phantom.sign`."""

    strength: float = Field(description="soft tissue at its middle, in cm; 0 is none")
    share: float = Field(1.0, description="share of patients with COVID-19 who carry it")

    @property
    def sign(self) -> phantom.Sign:
        """The sign."""
        return phantom.Sign(self.strength, self.share)

    @model_validator(mode="after")
    def _is_a_sign(self) -> Self:
        _ = self.sign
        return self


class Source(Strict):
    """One source of a role: a manifest's name, or a role of the phantom generator."""

    manifest: str | None = None
    phantom: str | None = None
    rename: dict[str, str] = Field(
        default_factory=dict,
        description="label at the source: label in the role; '' stands for none present",
    )
    split: SplitRule | None = Field(None, description="split of phantoms; a manifest has its own")
    having: str | None = Field(None, description="use only images with this label of the source")
    lacking: str | None = Field(None, description="use only images without this label")
    sites: list[str] | None = Field(None, description="use only images of these sources")

    site_follows_label: float = Field(
        0.0, ge=-1, le=1, description="phantoms only: strength of the association; reversed below 0"
    )
    hospitals: Literal["shared", "own"] = Field(
        "shared",
        description="phantoms of upstream roles: those of the target, or hospitals of their own",
    )

    sign: SignDefinition | None = Field(
        None, description="phantoms of the target: a sign of COVID-19 that nothing names"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.manifest is None) == (self.phantom is None):
            raise ValueError("a source is either a manifest or a phantom")
        if (self.phantom is None) != (self.split is None):
            raise ValueError("a phantom needs a split, a manifest has its own")
        if self.hospitals == "own" and self.phantom not in phantom.WITH_OWN_HOSPITALS:
            able = " and ".join(phantom.WITH_OWN_HOSPITALS)
            raise ValueError(f"hospitals: own is for the phantom roles {able}")
        if self.sign and self.phantom not in phantom.WITH_SIGN:
            raise ValueError(f"sign: is for the phantom role {' or '.join(phantom.WITH_SIGN)}")
        return self

    @property
    def name(self) -> str:
        """Name of the manifest: of its file, or of the generator's role."""
        tie = f" tied {self.site_follows_label:+g}" if self.site_follows_label else ""
        own = ", own hospitals" if self.hospitals == "own" else ""
        sign = f", sign {self.sign.strength:g} cm in {self.sign.share:g}" if self.sign else ""
        return self.manifest or f"phantom {self.phantom}{tie}{own}{sign}"


class RoleDefinition(Strict):
    """Definition of a role in a cohort file."""

    task: Task
    labels: list[str] | None = Field(
        None,
        min_length=1,
        description="None: all labels of the sources. Experiments ask about the target's last one",
    )
    sources: list[Source] = Field(min_length=1)
    variant_of: str | None = Field(
        None, description="a role with the same patients and splits, whose images differ"
    )
    apart_from: str | None = Field(
        None, description="a role none of whose patients, of any split, may be in this one"
    )

    @model_validator(mode="after")
    def _labels_fit_the_task(self) -> Self:
        labels = self.labels or []
        if len(set(labels)) < len(labels):
            raise ValueError(f"labels: a name stands twice in {', '.join(labels)}")
        if self.task == "binary" and len(labels) > 1:
            raise ValueError("a binary role has one label; use multiclass or multilabel for more")
        return self


class CohortDefinition(Strict):
    """Content of a cohort file."""

    name: str
    title: str
    files: Files = "originals"
    copies: str = Field(description="how the images differ from the originals, in a sentence")
    caveat: str = Field(description="limits of results on this cohort, in a sentence")
    world: str = Field("", description="kind of images, for outcomes: 'on simulated radiographs'")
    visible: Visible = Field(
        "whole", description="part of the target's images that networks see; see pixels/masking"
    )
    like: str = Field(
        "", description="name under which profiles hold networks and sizes; empty: the cohort's"
    )
    roles: dict[str, RoleDefinition]

    @model_validator(mode="after")
    def _roles_exist(self) -> Self:
        for name, role in self.roles.items():
            for other in (role.variant_of, role.apart_from):
                if other is not None and (other == name or other not in self.roles):
                    raise ValueError(f"role {name}: there is no other role {other!r}")
        return self


def cohort_names() -> list[str]:
    """Names of the cohorts, which are their files' names."""
    return [path.stem for path in places.cohorts()]


def read_definition(path: Path) -> CohortDefinition:
    """Read and check a cohort file.

    Raises
    ------
    CohortError
        The file is missing or breaks the schema; the message names file and field.
    """
    if not path.exists():
        raise CohortError(f"{path}: no such cohort; the cohorts are {', '.join(cohort_names())}")
    return read_yaml(path, CohortDefinition, CohortError)


def world_of(name: str) -> str:
    """Kind of images of a cohort, to state with an outcome, such as ``on simulated radiographs``.

    Examples
    --------
    >>> world_of("phantom")
    'on simulated radiographs'
    """
    path = places.cohort(name)
    if not path.exists():  # old results may be of a cohort that was removed
        return f"on cohort {name}"
    definition = read_definition(path)
    return definition.world or f"on cohort {definition.title}"
