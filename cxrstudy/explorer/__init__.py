"""Explorer: interactive heatmaps over radiographs.

One front end (the modules in ``assets``, joined by `frontend`) serves two places: :func:`explore`
shows it live in a notebook and computes maps when they are asked for; :func:`static_explorer` puts
precomputed maps and images into a page of the book, which then needs no kernel and no network.
`case` is the plain data that both show; `gallery` says where images come from and `answers` what
networks say of them.
"""

from cxrstudy.explorer.answers import Explainer
from cxrstudy.explorer.build import build_cases
from cxrstudy.explorer.case import Case, Facts, LowMap, MapKey, Reading
from cxrstudy.explorer.explore import ExplorerError, explore, gallery_of, networks_of
from cxrstudy.explorer.gallery import Item, items_of
from cxrstudy.explorer.static import StaticExplorer, static_explorer

__all__ = [
    "Case", "Explainer", "ExplorerError", "Facts", "Item", "LowMap", "MapKey", "Reading",
    "StaticExplorer", "build_cases", "explore", "gallery_of", "items_of", "networks_of",
    "static_explorer",
]  # fmt: skip
