"""Own sources: the texts that decide what a module of a user's own does, and its libraries.

Beside a module are the files and packages in its folder; beside a module of a package are the
modules of that package. What comes from installed packages counts by their versions. Nothing is
imported: all is read from texts.
"""

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from pathlib import Path

from cxrstudy.base.coverage import LIBRARIES, NOT_INSTALLED
from cxrstudy.base.own_modules import absolute_imports
from cxrstudy.base.schema import why_wrong
from cxrstudy.base.source_code import in_package


class OwnFunctionError(ValueError):
    """A function can't be identified; the message says what to write."""


def sources_of(module: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield a module and what it imports from beside it, with their texts."""
    package = path.name == "__init__.py"
    root = path.parents[module.count(".") + package]
    top, installed = module.split(".")[0], {"site-packages", "dist-packages"} & set(root.parts)
    waiting, seen = [module], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or (installed and name.split(".")[0] != top):
            continue
        seen.add(name)
        file = _file(root, name)
        if file is None:
            continue
        text = _read(file)
        yield name, text
        waiting += [name.rpartition(".")[0]] if "." in name else []
        waiting += _imports(text, name, file)


def _file(root: Path, module: str) -> Path | None:
    stem = root.joinpath(*module.split("."))
    for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")):
        if path.is_file():
            return path
    return None


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise OwnFunctionError(f"{path}: it is not legal Python: {why_wrong(error)}") from None
    hidden = sorted(_hidden(tree))
    if hidden:
        raise OwnFunctionError(
            f"{path} uses {hidden[0]}, by which code runs that can't be seen; write an import"
        )
    return text


def _hidden(tree: ast.Module) -> Iterator[str]:
    """Yield uses of what runs code that a text does not show; ``model.eval()`` is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("__import__", "exec", "eval"):
            yield node.id
        names = [node.attr] if isinstance(node, ast.Attribute) else []
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += [alias.name.split(".")[-1] for alias in node.names]
        yield from {"import_module", "runpy"} & set(names)


def _imports(text: str, module: str, path: Path) -> list[str]:
    """Dotted names that may be modules, of everything that a module imports."""
    found = []
    for node in ast.walk(absolute_imports(text, module, path.name == "__init__.py")):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def libraries_of(sources: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Installed packages that modules import, with their versions."""
    own = {name.split(".")[0] for name in sources}
    tops = {
        name.split(".")[0]
        for module, text in sources.items()
        for name in _imports(text, module, Path(module))
    }
    others = sorted(
        name for name in tops - own - sys.stdlib_module_names if name and not in_package(name)
    )
    found = {}
    for name in others:
        brought_by = _distributions(name)
        for library in brought_by:
            if library.lower() not in LIBRARIES:
                found[library] = version_of(library)
        if not brought_by and PathFinder.find_spec(name, sys.path):
            raise OwnFunctionError(
                f"{', '.join(sorted(sources))} imports {name}, which is neither beside it nor of "
                "an installed package, so that its code is not known; put it beside"
            )
    return tuple(sorted(found.items()))


@lru_cache
def _distributions(module: str) -> tuple[str, ...]:
    """Names of the installed packages that bring a module.

    The same as ``packages_distributions`` of the standard library, which reads the list of files of
    every installed package, and takes a second.
    """
    return tuple(each.metadata["Name"] for each in distributions() if module in _tops(each, module))


def _tops(package: Distribution, module: str) -> set[str]:
    """Modules at the top of an installed package; empty if this one can't be among them."""
    if declared := (package.read_text("top_level.txt") or "").split():
        return set(declared)
    if module not in (package.read_text("RECORD") or module):
        return set()
    return {
        file.parts[0] if len(file.parts) > 1 else file.with_suffix("").name
        for file in package.files or ()
        if file.suffix == ".py"
    }


def version_of(library: str) -> str:
    """Version of an installed package, or that it is not installed."""
    try:
        return version(library)
    except PackageNotFoundError:
        return NOT_INSTALLED
