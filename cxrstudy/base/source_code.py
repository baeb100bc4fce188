"""Source code: what a module does, and which of our modules it imports, read from its text.

Nothing is imported for it, so that planning needs no torch. The normal form of a module is its
syntax tree without what decides nothing: comments, docstrings, layout, the place of a module in the
package, the order of imports and the names that imports are given.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGE = "cxrstudy"


def normal_form(source: str, is_module: Callable[[str], bool]) -> str:
    """Reduce a module to what it does.

    What comes from an import is written by its full name, wherever it is used, and the import
    itself is left out. What comes from our own package is written by its own name alone, so that
    moving a module to another folder changes nothing.

    Parameters
    ----------
    source
        Text of the module.
    is_module
        Tells whether a dotted name such as ``cxrstudy.base.device`` is a module or a package.
    """
    tree = ast.parse(source)
    modules, names = _aliases(tree, is_module)
    return ast.unparse(ast.fix_missing_locations(_Normal(modules, names).visit(tree)))


def imported(source: str, is_module: Callable[[str], bool]) -> list[tuple[str, str]]:
    """List what a module imports of our package when it runs, also inside functions.

    Returns
    -------
    Pairs of a module and a name in it; the name is empty where a module itself is imported.
    """
    found = []
    for node in _runtime_imports(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if _ours(alias.name)]
        elif _ours(node.module or ""):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.append((whole, "") if is_module(whole) else (str(node.module), alias.name))
    return found


def closure(
    roots: Iterable[str], sources: Mapping[str, str], left_out: Callable[[str], bool]
) -> list[str]:
    """Collect modules and all that they import, directly or not.

    Parameters
    ----------
    roots
        Dotted names of modules to begin with.
    sources
        Text by dotted name of every module of the package; a package has the text of its
        ``__init__``.
    left_out
        Tells of a module that it does not count; what only it imports does not count either.
    """
    found: list[str] = []
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module in found or left_out(module):
            continue
        found.append(module)
        for target, name in imported(sources[module], sources.__contains__):
            waiting.append(_defining(target, name, sources))
    return sorted(found)


def package_sources(folder: Path) -> dict[str, str]:
    """Read the text of every module of a package, by dotted name."""
    sources = {}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        names = parts[:-1] if parts[-1] == "__init__" else parts
        sources[".".join([PACKAGE, *names])] = path.read_text(encoding="utf-8")
    return sources


def _defining(module: str, name: str, sources: Mapping[str, str]) -> str:
    """Module that defines what another one imports, perhaps through a package's ``__init__``."""
    for alias in _reexports(sources[module]) if name else ():
        if alias[1] == name:
            whole = f"{alias[0]}.{alias[2]}"
            return whole if whole in sources else _defining(alias[0], alias[2], sources)
    return module


def _reexports(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield module, name here and name there of what a module imports at its top level."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and _ours(node.module or ""):
            for alias in node.names:
                yield str(node.module), alias.asname or alias.name, alias.name


def _aliases(
    tree: ast.Module, is_module: Callable[[str], bool]
) -> tuple[frozenset[str], dict[str, str]]:
    """Names of our modules, and full name by name of whatever else is imported."""
    modules: set[str] = set()
    names: dict[str, str] = {}
    for node in _runtime_imports(tree):
        for alias in node.names:
            if isinstance(node, ast.Import):
                if alias.asname:
                    names[alias.asname] = alias.name
                continue
            local, module = alias.asname or alias.name, node.module or ""
            if not _ours(module):
                names[local] = f"{module}.{alias.name}"
            elif is_module(f"{module}.{alias.name}"):
                modules.add(local)
            else:
                names[local] = f"{PACKAGE}.{alias.name}"
    return frozenset(modules), names


def _runtime_imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a module that are made when it runs."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _is_type_checking(node):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def _ours(module: str) -> bool:
    return module.split(".")[0] == PACKAGE


def _is_type_checking(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


class _Normal(ast.NodeTransformer):
    """Takes out what decides nothing, and writes imported names in full."""

    def __init__(self, modules: frozenset[str], names: Mapping[str, str]) -> None:
        self._modules, self._names = modules, names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and (ast.get_docstring(node) is not None):
            node.body = node.body[1:]
        node = super().generic_visit(node)
        body = getattr(node, "body", None)
        if body == [] and not isinstance(node, ast.Module):
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_Import(self, node: ast.Import) -> None:
        """Leave an import out."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Leave an import out."""

    def visit_If(self, node: ast.If) -> Any:
        """Leave out what only a type checker reads."""
        if not _is_type_checking(node):
            return self.generic_visit(node)
        return [self.visit(child) for child in node.orelse]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Write an imported name in full."""
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Write what belongs to one of our modules by its own name."""
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return ast.Name(f"{PACKAGE}.{node.attr}", node.ctx)
        return self.generic_visit(node)
