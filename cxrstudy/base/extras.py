"""Extras: optional libraries, which ``pip install 'cxrstudy[NAME]'`` installs.

Recorded results can be read, judged, plotted and audited without them. Code that needs an optional
library imports it where it is used, so that planning and reading work without it.
"""

from importlib.util import find_spec

#: Import names of the libraries of each extra; ``pyproject.toml`` has the versions.
EXTRAS: dict[str, tuple[str, ...]] = {
    "train": ("torch", "torchvision", "fastai", "timm", "safetensors", "pytorch_grad_cam"),
    "book": ("papermill", "ipykernel"),
}


class MissingExtra(RuntimeError):
    """An optional library is not installed; the message names the extra to install."""


def need(extra: str) -> None:
    """Raise an error unless the libraries of an extra are installed.

    Raises
    ------
    MissingExtra
        One of its libraries is not installed.
    """
    missing = [name for name in EXTRAS[extra] if not _is_installed(name)]
    if missing:
        raise MissingExtra(_advice(missing[0], extra))


def advice(error: ImportError) -> str | None:
    """Name the extra to install after a failed import; None if the library is in no extra.

    It is also None if the library is installed, but does not contain an imported name.
    """
    library = (error.name or "").partition(".")[0]
    extra = next((extra for extra, names in EXTRAS.items() if library in names), None)
    return _advice(library, extra) if extra and not _is_installed(library) else None


def _advice(library: str, extra: str) -> str:
    return f"{library} is not installed; pip install 'cxrstudy[{extra}]'"


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None
