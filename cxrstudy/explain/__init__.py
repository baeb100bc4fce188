"""Explaining a network by maps, and asking whether the maps are to be trusted.

`maps.heatmaps` makes maps by a method of `methods` at a layer of `layers`, inside `state`, which
leaves the network as it was; `whole` does so for many images and keeps a `record`. `metrics`
scores maps against the `regions` of an image, beside the `baselines`. `sanity`, `stability` and
`faithfulness` ask of the maps themselves, with `similarity`, what Adebayo et al. 2018 and Petsiuk
et al. 2018 asked.
"""

from cxrstudy.explain.baselines import baselines
from cxrstudy.explain.default_layer import CELLS, pointing_layer
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.faithfulness import Curves, curves, faithfulness
from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.many_maps import recorded_maps
from cxrstudy.explain.maps import heatmaps, relative, upsample
from cxrstudy.explain.methods import METHODS, Method
from cxrstudy.explain.metrics import energy, iou, pointing, score_maps
from cxrstudy.explain.regions import phantom_regions, real_regions
from cxrstudy.explain.sanity import cascade, cascade_similarity
from cxrstudy.explain.similarity import similarities, spearman, ssim
from cxrstudy.explain.stability import stability
from cxrstudy.runs.maps import ManyMaps, read_facts, read_maps

__all__ = [
    "CELLS", "METHODS", "Curves", "ExplainError", "ManyMaps", "Method",
    "baselines", "cascade", "cascade_similarity", "curves", "energy", "faithfulness",
    "heatmaps", "iou", "layer_names", "phantom_regions", "pointing", "pointing_layer",
    "read_facts", "read_maps", "real_regions", "recorded_maps", "relative", "score_maps",
    "similarities", "spearman", "ssim", "stability", "upsample",
]  # fmt: skip
