"""ES modules: join the modules of a front end into one, which a page can hold and fetches nothing.

Each module comes after those that it imports, without the lines that import, the words that export,
and comments. Names of modules' own things are therefore unique. `assets` holds what all front ends
share.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/(?:[\w.]+/)*)(\w+)\.js";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?function\*? |const |let |class )", re.M)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)", re.M)
_COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/\n", re.M | re.S)
_LEFT = re.compile(r"^(?:import\b|export (?!default)).*", re.M)


def joined_file(entrance: Path) -> str:
    """Join an ES module with all that it imports, whatever folders they lie in.

    Raises
    ------
    ValueError
        As :func:`joined`; or two modules of different folders have the same name.
    """
    sources: dict[str, str] = {}
    paths: dict[str, Path] = {}
    waiting = [entrance.resolve()]
    while waiting:
        path = waiting.pop()
        if paths.setdefault(path.stem, path) != path:
            raise ValueError(f"two modules have one name: {paths[path.stem]} and {path}")
        if path.stem not in sources and path.is_file():
            sources[path.stem] = path.read_text(encoding="utf-8")
            waiting += [
                (path.parent / folder / f"{name}.js").resolve()
                for folder, name in _IMPORT.findall(sources[path.stem])
            ]
    return joined(sources, entrance.stem)


def joined(sources: dict[str, str], entrance: str) -> str:
    """Join ES modules, given by name, into one; the last of them is the entrance.

    Raises
    ------
    ValueError
        Two modules give the same name to something, or one imports or exports in a way that this
        can't join.
    """
    owner: dict[str, str] = {}
    for module, text in sources.items():
        for name in _NAME.findall(text):
            if name in owner:
                raise ValueError(f"{name} is named in {owner[name]}.js and in {module}.js")
            owner[name] = module
    parts = []
    for module in _in_order(sources, entrance):
        text = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", sources[module])))
        if left := _LEFT.search(text):
            raise ValueError(f"{module}.js can't be joined: {left.group()}")
        parts.append(f"/* {module}.js */\n{text.strip()}\n")
    return "\n".join(parts)


def _in_order(sources: dict[str, str], entrance: str) -> list[str]:
    """Modules, each after those that it imports."""
    order: list[str] = []

    def visit(module: str, above: tuple[str, ...]) -> None:
        if module in above:
            raise ValueError(f"modules import each other: {' -> '.join((*above, module))}")
        if module not in sources:
            raise ValueError(f"{above[-1]}.js imports {module}.js, which does not exist")
        if module in order:
            return
        for _, imported in _IMPORT.findall(sources[module]):
            visit(imported, (*above, module))
        order.append(module)

    visit(entrance, ())
    return order
