"""Frozen: SHA-256 of all that a registration fixes, taken from a folder or from a commit.

=============  ===================================================================================
``claims``     every claims file
``rule``       every module that decides
``arms``       source of the cells that define the arms of every experiment, and of the recipes
               and networks beside the notebooks that these cells name
``profile``    the profile's file, and those of the profiles that it extends, or that have half of
               its steps
``cohort``     the cohort's file
``manifests``  every manifest that the cohort names, and its card
``design``     the design of the study, if there is one (:mod:`cxrstudy.verdicts.design`)
=============  ===================================================================================
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import Field

from cxrstudy.base.coverage import package_fingerprint
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.own_modules import named_in
from cxrstudy.base.remembered import remembered
from cxrstudy.base.repository import Repository
from cxrstudy.base.schema import Strict
from cxrstudy.base.source_code import PACKAGE, closure, form_of
from cxrstudy.base.visible_files import visible_files

#: Modules in which the rule begins.
RULE = ("verdicts.verdict", "verdicts.outcome", "verdicts.across", "verdicts.doubling")

#: Modules of other folders that the rule imports and that decide nothing.
DECIDES_NOTHING = ("base.identity", "base.numbers", "base.places", "base.schema", "base.words")

#: Folder of designs in a project.
DESIGNS = "claims/designs"


class FrozenError(ValueError):
    """A folder or a commit lacks something that has to be frozen; the message names it."""


class Frozen(Strict):
    """SHA-256 by name of file, module or notebook, for each kind of what is frozen."""

    claims: dict[str, str]
    rule: dict[str, str]
    arms: dict[str, str]
    profile: dict[str, str]
    cohort: dict[str, str]
    manifests: dict[str, str]
    design: dict[str, str] = Field(default_factory=dict)

    def differences(self, other: "Frozen", kinds: Iterable[str] | None = None) -> list[str]:
        """Kind and name of everything that differs."""
        return [
            f"{kind} {name}"
            for kind in kinds or type(self).model_fields
            for name in sorted(getattr(self, kind).keys() | getattr(other, kind).keys())
            if getattr(self, kind).get(name) != getattr(other, kind).get(name)
        ]


class Tree(Protocol):
    """Files of a project, as they lie in a folder or as they are in a commit."""

    @property
    def name(self) -> str:
        """What it is called in messages."""

    def paths(self, under: str) -> list[str]:
        """Files under a folder."""

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Content of files; those that are not there are left out."""


@dataclass(frozen=True)
class FolderTree:
    """Files as they lie in a folder."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.folder)

    def paths(self, under: str) -> list[str]:
        """Files under a folder."""
        found = visible_files(self.folder / under)
        return sorted(path.relative_to(self.folder).as_posix() for path in found)

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Content of files; those that are not there are left out."""
        there = [path for path in paths if (self.folder / path).is_file()]
        return {path: (self.folder / path).read_bytes() for path in there}


@dataclass(frozen=True)
class CommitTree:
    """Files as they are in a commit."""

    repository: Repository
    commit: str

    @property
    def name(self) -> str:
        """The commit, shortened."""
        return f"commit {self.commit[:12]}"

    def paths(self, under: str) -> list[str]:
        """Files under a folder."""
        return self.repository.paths(self.commit, under)

    def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Content of files; those that are not there are left out."""
        return self.repository.contents(self.commit, paths)


def freeze(tree: Tree, profile: str, cohort: str) -> Frozen:
    """Take the SHA-256 of all that decides the verdicts of a profile on a cohort.

    Raises
    ------
    FrozenError
        The profile, the cohort, a manifest, the claims or the rule is not there or can't be read.
    """
    asked = profile, cohort
    return _freeze_commit(tree, *asked) if isinstance(tree, CommitTree) else _freeze(tree, *asked)


def _freeze(tree: Tree, profile: str, cohort: str) -> Frozen:
    described = f"data_manifests/cohorts/{cohort}.yaml"
    designed = design_path(profile, cohort)
    return Frozen(
        claims=_files(tree, claims_files(tree)),
        rule=_rule(tree),
        arms=_arms(tree),
        profile=_files(tree, _profiles(tree, profile)),
        cohort=_files(tree, [described]),
        manifests=_files(tree, _manifests(tree, described)),
        design=_files(tree, [path for path in tree.paths(DESIGNS) if path == designed]),
    )


# Several results were run at the same commit.
_freeze_commit = lru_cache(maxsize=64)(_freeze)


def design_path(profile: str, cohort: str) -> str:
    """Path in a project of the design of a profile on a cohort."""
    return f"{DESIGNS}/{cohort}-{profile}.csv"


def claims_files(tree: Tree) -> list[str]:
    """Paths of the claims files, without the registrations, which lie in a folder below."""
    found = [path for path in tree.paths("claims") if path.count("/") == 1]
    return [path for path in found if path.endswith(".yaml")]


# Every proof asks for the same few files of the same few commits, and PyYAML takes .1 s for one.
@lru_cache(maxsize=128)
def parsed(content: bytes) -> Any:
    """What a YAML file of a tree holds; nobody may change it.

    Raises
    ------
    yaml.YAMLError
        It is no YAML.
    """
    return yaml.safe_load(content)


def _files(tree: Tree, paths: list[str]) -> dict[str, str]:
    contents = tree.contents(paths)
    missing = [path for path in paths if path not in contents]
    if missing:
        raise FrozenError(f"{tree.name} has no {missing[0]}")
    return {path: sha256(contents[path]).hexdigest() for path in paths}


def _profiles(tree: Tree, name: str) -> list[str]:
    """Files of a profile, of those that it extends, and of the one with half of its steps."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        name = waiting.pop(0)
        path = f"profiles/{name}.yaml"
        if not name or path in found:
            continue
        found.append(path)
        try:
            stated = parsed(tree.contents([path]).get(path, b""))
            waiting += [stated.get("extends", ""), stated.get("half", "")]
        except (yaml.YAMLError, AttributeError):
            continue
    return found


def _manifests(tree: Tree, described: str) -> list[str]:
    text = tree.contents([described]).get(described, b"")
    try:
        roles = parsed(text)["roles"].values()
        sources = [source for role in roles for source in role["sources"]]
        names = {source["manifest"] for source in sources if source.get("manifest")}
    except (yaml.YAMLError, AttributeError, KeyError, TypeError):
        raise FrozenError(f"{tree.name}: {described} is no description of a cohort") from None
    return [f"data_manifests/{name}{end}" for name in sorted(names) for end in (".csv", ".yaml")]


def same_rule(one: Tree, other: Tree) -> bool:
    """Whether the rule does the same in two trees: comments, docstrings and places do not count.

    Raises
    ------
    FrozenError
        A tree lacks the rule.
    """
    return _forms_of(one) == _forms_of(other)


def _forms_of(tree: Tree) -> list[str]:
    return _forms_of_commit(tree) if isinstance(tree, CommitTree) else _forms(tree)


def _forms(tree: Tree) -> list[str]:
    return sorted(_rule_of(tree, _sources(tree)).values())


# A commit never changes, and every recorded result asks for those of its registration.
_forms_of_commit = lru_cache(maxsize=64)(_forms)


def _rule(tree: Tree) -> dict[str, str]:
    # Of the text, not of its normal form, which another version of Python may write differently.
    sources = _sources(tree)
    names = _rule_of(tree, sources)
    return {name.removeprefix(f"{PACKAGE}."): fingerprint(sources[name]) for name in names}


def _rule_of(tree: Tree, sources: Mapping[str, str]) -> dict[str, str]:
    """Modules of the rule, with the SHA-256 of the normal form of each."""
    texts = fingerprint(canonical(sources))
    # What reads the texts is code of now, whatever they are.
    inputs = [RULE, DECIDES_NOTHING, sys.version, package_fingerprint(), texts]
    found: dict[str, str] = remembered(
        "rule",
        lambda: inputs,
        lambda: {
            name: form_of(sources[name], sources.__contains__) for name in _modules(tree, sources)
        },
    )
    return found


def _sources(tree: Tree) -> dict[str, str]:
    paths = [path for path in tree.paths(PACKAGE) if path.endswith(".py")]
    return {_module(path): text.decode() for path, text in tree.contents(paths).items()}


def _modules(tree: Tree, sources: Mapping[str, str]) -> list[str]:
    """Modules of the rule: where it begins, and all that those import and that decides."""
    roots = [f"{PACKAGE}.{root}" for root in RULE]
    missing = [root for root in roots if root not in sources]
    if missing:
        raise FrozenError(f"{tree.name} has no module {missing[0]}; the rule is read from there")
    left_out = {f"{PACKAGE}.{name}" for name in DECIDES_NOTHING}
    try:
        return closure(roots, sources, left_out.__contains__)
    except (KeyError, SyntaxError) as problem:
        raise FrozenError(f"{tree.name}: the code of the rule can't be read: {problem}") from None


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _arms(tree: Tree) -> dict[str, str]:
    paths = [path for path in tree.paths("notebooks") if path.endswith(".ipynb")]
    try:
        cells = {path: _arm_cells(content) for path, content in tree.contents(paths).items()}
    except (ValueError, KeyError, TypeError) as problem:
        raise FrozenError(f"{tree.name}: a notebook can't be read: {problem}") from None
    found = {Path(path).stem: fingerprint(text) for path, text in cells.items() if text}
    beside = [path for path in tree.paths("notebooks") if path.endswith(".py")]
    sources = {
        path.removeprefix("notebooks/"): text.decode()
        for path, text in tree.contents(beside).items()
    }
    cells_named = [json.loads(text) for text in cells.values() if text]
    used = named_in((cell for each in cells_named for _, cell in each), sources)
    return found | {name: fingerprint(sources[name]) for name in used}


def _arm_cells(notebook: bytes) -> str:
    """Tags and source of the cells that define arms."""
    found: list[Any] = []
    for cell in json.loads(notebook)["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        for tag in cell.get("metadata", {}).get("tags", []):
            if tag == "arms" or tag.startswith("arms-"):
                found.append([tag, source])
    return json.dumps(found, ensure_ascii=False) if found else ""
