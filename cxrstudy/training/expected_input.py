"""Expected input: what a network's initial weights expect of an image.

Weights are trained on images that are normalised in a certain way. Other values give other
features, without any error. The expected input therefore belongs to the start of a chain, to the id
of a run and to its record. It is taken from the first of these that states it:

1. the profile (``mean`` and ``deviation``, or ``range``; ``channels``, ``colours``,
   ``training_pixels``);
2. the pretrained tag's own configuration in timm, or the installed package;
3. the metadata of the file, if it is safetensors;
4. timm's default for the architecture.

Random weights expect nothing. They get one grey channel and the mean and deviation of ImageNet,
averaged over the colours.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from cxrstudy.base import numbers
from cxrstudy.base.rounding import significant

Colours = Literal["grey", "RGB", "BGR"]


class ExpectedInputError(ValueError):
    """What weights expect is stated wrongly; the message says what is legal."""


@dataclass(frozen=True)
class ExpectedInput:
    """The images that weights were trained on.

    Attributes
    ----------
    mean, deviation
        By channel, in the order of the channels; black is 0 and white is 1. Images are normalised
        by them.
    colours
        ``grey`` for one channel, otherwise the order of three.
    pixels
        Side of the images that the weights were trained on; 0 if it is not known.
    source
        Who states it, in words. It is recorded, but is not part of an id.

    Raises
    ------
    ExpectedInputError
        Numbers and channels do not fit together, or are not finite.
    """

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    colours: Colours = "RGB"
    pixels: int = 0
    source: str = field(default="the profile", compare=False)

    def __post_init__(self) -> None:
        count = 1 if self.colours == "grey" else 3
        if self.colours not in ("grey", "RGB", "BGR"):
            raise ExpectedInputError(f"colours {self.colours!r}: legal are grey, RGB and BGR")
        if not len(self.mean) == len(self.deviation) == count:
            raise ExpectedInputError(
                f"mean {self.mean} and deviation {self.deviation}: {self.colours} has {count} "
                "channel(s), and each needs one number"
            )
        if not all(map(math.isfinite, (*self.mean, *self.deviation))) or min(self.deviation) <= 0:
            raise ExpectedInputError(
                f"mean {self.mean} and deviation {self.deviation} must be finite, and a deviation "
                "above 0"
            )
        if self.pixels < 0:
            raise ExpectedInputError(f"training_pixels {self.pixels}: 0 if not known, or more")

    @property
    def channels(self) -> int:
        """Number of channels of the network's input; a grey image is repeated in each."""
        return len(self.mean)

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data for ids: everything but the source."""
        return {
            "mean": list(self.mean),
            "deviation": list(self.deviation),
            "colours": self.colours,
            "pixels": self.pixels,
        }

    def __str__(self) -> str:
        """Write it for people: ``mean .5, deviation .5, 3 channels RGB, 224 px (the profile)``."""
        size = f"{self.pixels} px" if self.pixels else "size not known"
        count = "1 channel" if self.channels == 1 else f"{self.channels} channels {self.colours}"
        numbers = [_text(values) for values in (self.mean, self.deviation)]
        return f"mean {numbers[0]}, deviation {numbers[1]}, {count}, {size} ({self.source})"


#: ImageNet's mean and deviation, averaged over the colours (Deng et al. 2009, as torchvision's).
GREY_IMAGENET = ExpectedInput(
    (0.449,), (0.226,), "grey", source="random weights expect nothing; ImageNet's, over colours"
)


def stated_input(
    mean: float | tuple[float, ...] | None,
    deviation: float | tuple[float, ...] | None,
    range: tuple[float, float] | None,
    channels: int | None,
    colours: Colours | None,
    training_pixels: int,
) -> ExpectedInput | None:
    """Make the expected input from what a profile states; None if it states nothing.

    Parameters
    ----------
    mean, deviation
        A number, or one per channel; black is 0 and white is 1.
    range
        Instead of both: the values of black and white that the weights were trained with.
    channels, colours
        1 is grey; 3 is RGB unless ``colours`` says BGR. Without both, three.
    training_pixels
        Side of the images that the weights were trained on; 0 if it is not known.

    Raises
    ------
    ExpectedInputError
        Values exclude each other, or one is missing.

    Examples
    --------
    >>> print(stated_input(None, None, (-1024, 1024), 1, None, 224))
    mean .5, deviation .000488281, 1 channel, 224 px (the profile)
    """
    if not training_pixels and all(
        value is None for value in (mean, deviation, range, channels, colours)
    ):
        return None
    if range is not None:
        if mean is not None or deviation is not None:
            raise ExpectedInputError("range and mean or deviation exclude each other; give one")
        black, white = range
        if not (math.isfinite(black) and math.isfinite(white) and black < white):
            raise ExpectedInputError(f"range {range}: two finite numbers, black below white")
        mean, deviation = -black / (white - black), 1 / (white - black)
    if mean is None or deviation is None:
        raise ExpectedInputError(
            "give mean and deviation together, or range: the values of black and white"
        )
    count = channels or (1 if colours == "grey" else 3)
    order: Colours = "grey" if count == 1 else (colours or "RGB")
    if count not in (1, 3) or (colours is not None and colours != order):
        raise ExpectedInputError(f"channels {channels} and colours {colours} do not fit together")
    return ExpectedInput(_each(mean, count), _each(deviation, count), order, training_pixels)


def of_file(path: Path) -> ExpectedInput | None:
    """Read the expected input from the metadata of a safetensors file; None if it states none.

    Metadata are texts. Understood are ``mean`` and ``std`` (or ``deviation``), numbers or lists;
    ``range``, the values of black and white; and, in any text, ``input (x-127.5)/127.5`` for grey
    values of 0 to 255.

    Raises
    ------
    ExpectedInputError
        The metadata state numbers that make no sense; the message names the file.
    """
    said = metadata_of(path)
    try:
        mean, spread = _number(said, "mean"), _number(said, "std", "deviation")
        limits = _number(said, "range")
        if mean is None and limits is None:
            mean, spread = _formula(" ".join(said.values()))
        made = stated_input(mean, spread, limits, None, None, 0)
    except (ExpectedInputError, TypeError, ValueError) as error:
        raise ExpectedInputError(f"{path}: its metadata: {error}") from None
    return made and sourced(made, "the file's metadata")


def metadata_of(path: Path) -> dict[str, str]:
    """Metadata of a safetensors file, without torch; empty for any other file."""
    if path.suffix != ".safetensors" or not path.is_file():
        return {}
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > path.stat().st_size:
            return {}
        try:
            header = json.loads(stream.read(length))
        except ValueError:
            return {}
    found = header.get("__metadata__") if isinstance(header, dict) else None
    return {str(name): str(value) for name, value in (found or {}).items()}


def of_configuration(configuration: Mapping[str, Any], source: str) -> ExpectedInput:
    """Convert timm's configuration of an architecture or a tag."""
    size = configuration.get("input_size") or (3, 0, 0)
    return ExpectedInput(
        tuple(map(float, configuration["mean"])),
        tuple(map(float, configuration["std"])),
        "RGB",
        int(size[-1]),
        source,
    )


def of_facts(facts: Mapping[str, Any], source: str) -> ExpectedInput:
    """Read what :attr:`ExpectedInput.facts` wrote."""
    return ExpectedInput(
        tuple(facts["mean"]), tuple(facts["deviation"]), facts["colours"], facts["pixels"], source
    )


def sourced(expected: ExpectedInput, source: str) -> ExpectedInput:
    """The same, stated by another source."""
    return of_facts(expected.facts, source)


def in_grey(expected: ExpectedInput) -> ExpectedInput:
    """The same for one channel: averaged over the colours."""
    mean, deviation = (sum(values) / len(values) for values in (expected.mean, expected.deviation))
    return ExpectedInput((mean,), (deviation,), "grey", expected.pixels, expected.source)


def _each(value: float | tuple[float, ...], channels: int) -> tuple[float, ...]:
    return tuple(map(float, value)) if isinstance(value, tuple) else (float(value),) * channels


def _number(said: Mapping[str, str], *names: str) -> Any:
    text = next((said[name] for name in names if name in said), None)
    if text is None:
        return None
    value = json.loads(text)
    return tuple(value) if isinstance(value, list) else value


def _formula(text: str) -> tuple[float | None, float | None]:
    number = r"(\d+(?:\.\d+)?)"
    found = re.search(rf"input \(x\s*-\s*{number}\)\s*/\s*{number}", text)
    return (float(found[1]) / 255, float(found[2]) / 255) if found else (None, None)


def _text(values: tuple[float, ...]) -> str:
    shown = [numbers.plain(significant(value, 6)) for value in dict.fromkeys(values)]
    return ", ".join(text.removeprefix("0") or "0" for text in shown)
