"""Own function: a user's function in a file, with everything that decides what it does.

A recipe and a network may be functions in a file of the user's own. What such a function does is
decided by its module, by the modules that it imports from beside it, and by its arguments. Their
texts are read once, when the function is named. They are part of a run's id, they travel with the
run to any worker, and they are executed from there: a file that is edited meanwhile changes
nothing. Planning reads the text and does not import it, because planning must work without torch.

What is beside a module, and what comes from installed packages, is found in
:mod:`cxrstudy.base.own_sources`; what comes from this package counts by its code. A file that the
function reads when it runs is not seen. Write its SHA-256 into the source and compare it there.

The function is code, and is run. Whoever runs another's study runs its functions, as with its
notebooks.
"""

import ast
import math
import re
import sys
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.coverage import code_beyond_run
from cxrstudy.base.identity import fingerprint
from cxrstudy.base.own_modules import absolute_imports, load
from cxrstudy.base.own_sources import OwnFunctionError, libraries_of, sources_of, version_of
from cxrstudy.base.source_code import in_package, normal_form

_ADVICE = "write it as a `def` in a file beside the notebook, and give it as 'FILE:FUNCTION'"


@dataclass(frozen=True)
class OwnFunction:
    """A function at the top level of a module, and the texts that decide what it does.

    Attributes
    ----------
    module, name
        Names of module and function.
    arguments
        Arguments by keyword, as pairs of name and value.
    sources
        Pairs of module and text: its own module, and those that it imports from beside it.
    libraries
        Pairs of name and version: installed packages that it imports, except those that the id of
        every run covers.
    """

    module: str
    name: str
    arguments: tuple[tuple[str, Any], ...]
    sources: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        # Of a record, tuples come back as lists.
        given = tuple((name, _plain(name, value)) for name, value in self.arguments)
        object.__setattr__(self, "arguments", given)

    @property
    def facts(self) -> dict[str, Any]:
        """Plain data for ids: not the names of files, and only what changes behaviour."""
        return {
            "function": self.name,
            "arguments": dict(self.arguments),
            "code": list(_fingerprints(self)),
            "libraries": dict(self.libraries),
        }

    def __call__(self, *values: Any) -> Any:
        """Call the function with these values and its own arguments.

        Raises
        ------
        OwnFunctionError
            An installed package is of another version than where the function was named.
        """
        for library, wanted in self.libraries:
            if (here := version_of(library)) != wanted:
                raise OwnFunctionError(
                    f"{self} was planned with {library} {wanted}, and here is {here}; install the "
                    "same version"
                )
        modules = load(self.sources, fingerprint(repr(self.sources)))
        return getattr(modules[self.module], self.name)(*values, **dict(self.arguments))

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.arguments)
        return f"{self.module}:{self.name}{f'({given})' if given else ''}"

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self.arguments)
        return f"own_function('{self.module}:{self.name}'{given})"


def own_function(given: Any, **arguments: Any) -> OwnFunction:
    """Identify a function.

    Parameters
    ----------
    given
        ``'FILE:FUNCTION'``, for a file in the folder of the notebooks or where Python finds
        modules; or the function itself; or a ``functools.partial`` of it with arguments by keyword.
    **arguments
        Arguments of the function: numbers, texts, None, and tuples or lists of them.

    Raises
    ------
    OwnFunctionError
        The function can't be identified: it is from a notebook's cell or a shell, a lambda, inside
        another function, or a method; or there is no such file or function; or an argument is not a
        plain value.
    """
    if isinstance(given, OwnFunction):
        return given
    if isinstance(given, partial):
        if given.args:
            raise OwnFunctionError(f"{given}: give arguments by keyword, as NAME=VALUE")
        return own_function(given.func, **given.keywords | arguments)
    module, name, path = _named(given) if isinstance(given, str) else _of_object(given)
    if in_package(module):
        raise OwnFunctionError(f"{module}:{name} is part of cxrstudy; {_ADVICE}")
    values = tuple(sorted((key, _plain(key, value)) for key, value in arguments.items()))
    found = dict(sources_of(module, path))
    _check_function(found[module], module, name, path)
    made = OwnFunction(module, name, values, tuple(sorted(found.items())), libraries_of(found))
    try:
        _ = made.facts
    except KeyError as error:
        raise OwnFunctionError(f"{path} imports {error}, which cxrstudy does not have") from None
    return made


def _named(text: str) -> tuple[str, str, Path]:
    match = re.fullmatch(r"([\w.]+?)(?:\.py)?:(\w+)", text)
    if match is None:
        raise OwnFunctionError(f"{text!r}: write 'FILE:FUNCTION', as in 'my_recipes:focal'")
    module, name = match.groups()
    folders = [str(places.notebooks()), *sys.path]
    path = None
    for part in module.split("."):
        found = PathFinder.find_spec(part, folders)
        if found is None:
            raise OwnFunctionError(
                f"{text!r}: there is no module {module}; Python looks for {part}.py in "
                f"{folders[0]}, where the notebooks are, and in the folders of sys.path"
            )
        path, folders = found.origin, list(found.submodule_search_locations or ())
    return module, name, _python_file(path, text)


def _of_object(given: Any) -> tuple[str, str, Path]:
    name, module = getattr(given, "__qualname__", ""), getattr(given, "__module__", "")
    if not callable(given) or not name or isinstance(given, type):
        raise OwnFunctionError(f"{given!r} is not a function; {_ADVICE}")
    if name == "<lambda>" or "<locals>" in name or "." in name:
        raise OwnFunctionError(
            f"{given!r} is a lambda, a method or inside another function, so its source does not "
            f"say what it does; {_ADVICE}, with its values as arguments"
        )
    file = getattr(sys.modules.get(str(module)), "__file__", None)
    if module in ("__main__", "__mp_main__") or file is None:
        raise OwnFunctionError(
            f"the function {name} is from a notebook's cell, a shell or the script that runs, "
            f"which no worker can import; {_ADVICE}"
        )
    return str(module), name, _python_file(file, name)


def _python_file(path: str | None, what: str) -> Path:
    if not path or not path.endswith(".py"):
        raise OwnFunctionError(f"{what}: its module is not a file of Python's source; {_ADVICE}")
    return Path(path)


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(name, each) for each in value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise OwnFunctionError(
        f"argument {name}={value!r}: legal are finite numbers, texts, None, and tuples of them"
    )


def _check_function(text: str, module: str, name: str, path: Path) -> None:
    there = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    if name not in there:
        raise OwnFunctionError(
            f"{path} has no function {name} at its top level; it has {', '.join(there) or 'none'}"
        )


@lru_cache
def _fingerprints(function: OwnFunction) -> tuple[str, ...]:
    """SHA-256 of the normal form of each module, and of those of this package beyond a run's."""
    names = {name for name, _ in function.sources}
    tops = {name.split(".")[0] for name in names}

    def is_own(name: str) -> bool:
        return in_package(name) or name.split(".")[0] in tops

    texts = [
        ast.unparse(
            absolute_imports(text, name, any(each.startswith(f"{name}.") for each in names))
        )
        for name, text in function.sources
    ]
    forms = [normal_form(text, names.__contains__, is_own) for text in texts]
    return tuple(sorted([*map(fingerprint, forms), *code_beyond_run(texts).values()]))
