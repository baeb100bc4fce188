"""Schedule: the learning rate as a pure function of the step.

``one-cycle`` is fastai's own (Smith 2018, arXiv 1803.09820). ``bit`` is BiT-HyperRule (Kolesnikov
et al. 2020, arXiv 1912.11370, section 3.3; numbers from the released ``bit_hyperrule.py``).
"""

from dataclasses import dataclass

#: Learning rate of BiT-HyperRule at a batch of 512 images.
BIT_RATE_AT_512 = 0.003


@dataclass(frozen=True)
class HyperRule:
    """What BiT-HyperRule prescribes for a data set.

    Attributes
    ----------
    supports
        Optimiser steps: the end of the warm-up, each division by ten, the last step.
    resize, crop
        Pixels: training images are resized to the first and cropped to the second; test images
        are resized straight to the second.
    mixup
        Alpha; 0 is off.
    """

    supports: tuple[int, ...]
    resize: int
    crop: int
    mixup: float

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""
        return self.supports[-1]


def bit_hyperrule(images: int, width: int, height: int) -> HyperRule:
    """BiT-HyperRule: all values from the number of training images and their original size.

    Parameters
    ----------
    images
        Number of training images that are used; a few-shot subset counts as small.
    width, height
        Size of the original images, in pixels.

    Raises
    ------
    ValueError
        A number is not positive.
    """
    if images < 1 or width < 1 or height < 1:
        raise ValueError(f"no rule for {images} images of {width} x {height} pixels")
    small_image = width * height < 96 * 96
    return HyperRule(
        supports=_supports(images),
        resize=160 if small_image else 512,
        crop=128 if small_image else 480,
        mixup=0.0 if images < 20_000 else 0.1,
    )


def _supports(images: int) -> tuple[int, ...]:
    if images < 20_000:
        return (100, 200, 300, 400, 500)
    if images < 500_000:
        return (500, 3_000, 6_000, 9_000, 10_000)
    return (500, 6_000, 12_000, 18_000, 20_000)


def bit_rate(step: float, supports: tuple[int, ...], base: float) -> float:
    """Learning rate of BiT-HyperRule at a step: linear warm-up, then divided by ten, then zero.

    It is ``base * step / supports[0]`` during the warm-up and then ``base / 10^k``, where k is the
    number of further supports strictly before the step. The last support ends training.
    """
    if step < supports[0]:
        return base * step / supports[0]
    if step >= supports[-1]:
        return 0.0
    passed = sum(support < step for support in supports[1:])
    return float(base / 10**passed)


def scaled(supports: tuple[int, ...], steps: int) -> tuple[int, ...]:
    """Scale a rule to another number of steps, in proportion."""
    return tuple(max(1, round(support * steps / supports[-1])) for support in supports)
