"""Review: compute all that is recorded in ``results/`` again, and say what differs.

Without torch, and without the images: from the scores in each folder of results come its estimates,
intervals and verdicts; from git comes whether a registration or a file was altered since it was
committed. Nothing is written.

=============================  ===================================================================
SHA-256                        of every file in a folder of results, and the seal of their list
recomputed                     every cell of the tables that follow from the scores
                               (:mod:`cxrstudy.verdicts.recomputed`)
committed                      every file below ``results/`` and ``claims/registrations/`` is the
                               one in the commit that is checked out
registered                     results that name a registration came after it, and no registration
                               was changed since it was committed
=============================  ===================================================================
"""

import re
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cxrstudy.base import places
from cxrstudy.base.repository import Repository, RepositoryError, open_repository
from cxrstudy.base.words import counted
from cxrstudy.verdicts import results
from cxrstudy.verdicts.altered_cells import altered_cells
from cxrstudy.verdicts.judge import CORRECTED
from cxrstudy.verdicts.proof import Proof, altered_registrations, prove
from cxrstudy.verdicts.recomputed import compare_derived
from cxrstudy.verdicts.recording import papers_of_then
from cxrstudy.verdicts.registration import FOLDER as REGISTRATIONS
from cxrstudy.verdicts.results import VERDICTS, ResultsError
from cxrstudy.verdicts.written_table import MISSING

#: A cell of recorded verdicts that differs from what is recomputed, and its claim.
_CELL_OF_A_VERDICT = re.compile(
    rf"{re.escape(VERDICTS)}, paper \w+, claim (\w+), (\w+): .* recomputed$"
)


@dataclass(frozen=True)
class Review:
    """What a review of one folder found.

    Attributes
    ----------
    what
        The folder, relative to the project.
    problems
        Everything that differs: file, row and column, the value here and the value there.
    checked
        What was compared, in words.
    notes
        What does not differ but should be known, for instance that nothing is registered.
    """

    what: str
    problems: tuple[str, ...]
    checked: str
    notes: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.problems

    @property
    def said(self) -> str:
        """One line: equal, or how many things differ."""
        state = "equal" if self.is_equal else f"differs in {counted(len(self.problems), 'place')}"
        return f"{self.what}: {'; '.join([f'{state}: {self.checked}', *self.notes])}"


@dataclass(frozen=True)
class Committed:
    """The files of the commit that is checked out, if git can show them."""

    repository: Repository | None
    why_not: str = ""

    def changes(self, under: str) -> tuple[list[str], list[str]]:
        """What differs from the commit below a folder, and the files that it does not hold."""
        if self.repository is None:
            return [], []
        root, head = self.repository.folder, self.repository.head
        then = self.repository.contents(head, self.repository.paths(head, under))
        problems = []
        for path, before in then.items():
            file = root / path
            if not file.is_file():
                problems.append(f"{path}: {MISSING}; it is in commit {head[:12]}")
            elif (now := file.read_bytes()) != before:
                problems.append(f"{path}: differs from commit {head[:12]}")
                problems += [f"{path}, {each}" for each in altered_cells(path, now, before, root)]
        here = sorted(p for p in (root / under).rglob("*") if p.is_file())
        names = [path.relative_to(root).as_posix() for path in here]
        return problems, [name for name in names if name not in then]


def review() -> list[Review]:
    """Review all that is recorded in the project.

    Returns
    -------
    One review per folder of results, one of the other files below ``results/``, and one of the
    registrations.
    """
    committed = committed_of(places.root())
    folders = results.folders()
    found = [review_folder(folder, committed) for folder in folders]
    return [*found, *_others(folders, committed), _registrations(committed)]


def committed_of(folder: Path) -> Committed:
    """The files of the commit that is checked out in a folder."""
    try:
        return Committed(open_repository(folder))
    except RepositoryError as problem:
        return Committed(None, str(problem))


def review_folder(folder: Path, committed: Committed) -> Review:
    """Review a folder of results: hashes, what follows from the scores, commit and registration."""
    what = _shown(folder)
    try:
        made = results.unchecked(folder)
    except ResultsError as problem:
        return Review(what, (str(problem),), "its facts can't be read")
    problems = [_local(text) for text in results.altered(folder, made)]
    changed, new = committed.changes(what) if not Path(what).is_absolute() else ([], [])
    problems += changed
    notes = [f"not committed: {', '.join(Path(name).name for name in new)}"] if new else []
    with _as_it_lies(folder, made) as copy:
        proof = prove(copy) if made.registration == "" else _prove(folder, copy)
        try:
            differences, counts = compare_derived(copy)
            differences, other_now = _by_the_rule_of_now(differences, proof)
            notes += other_now
            problems += [f"{what}/{each}" for each in differences]
            notes += _void(copy)
        except (ValueError, LookupError, OSError, EOFError, zlib.error) as problem:
            counts = []
            problems.append(f"{what}: can't be recomputed: {problem}".replace(str(copy), what))
    if proof.registration and proof.problems:
        problems += [f"{what}: {each}" for each in proof.problems]
    else:
        notes.append(proof.said)
    files = counted(len(made.files) + 1, "file")
    return Review(what, tuple(dict.fromkeys(problems)), ", ".join([files, *counts]), tuple(notes))


def _by_the_rule_of_now(differences: list[str], proof: Proof) -> tuple[list[str], list[str]]:
    """Differences, without those of verdicts that a registered rule gave; and a note of these.

    Git shows that the registered rule wrote them (:mod:`cxrstudy.verdicts.changed_rule`). That the
    rule of now gives others is why they don't count, and no alteration.
    """
    if not proof.counts or not proof.changed:
        return differences, []
    told = {text: found for text in differences if (found := _CELL_OF_A_VERDICT.match(text))}
    own = list(dict.fromkeys(cell[1] for cell in told.values() if cell[2] not in CORRECTED))
    others = list(dict.fromkeys(cell[1] for cell in told.values() if cell[1] not in own))
    notes = []
    if own:
        notes.append(f"the rule of now gives {', '.join(own)} another result, which does not count")
    if others:
        notes.append(
            f"and other corrected p values of {', '.join(others)}, whose verdicts it keeps"
        )
    return [text for text in differences if text not in told], notes


@contextmanager
def _as_it_lies(folder: Path, made: results.Results) -> Iterator[Path]:
    """A copy of results that is read as it lies, also where a hash no longer fits."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.parent.name / folder.name
        shutil.copytree(folder, copy)
        there = [name for name in made.files if (copy / name).is_file()]
        results.hash_again(made.model_copy(update={"files": {}}), copy, there)
        yield copy


def _prove(folder: Path, copy: Path) -> Proof:
    """Prove results where they lie, or, if they are altered, the copy that can be read."""
    try:
        return prove(folder)
    except ResultsError:
        return prove(copy)


def _void(folder: Path) -> list[str]:
    old = papers_of_then(folder)
    return [
        f"its verdicts on paper {paper} were recorded under other claims ({rule[:12]}), are void, "
        "and are not recomputed"
        for paper, rule in old.items()
    ]


def _others(folders: Sequence[Path], committed: Committed) -> list[Review]:
    """Review files below ``results/`` that lie in no folder of results, as they were committed."""
    known = tuple(f"{_shown(folder)}/" for folder in folders)
    there = [_shown(path) for path in sorted(places.results().rglob("*")) if path.is_file()]
    mine = [name for name in there if not name.startswith(known)]
    changed, new = committed.changes("results")
    problems = [text for text in changed if not text.startswith(known)]
    if not mine and not problems:
        return []
    notes = [f"not committed: {name}" for name in new if name in mine]
    checked = f"{counted(len(mine), 'other file')} as committed"
    if committed.why_not:
        checked = f"{counted(len(mine), 'other file')}, as they lie"
    return [Review("results", tuple(problems), checked, tuple(notes))]


def _registrations(committed: Committed) -> Review:
    changed, new = committed.changes(REGISTRATIONS)
    notes = [f"not committed: {name}" for name in new]
    try:
        problems = altered_registrations()
    except RepositoryError as problem:
        problems, notes = [], [f"registrations can't be checked here: {problem}"]
    if committed.why_not:
        notes = [f"registrations can't be checked here: {committed.why_not}"]
    there = places.visible(places.root() / REGISTRATIONS, "*.yaml")
    checked = f"{counted(len(there), 'file')} as committed" if not notes else "as they lie"
    return Review(REGISTRATIONS, tuple(dict.fromkeys([*changed, *problems])), checked, tuple(notes))


def _shown(path: Path) -> str:
    """A path relative to the project, if it lies there."""
    try:
        return path.resolve().relative_to(places.root().resolve()).as_posix()
    except ValueError:
        return str(path)


def _local(text: str) -> str:
    return text.replace(f"{places.root()}/", "")
