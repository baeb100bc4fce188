"""Networks: the network and the initial weights of a cohort, as a profile defines them."""

from dataclasses import replace
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from cxrstudy.base.schema import Strict
from cxrstudy.training.chain import Start
from cxrstudy.training.expected_input import Colours, ExpectedInput, stated_input


class InputStatement(Strict):
    """What initial weights expect of an image; nothing stated: it is looked up.

    Attributes
    ----------
    mean, deviation, range, channels, colours, training_pixels
        See :func:`cxrstudy.training.expected_input.stated_input`.
    """

    mean: float | tuple[float, ...] | None = None
    deviation: float | tuple[float, ...] | None = None
    range: tuple[float, float] | None = None
    channels: Literal[1, 3] | None = None
    colours: Colours | None = None
    training_pixels: int = Field(0, ge=0)

    @property
    def expects(self) -> ExpectedInput | None:
        """The expected input, or None."""
        return stated_input(
            self.mean, self.deviation, self.range, self.channels, self.colours,
            self.training_pixels,
        )  # fmt: skip

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _ = self.expects
        return self


class NetworkDefinition(InputStatement):
    """Network and initial weights on a cohort.

    Attributes
    ----------
    architecture, weights, options
        See :class:`cxrstudy.training.chain.Start`.
    stand_in
        Role to train on first, if there are no weights pretrained on natural images.
    """

    architecture: str
    weights: str = "random"
    options: dict[str, Any] = Field(default_factory=dict)
    stand_in: str | None = None

    @property
    def start(self) -> Start:
        """The start of the study's chains."""
        options = {name: _frozen(value) for name, value in self.options.items()}
        return Start(self.architecture, self.weights, tuple(sorted(options.items())), self.expects)

    @model_validator(mode="after")
    def _is_a_start(self) -> Self:
        _ = self.start
        return self


class InitialWeights(InputStatement):
    """Initial weights that a chain may start from.

    Attributes
    ----------
    title
        Training images of the weights, as text for figures and tables.
    domain
        Training images: ``none``; ``out`` for non-radiographic images; ``in`` for chest
        radiographs.
    weights
        See :class:`cxrstudy.training.chain.Start`.
    images
        Number of images that the downloaded weights were trained on.
    stand_in
        Role to train on first, starting from these weights.
    fraction
        Fraction of that role's training patients to use.
    """

    title: str
    domain: Literal["none", "out", "in"]
    weights: str = "random"
    images: int = 0
    stand_in: str | None = None
    fraction: float = Field(1.0, gt=0, le=1)


class Comparison(Strict):
    """Initial weights to compare on one network, by the names that claims use."""

    architecture: str
    options: dict[str, Any] = Field(default_factory=dict)
    initial: dict[str, InitialWeights]

    def start(self, name: str) -> Start:
        """The start of a chain with these weights."""
        initial = self.initial[name]
        network = NetworkDefinition(
            architecture=self.architecture, weights=initial.weights, options=self.options
        )
        return replace(network.start, expects=initial.expects)

    @model_validator(mode="after")
    def _are_starts(self) -> Self:
        for name in self.initial:
            _ = self.start(name)
        return self


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
