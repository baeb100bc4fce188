"""Plant a fault in a process that has imported the package already: exchange code of functions.

So nothing is imported and no test is collected for a fault. It can't be done for what a module does
while it is imported, such as a constant or a default; then the package must be imported anew.
"""

import gc
from collections import defaultdict
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

#: Code that looks like that of a function, and is run where it stands.
AT_ONCE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")

Live = dict[tuple[str, int, bytes], list[FunctionType]]


def live_functions(package: Path) -> Live:
    """All functions of a package that exist in this process, by name, line and code."""
    found: Live = defaultdict(list)
    gc.unfreeze()
    inside = f"{package}/"
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename.startswith(inside):
            found[_key(thing.__code__)].append(thing)
    gc.freeze()
    return found


def plant(live: Live, path: Path, before: str, after: str) -> bool:
    """Exchange the code of a module's functions; False where that is not all that changed."""
    old, new = compile(before, str(path), "exec"), compile(after, str(path), "exec")
    if _at_import(old) != _at_import(new):
        return False
    pairs = list(zip(_functions(old), _functions(new), strict=True))
    if any(one.co_freevars != other.co_freevars for one, other in pairs):
        return False
    for one, other in pairs:
        for function in live.get(_key(one), []):
            function.__code__ = other
    return True


def _key(code: CodeType) -> tuple[str, int, bytes]:
    return code.co_qualname, code.co_firstlineno, code.co_code


def _is_function(code: CodeType) -> bool:
    return bool(code.co_flags & CO_OPTIMIZED) and code.co_name not in AT_ONCE


def _functions(code: CodeType) -> Iterator[CodeType]:
    """Functions of a module and methods of its classes, not what is inside them."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            if _is_function(part):
                yield part
            else:
                yield from _functions(part)


def _at_import(code: CodeType) -> tuple[Any, ...]:
    """What is done when a module is imported; of functions only the name."""
    parts = [
        repr(part) if not isinstance(part, CodeType)
        else part.co_qualname if _is_function(part)
        else _at_import(part)
        for part in code.co_consts
    ]  # fmt: skip
    return code.co_code, code.co_names, tuple(parts)
