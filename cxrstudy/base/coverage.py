"""Coverage: the inputs that an id covers. This module is the only place that defines them.

The id of a run covers everything that its result depends on: its stage, its parent or its initial
weights (by SHA-256), its images and labels, the code that computes scores from them, and the
libraries that this code calls. The code is found by imports: the root modules below and all modules
of this package that they import, except exempt ones. Text, figures, statistics and tests are not
imported there, so a change in them causes no new run.

====================  ============================================================================
input of a run        in its id (:mod:`cxrstudy.runs.plan`)
====================  ============================================================================
stage                 every field except ``scored_on``: scores on other roles have their own ids;
                      of a recipe the code, its arguments, and versions of what it imports
parent, or start      id of the previous run; architecture, options, SHA-256 of initial weights
data                  ids, SHA-256, patients, splits and truth of all images of its role, in order
code                  normal form of every covered module, independent of its place in the package
environment           versions of :data:`LIBRARIES` and of Python
arithmetic            kind of processor, precision, instructions, native or held, threads
====================  ============================================================================
"""

import platform
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from cxrstudy.base import arithmetic
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.remembered import remembered
from cxrstudy.base.source_code import PACKAGE, closure, form_of, package_sources

#: Folder of the package's code.
PACKAGE_FOLDER = Path(__file__).resolve().parents[1]

#: Root modules of the covered code, by purpose.
ROOTS: dict[str, tuple[str, ...]] = {
    "run": ("runs.computation", "pixels.memory_map"),
    "pixels": ("pixels.memory_map",),
    "phantom": ("phantom.population", "phantom.render"),
    "maps": ("explain.many_maps",),
    "likeness": ("unlike.reference",),
}

#: Modules or folders that covered modules import but that can't change a result, and the reason.
EXEMPT: dict[str, str] = {
    "base.arithmetic": "its result is in the id",
    "base.atomic": "writes files; their content is computed elsewhere",
    "base.coverage": "defines what ids cover; a change gives other ids",
    "base.device": "its result, the arithmetic, is in the id",
    "base.identity": "computes ids; a change gives other ids",
    "base.own_function": "reads functions of users; their code is in the id",
    "base.places": "finds files, whose SHA-256 is in the id",
    "base.progress": "only displays progress",
    "base.remembered": "keeps answers under the hash of what they depend on",
    "base.source_code": "reads code; a change gives other ids",
    "explain.errors": "defines exceptions",
    "unlike.training_images": "finds images, whose SHA-256 are in the id",
    "runs.maps": "reads and writes records of maps",
    "phantom": "the SHA-256 of every phantom covers the generator's code",
    "runs.store": "reads and writes files, whose SHA-256 is checked",
    "runs.record": "defines names of files and fields",
    "training.captions": "only names what is shown",
    "training.chain": "holds values, all of which are in the id",
    "training.stage": "holds values, all of which are in the id",
    "training.trackers": "only displays training",
}

#: Modules that are exempt in general but covered for some purposes.
_LOOKED_AT = {"phantom": ("phantom",)}

#: Libraries that a result depends on, and their use. The version of a missing one is NOT_INSTALLED.
LIBRARIES: dict[str, str] = {
    "torch": "arithmetic of training and scoring",
    "fastai": "optimiser, schedule, augmentation, MixUp",
    "timm": "architectures, and adaptation of pretrained weights",
    "numpy": "phantoms, pixels, order of images",
    "scipy": "filters of phantoms and of masked images",
    "pillow": "PNG, JPEG and resizing",
    "simplejpeg": "damage inside JPEG",
    "pydicom": "DICOM",
    "pylibjpeg": "compressed DICOM",
    "pylibjpeg-libjpeg": "JPEG inside DICOM",
    "pylibjpeg-openjpeg": "JPEG 2000 inside DICOM",
    "pylibjpeg-rle": "run lengths inside DICOM",
}
#: Libraries that pixels depend on, before any training.
PIXEL_LIBRARIES = tuple(name for name in LIBRARIES if name not in ("torch", "fastai", "timm"))

NOT_INSTALLED = "not installed"


@lru_cache
def code_of(purpose: str) -> dict[str, str]:
    """SHA-256 of the normal form of each covered module, by its name in the package.

    Parameters
    ----------
    purpose
        A key of :data:`ROOTS`.
    """
    forms: dict[str, str] = remembered(
        "code",
        lambda: [purpose, ROOTS, EXEMPT, _LOOKED_AT, sys.version, package_fingerprint()],
        lambda: _code_of(purpose),
    )
    return forms


def _code_of(purpose: str) -> dict[str, str]:
    sources = _sources()
    roots = [f"{PACKAGE}.{root}" for root in ROOTS[purpose]]
    seen = _LOOKED_AT.get(purpose, ())
    modules = closure(roots, sources, lambda module: _is_exempt(module, seen))
    there = sources.__contains__
    return {name.removeprefix(f"{PACKAGE}."): form_of(sources[name], there) for name in modules}


def code_beyond_run(texts: Iterable[str]) -> dict[str, str]:
    """SHA-256 by name of the modules that some texts import and that not every run covers.

    Parameters
    ----------
    texts
        Modules of a user's own.
    """
    own = {f"{PACKAGE}.own {number}": text for number, text in enumerate(texts)}
    sources = _sources() | own
    modules = closure(own, sources, lambda module: _is_exempt(module, ()))
    return {
        name.removeprefix(f"{PACKAGE}."): form_of(sources[name], sources.__contains__)
        for name in modules
        if name not in own and name.removeprefix(f"{PACKAGE}.") not in code_of("run")
    }


@lru_cache
def code_fingerprint(purpose: str) -> str:
    """SHA-256 of the normal forms of all covered modules, independent of the modules' names."""
    return fingerprint(canonical(sorted(code_of(purpose).values())))


@lru_cache
def package_fingerprint() -> str:
    """SHA-256 of the texts of all modules of the package, whatever they do."""
    return fingerprint(canonical(_sources()))


@lru_cache
def environment() -> dict[str, str]:
    """Versions of Python and of the libraries that a run's result depends on."""
    return {"python": _python(), **{name: _version(name) for name in LIBRARIES}}


def pixel_environment() -> dict[str, str]:
    """Instructions, and versions of Python and of the libraries, that pixels depend on."""
    computed = f"{arithmetic.instructions()}, {arithmetic.chosen()}"
    return {"arithmetic": computed, **_pixel_versions()}


@lru_cache
def _pixel_versions() -> dict[str, str]:
    return {"python": _python(), **{name: _version(name) for name in PIXEL_LIBRARIES}}


def forget() -> None:
    """Clear the caches, so that code and versions are read again; for tests that change them."""
    known = (_sources, package_fingerprint, code_of, code_fingerprint, environment, _pixel_versions)
    for function in known:
        function.cache_clear()


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
