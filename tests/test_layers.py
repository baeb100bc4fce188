"""Layers: every folder of the package imports only from those below it."""

import ast
import re
from pathlib import Path

import cxrstudy

PACKAGE = Path(cxrstudy.__file__).parent

#: From the ground up. Statistics stand low because they know tables of scores and nothing else.
LAYERS = (
    "__init__", "base", "statistics", "phantom", "pixels", "data", "training", "runs", "study",
    "audit", "explain", "unlike", "explorer", "predict", "verdicts", "pages", "notebook",
    "cli",
)  # fmt: skip

#: Who may import from above, and why.
UPWARD = {
    ("__init__", "base"): "how this process computes is set before any library is imported",
    ("__init__", "explorer"): "`cxrstudy.explore` is loaded when somebody asks for it",
}


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Layers that a module imports, inside its functions too."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".")[1] for name in names if name.startswith("cxrstudy.")]
    return {part if part in LAYERS else "__init__" for part in parts}


def test_nothing_is_imported_from_above() -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for layer in imported(path):
            found.setdefault((layer_of(path), layer), []).append(str(path))
    assert len(found) > 50
    upward = {pair: paths for pair, paths in found.items() if rises(*pair)}
    assert upward.keys() == UPWARD.keys(), upward


def rises(importing: str, layer: str) -> bool:
    return LAYERS.index(importing) < LAYERS.index(layer)


def test_readme_chapter_and_figure_tell_the_same_tree() -> None:
    entries = {layer for layer in LAYERS if layer != "__init__"}
    readme = (PACKAGE.parent / "README.md").read_text()
    tree = readme[readme.index("## Where things are") : readme.index("| folder | holds |")]
    named = set(re.findall(r"^\| `(\w+)(?:/|\.py)` \|", tree, re.MULTILINE))
    assert named == entries | {"cxrstudy"}  # the head of both tables
    chapter = (PACKAGE.parent / "book" / "how_it_works.md").read_text()
    terms = re.findall(r"^(\w[\w, ]*)\n: ", chapter, re.MULTILINE)
    named = {word.lower() for term in terms for word in term.split(", ")}
    assert named == entries | {"book"}
    (alternative,) = re.findall(r":alt: (.*)", chapter)
    assert {word for word in entries if not re.search(rf"\b{word}\b", alternative)} == set()


def test_the_package_can_be_drawn() -> None:
    entries = {path.name.removesuffix(".py") for path in PACKAGE.iterdir()} - {"__pycache__"}
    assert entries == set(LAYERS)
    assert len(entries) <= 18
