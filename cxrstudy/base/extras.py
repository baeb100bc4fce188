"""Extras: libraries that only some work needs, which ``pip install 'cxrstudy[NAME]'`` brings.

Reading, judging, drawing and auditing what is recorded needs none of them. What needs one imports
it where it is used, never when planning or reading begins.
"""

from importlib.util import find_spec

#: Import names of the libraries that an extra brings; ``pyproject.toml`` has the versions.
EXTRAS: dict[str, tuple[str, ...]] = {
    "train": ("torch", "torchvision", "fastai", "timm", "safetensors", "pytorch_grad_cam"),
    "book": ("papermill", "ipykernel"),
}


class MissingExtra(RuntimeError):
    """Work needs a library that is not installed; the message says which extra brings it."""


def need(extra: str) -> None:
    """Stop before any work that needs an extra.

    Raises
    ------
    MissingExtra
        One of its libraries is not installed.
    """
    missing = [name for name in EXTRAS[extra] if not _is_installed(name)]
    if missing:
        raise MissingExtra(_advice(missing[0], extra))


def advice(error: ImportError) -> str | None:
    """Say which extra brings the library that an import did not find; None where it is no extra's.

    A library that is there, and lacks a name, is another error.
    """
    library = (error.name or "").partition(".")[0]
    extra = next((extra for extra, names in EXTRAS.items() if library in names), None)
    return _advice(library, extra) if extra and not _is_installed(library) else None


def _advice(library: str, extra: str) -> str:
    return f"{library} is not installed; pip install 'cxrstudy[{extra}]'"


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None
