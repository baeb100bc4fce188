"""Number formats: every number that a reader sees is written by one module."""

import ast
import re
from pathlib import Path

import pytest

import cxrstudy

PACKAGE = Path(cxrstudy.__file__).parent

#: Format specifications that round a number or group its digits.
ROUNDS = re.compile(r"^[^<>=^]?[<>=^]?[+\- ]?#?0?\d*([,_]|[,_]?\.\d+|[,_]?(\.\d+)?[eEfFgGn%])")
PERCENT = re.compile(r"%[-+ #0]*\d*(\.\d+)?[eEfFgG]")
BRACES = re.compile(r"\{[^{}:]*:([^{}]+)\}")

#: Modules that may, and why.
MAY = {
    "base/numbers.py": "it is that module",
    "base/rounding.py": "it decides with how many decimals that module writes",
    "base/times.py": "durations and moments, not numbers of any kind",
    "data/rules.py": "decimal digits that a rule looks at, not a number to read",
    "phantom/address.py": "a legal value in an error, as it is written in an address",
    "verdicts/written_table.py": "cells of recorded tables, which a program compares",
    "data/cohort_file.py": "a name that identifies a source in recorded results",
}


def formats(text: str) -> list[int]:
    """Lines on which a number is formatted by other means."""
    lines = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            parts = getattr(node.format_spec, "values", [])
            # What is filled in, such as a width, is taken for a digit.
            spec = [str(part.value) if isinstance(part, ast.Constant) else "9" for part in parts]
            found = ROUNDS.match("".join(spec))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            left = node.left
            found = isinstance(left, ast.Constant) and bool(PERCENT.search(str(left.value)))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "format":
            on = getattr(node.func, "value", None)
            specs = BRACES.findall(str(on.value)) if isinstance(on, ast.Constant) else []
            found = any(map(ROUNDS.match, specs))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "format":
            found = True
        else:
            continue
        if found:
            lines.append(node.lineno)
    return lines


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("f'{x:.2f}'", 1), ("f'{x:,}'", 1), ("f'{x:+g}'", 1), ("f'{x:>8.3f} {y:.0%}'", 2),
        ("f'{x:.{n}f}'", 1), ("'%.3f' % x", 1), ("'{:.1f}'.format(x)", 1), ("format(x, 'g')", 1),
        ("f'{x:02d} {y:>10} {z:x} {name!r:<4}'", 0), ("'{}'.format(x)", 0), ("7 % 3", 0),
    ],
)  # fmt: skip
def test_the_search_finds_what_it_should(text, count):
    assert len(formats(text)) == count


def test_no_module_has_a_format_of_its_own():
    found = {
        str(path.relative_to(PACKAGE)): lines
        for path in sorted(PACKAGE.rglob("*.py"))
        if (lines := formats(path.read_text()))
    }
    assert found.keys() == MAY.keys(), found


#: A number of things before their noun in the plural; "1 of 3 images" has it after another number.
BEFORE_A_PLURAL = re.compile(r"(?<! of )\{(?:numbers\.count\()?len\(\w+\)\)?\} [a-z]+s\b")


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "audit").glob("*.py")), ids=lambda path: path.stem
)
def test_an_audit_counts_one_thing_in_the_singular(path):
    text = path.read_text().replace('"\n        f"', "")
    assert [found for found in BEFORE_A_PLURAL.findall(text) if "row(" not in found] == []


def test_a_number_before_a_plural_is_found():
    assert BEFORE_A_PLURAL.search('f"{len(rows)} pairs are"')
    assert BEFORE_A_PLURAL.search('f"In {numbers.count(len(rows))} images"')
    assert not BEFORE_A_PLURAL.search('f"1 of {len(rows)} images"')
