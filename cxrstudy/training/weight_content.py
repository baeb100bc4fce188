"""Weight content: the tensors of a weights file, under the names of the network they are for.

People save weights in many ways: inside other dictionaries, under a prefix, beside an optimiser or
a second network. All of a file is used or named in an error:

- a pickle is read with ``weights_only``, which executes no code; only numpy's plain numbers are
  allowed beside tensors;
- the dictionary of tensors that holds the network's names is found at any depth, and under any
  prefix that ends with a dot;
- two such dictionaries that differ (a network and its moving average, two encoders) are an error,
  because nothing says which is meant;
- entries that are neither the network's nor its head's are an error.
"""

import zipfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from cxrstudy.base.words import counted
from cxrstudy.training.weight_files import WeightsError

Tensors = dict[str, Tensor]

#: Number of keys that a message shows.
_SHOWN = 3
#: numpy's plain numbers, which people store beside weights; reading them executes nothing else.
_multiarray: Any = import_module("numpy._core.multiarray")
_NUMBERS = [
    np.dtype, _multiarray.scalar, np.ndarray, _multiarray._reconstruct,
    *(type(np.dtype(kind)) for kind in ("bool", "int32", "int64", "float32", "float64")),
]  # fmt: skip


def read_content(path: Path) -> Any:
    """Read a file as it was saved.

    Raises
    ------
    WeightsError
        The file is of no known format, or holds more than tensors and plain values.
    """
    try:
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                return {name: torch.from_numpy(np.array(arrays[name])) for name in arrays.files}
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        with torch.serialization.safe_globals(_NUMBERS):
            return torch.load(path, map_location="cpu", weights_only=True)
    except SafetensorError as error:
        raise WeightsError(f"weights {path}: not a whole safetensors file ({error})") from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise WeightsError(f"weights {path}: can't be read ({error})") from None
    except Exception as error:
        # torch's own advice is an argument that nobody can pass here, and calls that nobody makes.
        what = str(error).partition("WeightsUnpickler error: ")[2].strip() or str(error)
        said = what.partition("\n")[0].partition(". Please use ")[0] or type(error).__name__
        raise WeightsError(
            f"weights {path}: it holds more than tensors and plain values ({said}), which is "
            f"refused because it could run code; {_rewrite(path)}"
        ) from None


def network_tensors(path: Path, content: Any, expected: Mapping[str, Any], what: str) -> Tensors:
    """Find a network's tensors in what a file holds, without prefixes.

    Parameters
    ----------
    path
        The file, for messages.
    content
        What :func:`read_content` returned.
    expected
        The names of the network's tensors, without its head.
    what
        Name of the network, for messages.

    Returns
    -------
    Every tensor of the dictionary that holds the network, by name: heads too. If no dictionary
    holds its names, the only one, so that timm may rename its tensors.

    Raises
    ------
    WeightsError
        No dictionary or several ones hold the network.
    """
    groups = dict(_groups(content, ""))
    found = {
        (place, prefix): group
        for place, group in groups.items()
        for prefix in _prefixes(group, expected)
    }
    if len(found) > 1 and not _alike(found, expected):
        places = ", ".join(repr((place + prefix).strip(".") or "top") for place, prefix in found)
        raise WeightsError(
            f"weights {path}: it holds {len(found)} networks with the names of {what} and other "
            f"numbers ({places}), and nothing says which is meant; {_rewrite(path)}"
        )
    if found:
        (_, prefix), group = next(iter(found.items()))
        return _stripped(path, group, prefix, what)
    if len(groups) == 1:
        return next(iter(groups.values()))
    names = [f"{place}{name}" for place, group in groups.items() for name in group]
    kind = type(content).__name__
    raise WeightsError(
        f"weights {path}: not those of {what}; {_keys(names) if names else f'it is a {kind}'}"
        f"{'' if names else ' without tensors by name'}; expected {_first(expected)}; "
        f"{_rewrite(path)}"
    )


def mismatch(
    path: Path, tensors: Mapping[str, Tensor], expected: Mapping[str, Any], what: str
) -> WeightsError:
    """Make the error for a file whose tensors are not those of a network.

    Parameters
    ----------
    expected
        Name to shape of the network's tensors, without its head.
    """
    missing = [name for name in expected if name not in tensors]
    unknown = [name for name in tensors if name not in expected]
    shapes = [
        f"{name} {tuple(tensors[name].shape)} instead of {tuple(shape)}"
        for name, shape in expected.items()
        if name in tensors and tensors[name].shape != shape
    ]
    parts = [
        f"{len(rows)} {kind} ({_some(rows)})"
        for kind, rows in (
            ("missing", missing),
            ("not used by the network", unknown),
            ("of another shape", shapes),
        )
        if rows
    ]
    return WeightsError(
        f"weights {path}: not those of {what}; {_keys(list(tensors))}; expected "
        f"{_first(expected)}; {'; '.join(parts) or 'timm can not load them'}. Check architecture, "
        f"options and channels, or {_rewrite(path)}"
    )


def _groups(content: Any, place: str) -> Iterator[tuple[str, Tensors]]:
    """Yield every dictionary with tensors by name, with its place."""
    if not isinstance(content, Mapping):
        return
    tensors = {
        name: value
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    if tensors:
        yield place, tensors
    for name, value in content.items():
        if isinstance(name, str) and not name.startswith("optim"):
            yield from _groups(value, f"{place}{name}.")


def _prefixes(group: Tensors, expected: Mapping[str, Any]) -> list[str]:
    """Prefixes under which most of the network's names are in a dictionary."""
    anchors = list(expected)[:1]
    candidates = {
        name.removesuffix(anchor)
        for anchor in anchors
        for name in group
        if name == anchor or name.endswith(f".{anchor}")
    }
    return sorted(
        prefix
        for prefix in candidates
        if 2 * sum(f"{prefix}{name}" in group for name in expected) > len(expected)
    )


def _alike(found: Mapping[tuple[str, str], Tensors], expected: Mapping[str, Any]) -> bool:
    """Whether several dictionaries hold the same numbers for a network."""
    (_, first), one = next(iter(found.items()))
    return all(
        (mine := one.get(f"{first}{name}")) is not None
        and (other := group.get(f"{prefix}{name}")) is not None
        and torch.equal(mine, other)
        for (_, prefix), group in found.items()
        for name in expected
    )


def _stripped(path: Path, group: Tensors, prefix: str, what: str) -> Tensors:
    others = [name for name in group if not name.startswith(prefix)]
    if others:
        raise WeightsError(
            f"weights {path}: {what} lies under {prefix!r}, and {len(others)} further entries are "
            f"not used ({', '.join(others[:_SHOWN])}); {_rewrite(path)}"
        )
    return {name.removeprefix(prefix): value for name, value in group.items()}


def _keys(names: list[str]) -> str:
    parts = [name.split(".") for name in names]
    common = []
    for words in zip(*parts, strict=False):
        if len(set(words)) > 1:
            break
        common.append(words[0])
    shared = ".".join(common)
    prefix = f", all begin with {shared!r}" if shared and len(names) > 1 else ""
    return f"it holds {counted(len(names), 'tensor')} ({_some(names)}{prefix})"


def _some(rows: list[str]) -> str:
    return ", ".join([*rows[:_SHOWN], *(["..."] if len(rows) > _SHOWN else [])])


def _first(expected: Mapping[str, Any]) -> str:
    return f"{counted(len(expected), 'tensor')} ({_some(list(expected))})"


def _rewrite(path: Path) -> str:
    """One command that writes the network alone, for a person who trusts the file."""
    if path.suffix in (".npz", ".safetensors"):
        return "write the network's own tensors, by timm's names, as another safetensors file"
    return (
        "if you trust the file, write the network's own dictionary as safetensors: python -c "
        '"import torch, safetensors.torch as s; '
        f"d = torch.load('{path}', weights_only=False); "
        f"s.save_file({{k: v.contiguous() for k, v in d['state_dict'].items()}}, "
        f"'{path.with_suffix('.safetensors').name}')\""
    )
