"""Explain: class activation maps of a network, and tests of whether the maps can be trusted.

A network and images go in; maps come out. `maps.heatmaps` makes them with a method of `methods` at
a layer of `layers`, and `state` restores the network afterwards; `many_maps` does so for many
images and records the result. The `cells` of a map lie where the `receptive_fields` of the layer
have their centres (`operations`: how each moves them). `metrics` scores maps against the `regions`
of an image, for comparison with the `baselines`. `sanity`, `stability` and `faithfulness` test the
maps themselves, with `similarity`, after Adebayo et al. 2018 and Petsiuk et al. 2018; `reliability`
does so for a run, and `attention` measures the maps of an experiment. Read `maps` first.
"""

from cxrstudy.explain.baselines import LESIONS, LUNGS, as_map, baselines
from cxrstudy.explain.cells import Cells
from cxrstudy.explain.default_layer import CELLS, pointing_layer
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.faithfulness import Curves, curves, faithfulness
from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.many_maps import recorded_maps
from cxrstudy.explain.maps import heatmaps, relative, upsample
from cxrstudy.explain.methods import METHODS, Method
from cxrstudy.explain.metrics import energy, iou, pointing, score_maps
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.explain.regions import phantom_regions, real_regions
from cxrstudy.explain.sanity import cascade, cascade_similarity
from cxrstudy.explain.similarity import similarities, spearman, ssim
from cxrstudy.explain.stability import stability
from cxrstudy.runs.maps import ManyMaps, read_facts, read_maps

__all__ = [
    "CELLS", "LESIONS", "LUNGS", "METHODS", "Cells", "Curves", "ExplainError", "ManyMaps", "Method",
    "as_map", "baselines", "cascade", "cascade_similarity", "cells_of", "curves", "energy",
    "faithfulness", "heatmaps", "iou", "layer_names", "phantom_regions", "pointing",
    "pointing_layer", "read_facts", "read_maps", "real_regions", "recorded_maps", "relative",
    "score_maps", "similarities", "spearman", "ssim", "stability", "upsample",
]  # fmt: skip
