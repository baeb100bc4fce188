"""Mutate tables, YAML files and notebooks of every kind, and count what their reader says.

    python -m benchmarks.faults.tables 2000 --seed 1

It writes ``tables.csv``: a row for each kind of file, mutation and outcome. The outcomes are *read*
(as before, or with the other value that now stands there), *refused* (by an error of ours that
names the file), *no name* (by one that doesn't), and *crash*: an error of another library, or more
than ten seconds of a processor or two gigabytes.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pandas as pd
import yaml

from benchmarks.faults import images
from cxrstudy.base.notebooks import read_cells
from cxrstudy.data.card import read_card
from cxrstudy.data.cohort_file import read_definition
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.own.listing import read_listing
from cxrstudy.study.experiment import notebook_names
from cxrstudy.study.parameters import declared_in
from cxrstudy.study.profile import read_profile
from cxrstudy.verdicts.claims_file import read_claims
from cxrstudy.verdicts.registration import read_registration
from cxrstudy.verdicts.results.results import facts

ROOT = Path(__file__).resolve().parents[2]
READ, REFUSED, NO_NAME, CRASH = "read", "refused", "no name", "crash"
ROWS = 30

Reader = Callable[[Path], object]
#: Every kind of file that people write or change, and who reads it.
READERS: dict[str, tuple[str, Reader]] = {
    "manifest": ("data_manifests/cohen.csv", read_manifest),
    "card": ("data_manifests/cohen.yaml", read_card),
    "cohort": ("data_manifests/cohorts/phantom.yaml", read_definition),
    "profile": ("profiles/quick.yaml", lambda path: read_profile(path.stem)),
    "profile that extends": ("profiles/real.yaml", lambda path: read_profile(path.stem)),
    "claims": ("claims/paper_b.yaml", lambda path: read_claims(path.stem)),
    "registration": (
        "claims/registrations/0001-phantom-halved.yaml", read_registration
    ),
    "results": ("results/phantom/quick/results.yaml", lambda path: facts(path.parent)),
    "contents": ("book/_toc.yml", lambda _: notebook_names()),
    "notebook": ("notebooks/04_mixup.ipynb", lambda path: (read_cells(path), declared_in(path))),
    "own table": ("own.csv", lambda path: read_listing(path, {})),
    "own Excel book": ("own.xlsx", lambda path: read_listing(path, {})),
}  # fmt: skip


@contextmanager
def project() -> Iterator[Path]:
    """A copy of what people write, as the current project."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        parts = {file.split("/")[0] for file, _ in READERS.values() if "/" in file}
        for part in parts:
            leave_out = shutil.ignore_patterns("_build", "_static", "*.md", "experiments")
            shutil.copytree(ROOT / part, folder / part, ignore=leave_out)
        _shorten(folder / "data_manifests" / "cohen.csv")
        own = pd.DataFrame({
            "file": [f"i{n}.png" for n in range(ROWS)],
            "patient": [f"P{n // 2:03d}" for n in range(ROWS)],
            "finding": ["Normal", "Tuberculosis"] * (ROWS // 2),
            "age": range(40, 40 + ROWS),
            "note": ["Müller, größer", "plain"] * (ROWS // 2),
        })  # fmt: skip
        own.to_csv(folder / "own.csv", index=False)
        own.to_excel(folder / "own.xlsx", index=False)
        with mock.patch.dict(os.environ, {"CXRSTUDY_PROJECT": str(folder)}):
            yield folder


def _shorten(manifest: Path) -> None:
    """Keep some rows of a manifest, and take the counts out of its card."""
    lines = manifest.read_text("utf-8").splitlines(keepends=True)
    manifest.write_text("".join(lines[: ROWS + 1]), "utf-8")
    card = yaml.safe_load(manifest.with_suffix(".yaml").read_text("utf-8")) | {"counts": {}}
    manifest.with_suffix(".yaml").write_text(yaml.safe_dump(card, sort_keys=False), "utf-8")


# --- mutations ------------------------------------------------------------------------------------

#: Values that people and programs write by mistake, or that mean something to YAML or a system.
HOSTILE = (
    "", "null", "~", "-1", "0", "1e400", "nan", ".inf", str(10**30), "9" * 5000, "[]", "{}", "yes",
    "2020-13-45", "0x", "1_0", "12:30:45", "!!python/object:os.system x", "!!int x", "!!binary é",
    "*nothing", "&a [*a]", "<<: 3", "{a: 1, a: 2}", "? [a]", "'", '"', "|", ">", "@x", "%", "#",
    "../../etc/passwd", "/etc/passwd", "a\tb", "\u202egnp.exe", "é" * 300, "\x07", "=1+1", "- -",
    "!!timestamp x", "!!set {a}", "!!omap [a]", "{[a]: b}", "true", "1.0", '"\\ud800"', "\ud800",
)  # fmt: skip


def hostile_value(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Write another value behind a colon or a comma, or over a string of JSON."""
    lines = content.decode("utf-8", "replace").split("\n")
    at, value = chance.randrange(len(lines)), chance.choice(HOSTILE)
    line = lines[at]
    for mark in (": ", ","):
        if mark in line:
            cells = line.split(mark)
            cells[chance.randrange(0 if mark == "," else 1, len(cells))] = value
            line = mark.join(cells)
            break
    else:
        line = value
    lines[at] = line
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def line_moved(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A line twice, gone, or elsewhere, or indented otherwise."""
    lines = content.split(b"\n")
    at = chance.randrange(len(lines))
    line = lines.pop(at)
    kind = chance.randrange(4)
    if kind == 0:
        lines[at:at] = [line, line]
    elif kind == 1:
        lines.insert(chance.randrange(len(lines) + 1), line)
    elif kind == 2:
        lines.insert(at, chance.choice((b"\t", b" ", b"  - ")) + line)
    return b"\n".join(lines)


def nested(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Brackets without end, or names of names of names, which grow when they are written out."""
    kind, depth = chance.randrange(3), chance.choice((50, 3000, 100_000))
    if kind == 0:
        return content + b"\n\nx: " + b"[" * depth
    if kind == 1:
        return b'{"cells": ' + b'[{"a": ' * depth
    names = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    return b"l0: &l0 [x]\n" + names.encode() + content


def encoded(content: bytes, others: list[bytes], chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace") + "\n# größer\n"
    return text.encode(chance.choice(("latin-1", "utf-16", "utf-16-le", "cp500", "utf-8-sig")),
                       "replace")  # fmt: skip


MUTATIONS: dict[str, images.Mutation] = {
    "bits flipped": images.flip_bits, "bytes overwritten": images.overwrite,
    "cut off": images.cut_off, "bytes lost": images.take_out, "bytes added": images.put_in,
    "beginning of another": images.splice, "hostile value": hostile_value,
    "hostile value, twice": lambda *given: hostile_value(hostile_value(*given), *given[1:]),
    "line moved": line_moved, "nested": nested, "other encoding": encoded,
}  # fmt: skip


def mutated(folder: Path, number: int, seed: int) -> tuple[str, str, bytes]:
    """Kind of file, mutation and content of the mutated file of this number."""
    kinds, names = list(READERS), list(MUTATIONS)
    kind, name = kinds[number % len(kinds)], names[number // len(kinds) % len(names)]
    contents = {one: (folder / file).read_bytes() for one, (file, _) in READERS.items()}
    chance = random.Random(f"{seed} {number}")
    return kind, name, MUTATIONS[name](contents[kind], list(contents.values()), chance)


# --- outcomes -------------------------------------------------------------------------------------


def outcome(folder: Path, kind: str, content: bytes) -> str:
    """What the reader says of a file with this content, which then holds its old one again."""
    file, read = READERS[kind]
    path = folder / file
    whole = path.read_bytes()
    try:
        path.write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(path)
    except Exception as error:
        said = " ".join(str(error).split())
        if type(error).__module__.split(".")[0] != "cxrstudy":
            return f"{CRASH}: {type(error).__name__} {said[:150]}"
        return f"{REFUSED if path.name in said else NO_NAME}: {said[:150]}"
    finally:
        path.write_bytes(whole)
    return READ


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {images.MOST_SECONDS} s of a processor")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (2 * images.MOST_BYTES, -1))
    signal.signal(signal.SIGPROF, _too_long)
    rows = []
    with project() as folder:
        for kind, (file, _) in READERS.items():
            said = outcome(folder, kind, (folder / file).read_bytes())
            assert said == READ, f"{kind}: {said}"
        for number in range(asked.count):
            kind, name, content = mutated(folder, number, asked.seed)
            signal.setitimer(signal.ITIMER_PROF, images.MOST_SECONDS)
            said = outcome(folder, kind, content)
            signal.setitimer(signal.ITIMER_PROF, 0)
            short = said.split(":")[0]
            rows.append({"file": kind, "mutation": name, "outcome": short})
            if short in (NO_NAME, CRASH):
                print(f"{number}: {kind}, {name}: {said}", flush=True)
    table = pd.DataFrame(rows).value_counts().rename("files").reset_index()
    table = table.sort_values(["file", "mutation", "outcome"]).assign(seed=asked.seed)
    table.to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.pivot_table("files", "file", "outcome", "sum", fill_value=0).to_string())


if __name__ == "__main__":
    main()
