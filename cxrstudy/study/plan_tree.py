"""Plan tree: the stages of a plan as lines of text, below the stages that they start from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cxrstudy.base.times import duration
from cxrstudy.base.words import arm_name, counted
from cxrstudy.training.weight_files import planned_input

if TYPE_CHECKING:
    from cxrstudy.study.forecast import Forecast
    from cxrstudy.study.graph import Graph, Node


def tree(graph: Graph, expected: Forecast) -> Iterator[str]:
    """Yield the tree of stages as lines of text, depth first."""
    below: dict[str, list[Node]] = {}
    roots: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.parent:
            below.setdefault(node.parent, []).append(node)
        else:
            roots.setdefault(_start(node), []).append(node)
    for start, nodes in roots.items():
        yield start
        yield from _branches(nodes, below, expected, "")


def _branches(
    nodes: Sequence[Node], below: dict[str, list[Node]], expected: Forecast, indent: str
) -> Iterator[str]:
    for node in nodes:
        last = node is nodes[-1]
        yield f"{indent}{'└─' if last else '├─'} {_line(node, expected)}"
        deeper = indent + ("   " if last else "│  ")
        yield from _branches(below.get(node.id, []), below, expected, deeper)


def _line(node: Node, expected: Forecast) -> str:
    changes = [
        f"{name} {_short(value)}" for name, value in node.changes.items() if name != "pixels"
    ]
    size = f"{node.stage.pixels} px, {node.stage.steps} steps"
    what = ", ".join([f"{'+'.join(node.stage.roles)}: {size}", *_but(changes, "steps")])
    return f"{what} · {_state(node, expected)} · {_users(node)}"


def _but(changes: list[str], shown: str) -> list[str]:
    return [change for change in changes if not change.startswith(f"{shown} ")]


def _short(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _state(node: Node, expected: Forecast) -> str:
    if node.never:
        said = next(iter(node.never.values()))
        several = f"{len(node.never)} of {counted(len(node.runs), 'seed')} without a result, "
        return f"{several if len(node.runs) > 1 else ''}{said}"
    if not node.missing:
        return "recorded"
    many = len(node.runs) > 1
    do = f"{len(node.missing)} of {len(node.runs)} seeds to do" if many else "to do"
    return f"{do}, {duration(expected.seconds[node.id])}"


def _users(node: Node) -> str:
    if len(node.users) == 1:
        ((experiment, arm),) = node.users
        return f"{experiment}: {arm_name(arm)}"
    by = Counter(name for name, _ in node.users)
    return f"shared by {len(node.users)} arms of {', '.join(by)}"


def _start(node: Node) -> str:
    options = ", ".join(f"{name} {_short(value)}" for name, value in node.start.options)
    network = node.start.architecture + (f" ({options})" if options else "")
    expects = planned_input(node.start)
    return (
        f"{node.start.title} weights, {network}, cohort {node.cohort}\n"
        f"images: {expects or 'what the weights expect is not known on this machine'}"
    )
