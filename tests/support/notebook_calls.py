"""What the notebooks call: found in their cells, so that no list of it has to be kept."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat


def called(folder: Path) -> dict[str, Any]:
    """Functions and classes of the package that cells name, by their full name."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        source = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        for item in _named(ast.parse(source)):
            found[f"{item.__module__}.{item.__qualname__}"] = item
    return dict(sorted(found.items()))


def _named(tree: ast.Module) -> Iterator[Any]:
    known = dict(_imported(tree))
    for node in ast.walk(tree):
        item = None
        if isinstance(node, ast.Name):
            item = known.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            item = getattr(known.get(node.value.id), node.attr, None)
        if inspect.isfunction(item) or inspect.isclass(item):
            yield item


def _imported(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cxrstudy"):
            for alias in node.names:
                yield alias.name, _item(str(node.module), alias.name)


def _item(module: str, name: str) -> Any:
    """What a module holds under a name, which may be a module below it."""
    holder = importlib.import_module(module)
    return (
        getattr(holder, name)
        if hasattr(holder, name)
        else importlib.import_module(f"{module}.{name}")
    )
