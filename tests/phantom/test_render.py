"""From address to image: determinism, resolution, specimens."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from cxrstudy import phantom
from tests.support.some import some

PRINT_HASH = """
import hashlib, sys
from cxrstudy import phantom
digest = hashlib.sha256()
for address in sys.argv[2:]:
    digest.update(phantom.read(address, int(sys.argv[1])).tobytes())
sys.stdout.write(digest.hexdigest())
"""


def addresses(patients=3, seed=2):
    roles = ("target", "general", "natural_small")
    return [path for role in roles for path in phantom.population.draw(role, patients, seed).path]


def fingerprint(address):
    """SHA-256 of an image of 96 pixels."""
    return hashlib.sha256(phantom.read(address, 96).tobytes()).hexdigest()


def test_order_does_not_matter():
    paths = addresses()
    forward = {path: fingerprint(path) for path in paths}
    backward = {path: fingerprint(path) for path in reversed(paths)}
    assert forward == backward
    assert len(set(forward.values())) == len(paths)


def test_processes_do_not_matter():
    paths = addresses(2)
    here = [phantom.read(path, 96) for path in paths]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = list(pool.map(phantom.read, paths, [96] * len(paths)))
    assert all(np.array_equal(a, b) for a, b in some(zip(here, there, strict=True)))


def test_threads_do_not_matter():
    found = set()
    for threads in ("1", "4"):
        variables = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        done = subprocess.run(
            [sys.executable, "-c", PRINT_HASH, "256", *addresses(2)],
            env=os.environ | dict.fromkeys(variables, threads),
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1


@pytest.mark.parametrize("number", range(3))
def test_a_small_image_is_the_large_one_reduced(number):
    address = phantom.population.draw("target", 6, 5).path[number]
    fine, coarse = phantom.read(address, 256), phantom.read(address, 64)
    reduced = fine.reshape(64, 4, 64, 4).mean(axis=(1, 3))
    assert np.corrcoef(reduced.ravel(), coarse.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("number", range(4))
def test_masks_are_the_same_at_every_resolution(number):
    address = phantom.population.draw("target", 6, 6).path[number]
    fine, coarse = phantom.render(address, 256), phantom.render(address, 64)
    for name in ("lung", "lesion"):
        reduced = getattr(fine, name).reshape(64, 4, 64, 4).mean(axis=(1, 3)) > 0.5
        mask = getattr(coarse, name)
        overlap = (reduced & mask).sum() / max((reduced | mask).sum(), 1)
        assert overlap > 0.8 or not (reduced | mask).any()


def test_a_patients_images_share_anatomy_but_differ():
    table = phantom.population.draw("target", 20, 0)
    pair = table[table.patient == table.patient[table.patient.duplicated()].iloc[0]]
    first, second = (phantom.render(path, 64) for path in pair.path[:2])
    assert first.patient == second.patient
    assert not np.array_equal(first.image, second.image)


@pytest.mark.parametrize("finding", phantom.SPECIMENS)
def test_specimens_show_the_same_patient(finding):
    shown, normal = phantom.specimen(finding, 3, 64), phantom.specimen("normal", 3, 64)
    assert shown.patient == normal.patient
    assert shown.image.shape == shown.lesion.shape == shown.lung.shape == (64, 64)
    assert shown.lung.mean() > 0.1
    assert shown.lesion.any() == (finding != "normal")
    assert np.array_equal(shown.image, normal.image) == (finding == "normal")


def test_fractals_have_no_patient_and_no_masks():
    fractal = phantom.render(phantom.population.draw("natural_large", 1, 0).path[0], 64)
    assert fractal.patient is None
    assert not fractal.lung.any()
    assert not fractal.lesion.any()


def test_normal_images_have_no_lesion():
    table = phantom.population.draw("target", 30, 1)
    for path in some(table.path[table.labels == "normal"][:3]):
        assert not phantom.render(path, 64).lesion.any()


@pytest.mark.parametrize("pixels", [31, 0, -5, 4096])
def test_sizes_out_of_range_are_refused(pixels):
    path = phantom.population.draw("target", 1, 0).path[0]
    with pytest.raises(ValueError, match="pixels"):
        phantom.read(path, pixels)
    with pytest.raises(ValueError, match="pixels"):
        phantom.specimen("normal", 0, pixels)


def test_unknown_specimens_are_refused():
    with pytest.raises(ValueError, match="finding must be one of normal"):
        phantom.specimen("broken heart", 0, 64)


@pytest.mark.parametrize("pixels", [32, 150, 224])
def test_any_size_renders(pixels):
    image = phantom.read(phantom.population.draw("general", 1, 0).path[0], pixels)
    assert image.shape == (pixels, pixels)
    assert image.std() > 20
