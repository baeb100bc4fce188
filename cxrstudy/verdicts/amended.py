"""Amended: which claims are no longer those that were registered.

A claim that is changed after its runs does not count any more; the others do. A verdict depends on
its own claim, and on how many tests the family of its paper has (Holm's correction). So a claim is
amended if its own text differs, or what the file says beside its claims, or if the family has other
members.
"""

from typing import Any

import yaml

from cxrstudy.verdicts.frozen import FrozenError, Tree, claims_files, parsed


def amended(then: Tree, now: Tree) -> list[str]:
    """Ids of the claims that differ between two trees, in order of their files; empty if none does.

    Raises
    ------
    FrozenError
        A claims file can't be read.
    """
    before, after = _files(then), _files(now)
    found: list[str] = []
    for path in dict.fromkeys([*before, *after]):
        old, new = before.get(path, {}), after.get(path, {})
        if old == new:
            continue
        whole = _beside(old) != _beside(new) or _family(old) != _family(new)
        mine, theirs = _claims(old), _claims(new)
        found += [
            name
            for name in dict.fromkeys([*mine, *theirs])
            if whole or mine.get(name) != theirs.get(name)
        ]
    return found


def _files(tree: Tree) -> dict[str, Any]:
    read = {}
    for path, content in tree.contents(claims_files(tree)).items():
        try:
            read[path] = parsed(content)
            _claims(read[path])
        except (yaml.YAMLError, AttributeError, KeyError, TypeError):
            raise FrozenError(f"{tree.name}: {path} is no file of claims") from None
    return read


def _claims(file: Any) -> dict[str, Any]:
    return {claim["id"]: claim for claim in file.get("claims", [])}


def _beside(file: Any) -> Any:
    return {name: value for name, value in file.items() if name != "claims"}


def _family(file: Any) -> set[str]:
    """Claims of a file that have a test."""
    untested = ("not_testable", "needs")
    return {
        name for name, claim in _claims(file).items() if not any(claim.get(key) for key in untested)
    }
