"""Schedule: the learning rate as a pure function of the step.

``one-cycle`` is fastai's own (Smith 2018, arXiv 1803.09820). ``bit`` is BiT-HyperRule (Kolesnikov
et al. 2020, arXiv 1912.11370, section 3.3; numbers from the released ``bit_hyperrule.py``).
"""

from dataclasses import dataclass

#: Learning rate of BiT-HyperRule at a batch of 512 images.
BIT_RATE_AT_512 = 0.003


@dataclass(frozen=True)
class HyperRule:
    """The training settings of BiT-HyperRule for a data set.

    Attributes
    ----------
    supports
        Optimiser steps: the end of the warm-up, each division of the rate by ten, the last step.
    resize, crop
        Side in pixels: training images are resized to `resize` and cropped to `crop`; test images
        are resized to `crop`.
    mixup
        Alpha of MixUp; 0 is off.
    """

    supports: tuple[int, ...]
    resize: int
    crop: int
    mixup: float

    @property
    def steps(self) -> int:
        """Total number of optimiser steps."""
        return self.supports[-1]


def bit_hyperrule(images: int, width: int, height: int) -> HyperRule:
    """Apply BiT-HyperRule to the number of training images and their original size.

    Parameters
    ----------
    images
        Number of training images that are used; for a few-shot subset, its size.
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

    The rate is ``base * step / supports[0]`` during the warm-up, and then ``base / 10^k``, where k
    is the number of further supports strictly before the step. Training ends at the last support.
    """
    if step < supports[0]:
        return base * step / supports[0]
    if step >= supports[-1]:
        return 0.0
    passed = sum(support < step for support in supports[1:])
    return float(base / 10**passed)


def scaled(supports: tuple[int, ...], steps: int) -> tuple[int, ...]:
    """Scale the supports of a rule in proportion to another number of steps."""
    return tuple(max(1, round(support * steps / supports[-1])) for support in supports)
