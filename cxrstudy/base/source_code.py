"""Source code: the normal form of a module, and the modules of this package that it imports.

Both are read from its text without importing it, because planning must work without torch. The
normal form of a module is its syntax tree without everything that does not change its behaviour:
comments, docstrings, layout, the place of modules in the package, the order of imports and the
local names of imports.
"""

import ast
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cxrstudy.base.identity import fingerprint

PACKAGE = "cxrstudy"

#: Fields of nodes that hold statements, or what holds statements; an expression holds none. A
#: conditional expression has fields of the same names, and only statements are looked into.
_HOLD_STATEMENTS = ("body", "handlers", "orelse", "finalbody", "cases")


def in_package(module: str) -> bool:
    """Whether a dotted name lies in this package."""
    return module.split(".")[0] == PACKAGE


def normal_form(
    source: str,
    is_module: Callable[[str], bool],
    is_own: Callable[[str], bool] = in_package,
) -> str:
    """Write a module in its normal form.

    Imports are omitted, and each use of an imported name is replaced by its full name. For own
    names, the module is omitted from the full name, so that moving a module to another folder
    changes nothing. An import of all names stays, because its names can't be written in full.

    Parameters
    ----------
    source
        Text of the module.
    is_module
        Whether a dotted name such as ``cxrstudy.base.device`` is a module or a package.
    is_own
        Whether a dotted name lies in own code, by default in this package.
    """
    tree = ast.parse(source)
    modules, names = _aliases(tree, is_module, is_own)
    return ast.unparse(ast.fix_missing_locations(_Normal(modules, names).visit(tree)))


def form_of(source: str, is_module: Callable[[str], bool]) -> str:
    """SHA-256 of the normal form of a module, which is written once a process for equal texts.

    Parameters
    ----------
    source, is_module
        As for :func:`normal_form`.
    """
    # Nothing else of the package decides the form, so commits share those of most modules.
    return _form(source, frozenset(filter(is_module, _may_be_modules(source))))


@cache
def _form(source: str, modules: frozenset[str]) -> str:
    return fingerprint(normal_form(source, modules.__contains__))


@cache
def _may_be_modules(source: str) -> list[str]:
    """Names that a module imports from others, and that may be modules themselves."""
    return [
        f"{node.module}.{alias.name}"
        for node in _runtime_imports(_parsed(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def imported(
    source: str,
    is_module: Callable[[str], bool],
    is_own: Callable[[str], bool] = in_package,
) -> list[tuple[str, str]]:
    """List what a module imports from own code when it runs, also inside functions.

    Returns
    -------
    Pairs of a module and a name in it; the name is empty if the module itself is imported.
    """
    found = []
    for node in _runtime_imports(_parsed(source)):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names if is_own(alias.name)]
        elif is_own(node.module or ""):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.append((whole, "") if is_module(whole) else (str(node.module), alias.name))
    return found


def closure(
    roots: Iterable[str], sources: Mapping[str, str], left_out: Callable[[str], bool]
) -> list[str]:
    """Collect modules and all modules that they import, directly or indirectly.

    Parameters
    ----------
    roots
        Dotted names of the modules to begin with.
    sources
        Text of every module by dotted name; for a package, the text of its ``__init__``.
    left_out
        Whether to omit a module. Modules that only omitted modules import are omitted too.
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
        if any(part.startswith(".") for part in parts):  # left by other systems, and by Jupyter
            continue
        names = parts[:-1] if parts[-1] == "__init__" else parts
        sources[".".join([PACKAGE, *names])] = path.read_text(encoding="utf-8")
    return sources


def _defining(module: str, name: str, sources: Mapping[str, str]) -> str:
    """Module that defines an imported name, also if it is imported through an ``__init__``."""
    for alias in _reexports(sources[module]) if name else ():
        if alias[1] == name:
            whole = f"{alias[0]}.{alias[2]}"
            return whole if whole in sources else _defining(alias[0], alias[2], sources)
    return module


@cache
def _parsed(source: str) -> ast.Module:
    """Syntax tree of a module; nobody may change it, because it is shared."""
    return ast.parse(source)


def _reexports(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield module, local name and original name of each import at the top level of a module."""
    for node in _parsed(source).body:
        if isinstance(node, ast.ImportFrom) and in_package(node.module or ""):
            for alias in node.names:
                yield str(node.module), alias.asname or alias.name, alias.name


def _aliases(
    tree: ast.Module, is_module: Callable[[str], bool], is_own: Callable[[str], bool]
) -> tuple[frozenset[str], dict[str, str]]:
    """Local names of imported own modules, and local to full name of other imports."""
    modules: set[str] = set()
    names: dict[str, str] = {}
    for node in _runtime_imports(tree):
        for alias in node.names:
            if isinstance(node, ast.Import):
                if not in_package(alias.name) and is_own(alias.name):
                    modules.add(alias.asname or alias.name)
                elif alias.asname:
                    names[alias.asname] = alias.name
                continue
            local, module = alias.asname or alias.name, node.module or ""
            if local == "*":
                continue
            if not is_own(module):
                names[local] = f"{module}.{alias.name}"
            elif is_module(f"{module}.{alias.name}"):
                modules.add(local)
            else:
                names[local] = f"{PACKAGE}.{alias.name}"
    return frozenset(modules), names


def _runtime_imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a module that are executed, not those for type checking."""
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and _is_type_checking(node):
            waiting += node.orelse
        else:
            waiting += (child for name in _HOLD_STATEMENTS for child in getattr(node, name, ()))


def _is_type_checking(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


class _Normal(ast.NodeTransformer):
    """Removes imports and docstrings from a syntax tree, and writes imported names in full."""

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
        """Remove an import."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        """Remove an import, except of all names."""
        return node if node.names[0].name == "*" else None

    def visit_If(self, node: ast.If) -> Any:
        """Remove code for type checkers."""
        if not _is_type_checking(node):
            return self.generic_visit(node)
        return [self.visit(child) for child in node.orelse]

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Write an imported name in full."""
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Write a name from a module of this package without the module."""
        if isinstance(node.value, ast.Name) and node.value.id in self._modules:
            return ast.Name(f"{PACKAGE}.{node.attr}", node.ctx)
        return self.generic_visit(node)
