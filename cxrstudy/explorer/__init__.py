"""Explorer: interactive heatmaps over radiographs.

One front end (``assets/explorer.js``) is used in two places. :func:`explore` shows it live in a
notebook and computes maps on demand. :func:`static_explorer` puts precomputed maps and images into
a page of the book, which then needs no kernel and no internet access. `case` is the data that both
show, `gallery` gives the images, and `network` the predictions and maps. Read `explore` first.
"""

from cxrstudy.explorer.build import build_cases
from cxrstudy.explorer.case import Case, Facts, LowMap, MapKey, Reading
from cxrstudy.explorer.explore import ExplorerError, explore, gallery_of, networks_of
from cxrstudy.explorer.gallery import Item, items_of
from cxrstudy.explorer.network import Explainer, Network, explainer, network_of
from cxrstudy.explorer.static import StaticExplorer, static_explorer

__all__ = [
    "Case", "Explainer", "ExplorerError", "Facts", "Item", "LowMap", "MapKey", "Network", "Reading",
    "StaticExplorer", "build_cases", "explainer", "explore", "gallery_of", "items_of",
    "network_of", "networks_of", "static_explorer",
]  # fmt: skip
