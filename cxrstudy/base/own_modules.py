"""Own modules: execute modules from their texts, so that they import each other.

The texts come with a run, so no file is needed, and Python's own table of modules keeps no second
meaning of a name: two versions of a file can be used in one process.
"""

import ast
import builtins
import linecache
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.util import resolve_name
from types import ModuleType
from typing import Any


def absolute_imports(text: str, module: str, package: bool) -> ast.Module:
    """Parse a module, and write its relative imports in full.

    Parameters
    ----------
    text, module
        Text and dotted name of the module.
    package
        Whether the module is the ``__init__`` of a package.
    """
    tree = ast.parse(text)
    parent = module if package else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            relative = "." * node.level + (node.module or "")
            node.module, node.level = resolve_name(relative, parent), 0
    return tree


def named_in(texts: Iterable[str], sources: Mapping[str, str]) -> list[str]:
    """Files that some texts name as ``'FILE:FUNCTION'`` or import, and those that these import.

    Parameters
    ----------
    texts
        Cells of notebooks.
    sources
        Path of each file beside the notebooks, relative to their folder, to its text.

    Examples
    --------
    >>> sources = {"a.py": "from b import x", "b.py": "x = 1", "c.py": ""}
    >>> named_in(['target.but(recipe="a:change")'], sources)
    ['a.py', 'b.py']
    """
    tops = {path.split("/")[0].removesuffix(".py") for path in sources}
    waiting, found = list(texts), set[str]()
    while waiting:
        text = waiting.pop()
        for top in sorted(tops):
            name = re.escape(top)
            use = rf"""["']{name}(\.\w+)*:\w|^\s*(from|import)\s+(\w+,\s*)*{name}\b"""
            own = {each for each in sources if each.split("/")[0].removesuffix(".py") == top}
            if re.search(use, text, re.MULTILINE) and not own <= found:
                found |= own
                waiting += [sources[each] for each in own]
    return sorted(found)


def load(sources: Iterable[tuple[str, str]], key: str) -> "Modules":
    """Modules by name, executed when they are asked for, once for all who give the same key.

    Parameters
    ----------
    sources
        Pairs of module and text.
    key
        Identifies the texts.
    """
    if key not in _LOADED:
        _LOADED[key] = Modules(dict(sources), key)
    return _LOADED[key]


class Modules:
    """Modules by name; the imports in them find each other first, and then Python's.

    Parameters
    ----------
    sources
        Dotted name of each module to its text.
    key
        Identifies the texts.
    """

    def __init__(self, sources: Mapping[str, str], key: str) -> None:
        self._sources, self._key = sources, key
        self._made: dict[str, ModuleType] = {}

    def __getitem__(self, name: str) -> ModuleType:
        if name in self._made:
            return self._made[name]
        above, _, last = name.rpartition(".")
        parent = self[above] if above else None
        made = ModuleType(f"own_{self._key[:12]}.{name}")
        self._made[name] = made
        package = any(each.startswith(f"{name}.") for each in self._sources)
        values: dict[str, Any] = made.__dict__
        values["__package__"] = name if package else above
        values["__builtins__"] = vars(builtins) | {"__import__": self._import}
        sys.modules[made.__name__] = made  # dataclasses look up their own module there
        text = self._sources.get(name, "")
        file = f"<{name}.py as planned>"
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        try:
            exec(compile(text, file, "exec"), values)
        except BaseException:
            del self._made[name]
            raise
        if parent is not None:
            setattr(parent, last, made)
        return made

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: tuple[str, ...] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import as Python does, but a module of these first."""
        parent = (globals or {}).get("__package__") or ""
        whole = resolve_name("." * level + name, parent) if level else name
        if not self._has(whole):
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = self[whole]
        if not fromlist:
            return self[whole.split(".")[0]]
        for each in fromlist:
            if self._has(f"{whole}.{each}"):
                self[f"{whole}.{each}"]
        return module

    def _has(self, name: str) -> bool:
        return any(each == name or each.startswith(f"{name}.") for each in self._sources)


_LOADED: dict[str, Modules] = {}
