"""Run differences: in which inputs two runs differ, parents first.

A run's identity contains everything that its result depends on, so every difference is found there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cxrstudy.base.identity import canonical

#: Kinds of inputs, in the order in which differences are shown.
KINDS = ("start", "parent", "parameter", "data", "code", "library", "arithmetic", "input")
_TOLD = {"stage", "start", "weights", "parent", "data", "code", "environment", "arithmetic"}
Identity = Mapping[str, Any]


@dataclass(frozen=True)
class RunFacts:
    """A run whose identity is known: planned or recorded."""

    id: str
    identity: Identity
    code: Mapping[str, str]
    chain: str
    finished: str = ""


@dataclass(frozen=True)
class Difference:
    """One input that differs: kind, name, and its values in the two runs, as text.

    ``here`` is the run in question, ``there`` the run that it is compared with. The same difference
    in several stages of a chain counts once.
    """

    kind: str
    name: str
    here: str
    there: str

    def __str__(self) -> str:
        if self.kind == "code":
            return f"code: cxrstudy.{self.name} {self.here}"
        if self.kind == "data":
            return f"data: images or labels of {self.name} {self.here}"
        named = f"{self.kind} {self.name}".strip()
        return f"{named}: {self.here} here, {self.there} there"


def differences(
    here: RunFacts, there: RunFacts, between: Any, known: Mapping[str, RunFacts]
) -> Iterator[tuple[Difference, str]]:
    """Yield the differences of two runs, each with its stage, parents first.

    Parameters
    ----------
    here, there
        The runs.
    between
        Called with the ids of two parents; returns their differences.
    known
        Runs by id, which parents are looked up in.
    """
    yield from _before(here, there, between, known)
    stage = _stage(here)
    for found in _own(here, there):
        yield found, stage


def _before(
    here: RunFacts, there: RunFacts, between: Any, known: Mapping[str, RunFacts]
) -> Iterator[tuple[Difference, str]]:
    """Yield differences in what two runs start from: parents or initial weights."""
    parents = here.identity["parent"], there.identity["parent"]
    if parents[0] == parents[1]:
        for name, values in _changed(here.identity["start"], there.identity["start"]):
            yield Difference("start", name, *values), _stage(here)
        files = [_weights(one.identity) for one in (here, there)]
        if files[0] != files[1]:
            yield Difference("start", "weights' SHA-256", *files), _stage(here)
    elif all(parent in known for parent in parents):
        yield from between(*parents)
    else:
        yield (
            Difference("parent", "", *(_origin(one, known) for one in (here, there))),
            _stage(here),
        )


def _weights(identity: Identity) -> str:
    return str(identity.get("weights") or "none")


def _own(one: RunFacts, other: RunFacts) -> Iterator[Difference]:
    """Yield differences of two runs except in what they start from."""
    here, there = one.identity, other.identity
    for name, values in _changed(here["stage"], there["stage"]):
        yield Difference("parameter", name, *values)
    if here["stage"]["roles"] == there["stage"]["roles"]:  # otherwise the data differ anyway
        yield from _data(here, there)
    if here["code"] != there["code"]:
        yield from _code(one.code, other.code)
    for name, values in _changed(here["environment"], there["environment"]):
        yield Difference("library", name, *values)
    ways = [", ".join(map(str, one["arithmetic"])) for one in (here, there)]
    if ways[0] != ways[1]:
        yield Difference("arithmetic", "", *ways)
    for name, values in _changed(
        *({k: one[k] for k in one.keys() - _TOLD} for one in (here, there))
    ):
        yield Difference("input", name, *values)


def _data(here: Identity, there: Identity) -> Iterator[Difference]:
    """Yield a difference if the training images or labels of two runs differ."""
    if here["data"] != there["data"]:
        yield Difference("data", "+".join(here["stage"]["roles"]), "differ", "")


def _code(here: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Difference]:
    """Yield modules whose code differs, not those that were only moved or renamed."""
    alike = set(here.values()) & set(there.values())
    mine, others = (
        {name for name, does in code.items() if does not in alike} for code in (here, there)
    )
    for name in sorted(mine | others):
        if name in mine and name in others:
            yield Difference("code", name, "has changed since", "")
        else:
            where = "here" if name in mine else "there"
            yield Difference("code", name, f"counts {where} only", "")


def _changed(
    here: Identity | None, there: Identity | None
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names whose values differ, with both values."""
    if here is there:
        return
    for name in dict.fromkeys([*(here or {}), *(there or {})]):
        if here and there and _are_one(here.get(name, here), there.get(name, there)):
            continue
        values = _shown(here or {}, name), _shown(there or {}, name)
        if values[0] != values[1]:
            yield name, values


def _are_one(here: Any, there: Any) -> bool:
    """Whether two values are surely written alike; a short way, for thousands of runs."""
    return here is there or (type(here) is type(there) and type(here) in _PLAIN and here == there)


#: Not decimal numbers: 0 and -0 are equal, and written in two ways.
_PLAIN = (str, int, bool)


def _shown(values: Identity, name: str) -> str:
    """Write a value as text; anything that is not text as JSON."""
    if name not in values:
        return "not known"
    return values[name] if isinstance(values[name], str) else canonical(values[name])


def _origin(run: RunFacts, known: Mapping[str, RunFacts]) -> str:
    parent = run.identity["parent"]
    if parent is None:
        start = run.identity["start"]
        return f"{start['architecture']} with weights {start['weights']}"
    chain = f"{known[parent].chain}, " if parent in known else ""
    return f"{chain}run {parent[:12]}"


def _stage(run: RunFacts) -> str:
    return "+".join(run.identity["stage"]["roles"])
