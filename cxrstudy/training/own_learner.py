"""Own learner: a ``Learner`` for loaders of one's own images, without a study."""

from typing import Any

from cxrstudy.training.chain import Start
from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.stage import Stage
from cxrstudy.training.train import make_learner


def radiograph_learner(
    dls: RadiographLoaders,
    arch: str,
    weights: str = "random",
    mixup: float = 0.0,
    wd: float = 0.05,
    seed: int = 0,
    **options: Any,
) -> Any:
    """Make a ``Learner`` of a timm network, as fastai's ``vision_learner`` does.

    Its loss leaves out unknown labels. The loaders are set to the normalisation of the network.

    Parameters
    ----------
    dls
        Loaders of the images.
    arch
        Name of a timm model; it gets one input channel.
    weights
        Initial weights, as in :class:`cxrstudy.training.chain.Start`.
    mixup
        Alpha of MixUp; 0 is off.
    wd
        Decoupled weight decay.
    seed
        Seed of random weights, and of the training.
    **options
        Arguments of the timm model.

    Raises
    ------
    WeightsError
        The weights are not available.

    Examples
    --------
    >>> from cxrstudy.training.dataloaders import RadiographLoaders
    >>> dls = RadiographLoaders.from_csv("films", label_delim="|")  # doctest: +SKIP
    >>> learn = radiograph_learner(dls, "resnet18")  # doctest: +SKIP
    >>> learn.fit_one_cycle(5, 3e-3)  # doctest: +SKIP
    """
    frozen = {
        name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
    }
    model = build(Start(arch, weights, tuple(sorted(frozen.items()))), dls.c, seed, None)
    dls.normalise(expected_input_of(model))
    return make_learner(model, dls, Stage(("own",), mixup=mixup, weight_decay=wd, seed=seed))
