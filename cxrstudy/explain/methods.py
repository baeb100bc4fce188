"""Methods: the available class activation maps, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cxrstudy.explain.errors import ExplainError


@dataclass(frozen=True)
class Method:
    """A method to make a map from a layer's activations.

    Attributes
    ----------
    title
        Name for people.
    slow
        Whether it needs one forward pass per channel of the layer instead of one backward pass.
    source
        Publication.
    """

    title: str
    slow: bool
    source: str


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "gradcam": Method("Grad-CAM", False, "Selvaraju et al. 2017, arXiv:1610.02391"),
        "gradcam++": Method("Grad-CAM++", False, "Chattopadhay et al. 2018, arXiv:1710.11063"),
        "hirescam": Method("HiResCAM", False, "Draelos and Carin 2020, arXiv:2011.08891"),
        "layercam": Method("LayerCAM", False, "Jiang et al. 2021, doi:10.1109/TIP.2021.3089943"),
        "scorecam": Method("Score-CAM (slow)", True, "Wang et al. 2020, arXiv:1910.01279"),
        "ablationcam": Method(
            "Ablation-CAM (slow)",
            True,
            "Desai and Ramaswamy 2020, doi:10.1109/WACV45572.2020.9093360",
        ),
    }
)
"""Methods by name; the first is the default."""


def method_of(name: str) -> Method:
    """Find a method.

    Raises
    ------
    ExplainError
        There is no method with this name; the message lists them.
    """
    if name not in METHODS:
        raise ExplainError(f"no method {name!r}; choose one of {', '.join(METHODS)}")
    return METHODS[name]


def cam_class(name: str) -> Any:
    """Give the class for a method: grad-cam's, or our own where that one can't be used."""
    # Imported here: grad-cam brings OpenCV and takes seconds to import.
    import pytorch_grad_cam as library

    from cxrstudy.explain.ablation import ZeroAblationCAM
    from cxrstudy.explain.score_weighting import QuietScoreCAM

    return {
        "gradcam": library.GradCAM,
        "gradcam++": library.GradCAMPlusPlus,
        "hirescam": library.HiResCAM,
        "layercam": library.LayerCAM,
        "scorecam": QuietScoreCAM,
        "ablationcam": ZeroAblationCAM,
    }[name]
