"""Faults that can be planted in a module, and a sample of them by area.

The operators are those of mutmut: comparisons, arithmetic, conditions, constants, arguments that
are dropped. A statement that is dropped and a condition that is turned are added. Texts are left
out: most of them are only read by people.
"""

import ast
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_number, operator_string

#: Areas by the folders of the package; together they hold what decides a result.
AREAS = {
    "statistics": ("statistics",),
    "verdicts": ("verdicts",),
    "training": ("training",),
    "runs": ("runs", "study"),
    "data": ("data",),
    "audit": ("audit",),
    "pixels": ("pixels",),
    "explain": ("explain", "predict"),
    "phantom": ("phantom",),
    "pages": ("pages",),
    "explorer": ("explorer",),
    "base": ("base",),
}


@dataclass(frozen=True)
class Fault:
    """One changed place of one module."""

    area: str
    module: str
    """Path of the file, from the project's root."""
    line: int
    operator: str
    before: str
    after: str
    code: str
    """The whole module with the fault."""

    @property
    def name(self) -> tuple[str, int, str, str]:
        """Place and change."""
        return self.module, self.line, self.before, self.after


def drop_statement(node: cst.Expr) -> Iterator[cst.CSTNode]:
    """Drop a statement that is there for what it does; a docstring does nothing."""
    if not isinstance(node.value, cst.SimpleString | cst.ConcatenatedString | cst.Yield):
        yield cst.Pass()


def drop_error(node: cst.Raise) -> Iterator[cst.CSTNode]:
    """Go on where an error was raised."""
    if node.exc is not None:
        yield cst.Pass()


def change_number(node: cst.Integer | cst.Float) -> Iterator[cst.CSTNode]:
    """One more of what is counted, a quarter more of what is measured."""
    value = node.evaluated_value
    changed = value + 1 if isinstance(value, int) else value * 1.25 or 1.0
    if math.isfinite(changed):
        yield node.with_changes(value=repr(changed))


def turn_condition(node: cst.If) -> Iterator[cst.CSTNode]:
    """Do the one where the other was asked."""
    inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    yield node.with_changes(test=cst.UnaryOperation(operator=cst.Not(), expression=inner))


OPERATORS = [
    *(pair for pair in mutation_operators if pair[1] not in (operator_string, operator_number)),
    (cst.Integer | cst.Float, change_number),
    (cst.Expr, drop_statement),
    (cst.Raise, drop_error),
    (cst.If, turn_condition),
]


#: Where nothing is decided: what a type checker reads, what is imported, how a text is set.
NO_PLACE = cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom | cst.FormattedString

#: What a place can become: operator, node, and what takes its place.
Changes = list[tuple[str, cst.CSTNode, cst.CSTNode]]


class _Places(cst.CSTVisitor):
    """The places of a module by line and order, each with what it can become."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.found: list[tuple[int, Changes]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, NO_PLACE):
            return False
        changes = [
            (operator.__name__.removeprefix("operator_"), node, changed)
            for kind, operator in OPERATORS
            if isinstance(node, kind)
            for changed in operator(node)
        ]
        if changes:
            self.found.append((self.get_metadata(PositionProvider, node).start.line, changes))
        return True


#: Faults drawn in a module that was drawn: its tests are measured once for all of them.
TOGETHER = 4


def sample(root: Path, area: str, count: int, seed: int) -> list[Fault]:
    """Draw faults of an area: first modules by their size, then places, then a change of each.

    So a call with ten arguments, each of which can be dropped, doesn't count ten times.
    """
    generator = random.Random(f"{area} {seed}")
    paths = modules(root, area)
    sizes = [
        sum(1 for _ in ast.walk(ast.parse((root / path).read_text("utf-8")))) for path in paths
    ]
    drawn = list[Fault]()
    read = dict[str, Any]()
    seen = set[tuple[str, int]]()
    tries = 10 * count
    while len(drawn) < count and (tries := tries - 1):
        module = generator.choices(paths, sizes)[0]
        if module not in read:
            read[module] = _read(root / module)
        tree, places = read[module]
        for number in generator.sample(range(len(places)), min(TOGETHER, len(places))):
            line, changes = places[number]
            change = generator.choice(changes)
            if (module, number) not in seen:
                seen.add((module, number))
                drawn.append(_fault(area, module, tree, line, *change))
    return drawn[:count]


def every(root: Path, area: str, names: set[tuple[str, int, str, str]]) -> Iterator[Fault]:
    """All faults of an area that have one of the names."""
    lines = {(name[0], name[1]) for name in names}
    for module in modules(root, area):
        if any(module == name[0] for name in names):
            tree, places = _read(root / module)
            # The code of a whole module is written for each, which takes a while: only where asked.
            each = (
                _fault(area, module, tree, line, *one)
                for line, several in places
                if (module, line) in lines
                for one in several
            )
            yield from (fault for fault in each if fault.name in names)


def modules(root: Path, area: str) -> list[str]:
    """Paths of an area's modules, from the root."""
    paths = (path for folder in AREAS[area] for path in (root / "cxrstudy" / folder).rglob("*.py"))
    return sorted(str(path.relative_to(root)) for path in paths)


def _read(path: Path) -> tuple[cst.Module, list[tuple[int, Changes]]]:
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    places = _Places()
    wrapper.visit(places)
    return wrapper.module, places.found


def _fault(
    area: str,
    module: str,
    tree: cst.Module,
    line: int,
    operator: str,
    node: cst.CSTNode,
    changed: cst.CSTNode,
) -> Fault:
    def one_line(part: cst.CSTNode) -> str:
        return " ".join(tree.code_for_node(part).split())[:200]

    code = tree.deep_replace(node, changed).code
    return Fault(area, module, line, operator, one_line(node), one_line(changed), code)
