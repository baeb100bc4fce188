"""Coverage: what counts for an id. This table is the only place that says it.

The id of a run covers all that decides its bits: its stage, its parent or its initial weights (by
SHA-256), its images and labels, the code that turns them into scores, and the libraries which that
code calls. Code is found from imports: it begins at a root below and goes on to whatever that
imports of our package, but for what is exempt. Prose, figures, statistics and tests are not reached
from there, so editing them runs nothing again.

====================  ============================================================================
of a run              in its id (:mod:`cxrstudy.runs.plan`)
====================  ============================================================================
stage                 every field but ``scored_on``: other roles are scored under ids of their own
parent, or start      id of the run before; architecture, options and SHA-256 of initial weights
data                  ids, SHA-256, patients, splits and truth of all images of its role, in order
code                  normal form of every covered module, wherever it lies in the package
environment           versions of :data:`LIBRARIES` and of Python
arithmetic            kind of processor and precision
====================  ============================================================================
"""

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.source_code import PACKAGE, closure, normal_form, package_sources

#: Where the code of this package is read.
PACKAGE_FOLDER = Path(__file__).resolve().parents[1]

#: Modules where the code that counts begins, by what it counts for.
ROOTS: dict[str, tuple[str, ...]] = {
    "run": ("runs.computation", "pixels.memory_map"),
    "pixels": ("pixels.memory_map",),
    "phantom": ("phantom.population", "phantom.render"),
    "maps": ("explain.many_maps",),
    "likeness": ("predict.out_of_distribution",),
}

#: Modules, or folders, that covered modules import and that decide no bit, and why.
EXEMPT: dict[str, str] = {
    "base.atomic": "writes files whole; what is in them is decided elsewhere",
    "base.coverage": "says what counts; another answer is another id",
    "base.device": "what it decides, the arithmetic, is in the id",
    "base.identity": "computes ids; another way gives other ids",
    "base.places": "says where files lie, whose SHA-256 counts",
    "base.progress": "shows",
    "base.source_code": "reads code; another way gives other ids",
    "explain.errors": "names errors",
    "predict.training_images": "finds images, whose SHA-256 count",
    "runs.maps": "reads and writes records of maps",
    "phantom": "the SHA-256 of every phantom covers the generator's code",
    "runs.store": "reads and writes files, whose SHA-256 is checked",
    "runs.record": "names of files and facts",
    "training.chain": "holds values, each of which is in the id",
    "training.stage": "holds values, each of which is in the id",
    "training.trackers": "watches, and changes nothing",
}

#: What is exempt for one purpose is looked at for another.
_LOOKED_AT = {"phantom": ("phantom",)}

#: Libraries that decide bits, and what for. One that is not installed counts as that.
LIBRARIES: dict[str, str] = {
    "torch": "arithmetic of training and scoring",
    "fastai": "optimiser, schedule, augmentation, MixUp",
    "timm": "architectures, and how pretrained weights are fitted",
    "numpy": "phantoms, pixels, order of images",
    "scipy": "filters of phantoms and of masked images",
    "pillow": "PNG, JPEG and resizing",
    "pydicom": "DICOM",
    "pylibjpeg": "compressed DICOM",
    "pylibjpeg-libjpeg": "JPEG inside DICOM",
    "pylibjpeg-openjpeg": "JPEG 2000 inside DICOM",
    "pylibjpeg-rle": "run lengths inside DICOM",
}
#: Of these, what decides pixels before any training.
PIXEL_LIBRARIES = tuple(name for name in LIBRARIES if name not in ("torch", "fastai", "timm"))

NOT_INSTALLED = "not installed"


@lru_cache
def code_of(purpose: str) -> dict[str, str]:
    """SHA-256 of what each covered module does, by its name in the package.

    Parameters
    ----------
    purpose
        A key of :data:`ROOTS`.
    """
    sources = _sources()
    roots = [f"{PACKAGE}.{root}" for root in ROOTS[purpose]]
    seen = _LOOKED_AT.get(purpose, ())
    modules = closure(roots, sources, lambda module: _is_exempt(module, seen))
    forms = {name: normal_form(sources[name], sources.__contains__) for name in modules}
    return {name.removeprefix(f"{PACKAGE}."): fingerprint(form) for name, form in forms.items()}


@lru_cache
def code_fingerprint(purpose: str) -> str:
    """SHA-256 of what all covered modules do, wherever they lie and whatever they are called."""
    return fingerprint(canonical(sorted(code_of(purpose).values())))


@lru_cache
def environment() -> dict[str, str]:
    """Versions that decide the bits of a run."""
    return {"python": _python(), **{name: _version(name) for name in LIBRARIES}}


@lru_cache
def pixel_environment() -> dict[str, str]:
    """Versions that decide the bits of pixels."""
    return {"python": _python(), **{name: _version(name) for name in PIXEL_LIBRARIES}}


def forget() -> None:
    """Read code and versions again; for tests that change them."""
    for remembered in (_sources, code_of, code_fingerprint, environment, pixel_environment):
        remembered.cache_clear()


@lru_cache
def _sources() -> dict[str, str]:
    return package_sources(PACKAGE_FOLDER)


def _is_exempt(module: str, looked_at: tuple[str, ...]) -> bool:
    name = module.removeprefix(f"{PACKAGE}.")
    return any(
        name == exempt or name.startswith(f"{exempt}.")
        for exempt in EXEMPT
        if exempt not in looked_at
    )


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return NOT_INSTALLED
