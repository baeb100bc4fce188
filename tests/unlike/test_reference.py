"""Unlike: how often the rule falls on held-out phantoms, and on what is no frontal chest."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from cxrstudy import phantom
from cxrstudy.pixels import decode, memory_map
from cxrstudy.pixels.decode import colour_spread
from cxrstudy.runs import store
from cxrstudy.unlike import reference
from cxrstudy.unlike.image_warnings import warnings_of
from cxrstudy.unlike.reference import LEAST, learn, reference_of
from cxrstudy.unlike.training_images import TrainingImagesError
from tests.support.dicoms import dicom_of
from tests.support.some import some

SIDE = 64
HERE = Path("made.img")  # a name for messages


def drawn(role, patients, seed):
    table = phantom.population.draw(role, patients, seed)
    return np.stack([phantom.read(path, SIDE) for path in table["path"]])


@pytest.fixture(scope="module")
def chests():
    """Phantoms of other patients than those that were learnt from, and what was learnt."""
    return SimpleNamespace(
        held_out=drawn("target", 110, 2), reference=learn(drawn("target", 110, 1))
    )


def png(values, **options):
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, options.pop("format", "PNG"), **options)
    return stream.getvalue()


def codes(values, reference, pixels=SIDE):
    content = png(values)
    grey = decode.decode_grey(content, "made")
    return [one.code for one in warnings_of(content, grey, pixels, reference)]


def flagged(images, reference):
    """Share of images with any warning of the two checks that look at pixels."""
    far = reference.distances(images) > reference.farthest
    return float((far | reference.unusual(images)).mean())


def test_few_held_out_phantoms_are_flagged(chests):
    assert flagged(chests.held_out, chests.reference) <= 0.05


def test_another_hospital_of_the_same_kind_is_not_unlike(chests):
    assert flagged(drawn("external", 40, 2), chests.reference) <= 0.075


def test_a_larger_file_of_the_same_phantom_is_judged_alike(chests):
    table = phantom.population.draw("target", 12, 5)
    large = [phantom.read(path, 256) for path in table["path"]]
    fitted = np.stack([decode.fit(image, SIDE) for image in large])
    assert flagged(fitted, chests.reference) <= 0.1


TURNED = {
    "a quarter": lambda images: np.rot90(images, 1, (1, 2)),
    "a half": lambda images: images[:, ::-1, ::-1],
    "upside down": lambda images: images[:, ::-1],
    "inverted": lambda images: 255 - images,
    "one quarter of it": lambda images: np.repeat(np.repeat(images[:, :32, :32], 2, 1), 2, 2),
}


@pytest.mark.parametrize("how", TURNED)
def test_chests_that_are_turned_inverted_or_cut_are_no_frontal_chests(chests, how):
    changed = TURNED[how](chests.held_out)
    assert chests.reference.unusual(changed).mean() >= 0.99


def enlarged(images, times):
    cut = (1 - 1 / times) * SIDE / 2
    box = (cut, cut, SIDE - cut, SIDE - cut)
    made = [Image.fromarray(one).resize((SIDE, SIDE), box=box) for one in images]
    return np.stack([np.array(one) for one in made])


def tilted(images, degrees):
    """Its edges go on into the corners, because black corners would give it away."""
    return ndimage.rotate(images, degrees, axes=(1, 2), reshape=False, mode="nearest", order=1)


@pytest.mark.parametrize(
    ("change", "least", "most"),
    [(lambda images: enlarged(images, 1.5), 0.85, 1), (lambda images: tilted(images, 20), 0.95, 1),
     (lambda images: enlarged(images, 1.2), 0, 0.7), (lambda images: tilted(images, 5), 0, 0.5)],
)  # fmt: skip
def test_strong_zooms_and_tilts_are_found_and_weak_ones_often_not(chests, change, least, most):
    assert least <= chests.reference.unusual(change(chests.held_out)).mean() <= most


@pytest.mark.parametrize("role", ["target", "external", "general"])
def test_laterals_are_no_frontal_chests(chests, role):
    table = phantom.population.draw(role, 40, 3)
    shown = [phantom.read(phantom.lateral_of(path), SIDE) for path in table["path"]]
    assert chests.reference.unusual(np.stack(shown)).mean() >= 0.95


def test_images_that_are_not_of_people_are_no_frontal_chests(chests):
    fractals = drawn("natural_small", 60, 1)
    assert chests.reference.unusual(fractals).mean() >= 0.99


# The exposure of the phantoms varies, so that weaker changes are not unusual for all of them.
@pytest.mark.parametrize("change", [0.2, 5.0])
def test_another_gamma_or_window_is_unusual_brightness(chests, change):
    changed = np.rint(255 * (chests.held_out / 255) ** change).astype(np.uint8)
    assert (chests.reference.distances(changed) > chests.reference.farthest).mean() >= 0.97


def test_the_distance_is_the_earth_mover_s(chests):
    from scipy.stats import wasserstein_distance

    mean = np.diff(chests.reference.levels, prepend=0.0)
    image = chests.held_out[0]
    grey = np.arange(256)
    expected = wasserstein_distance(grey, grey, np.bincount(image.ravel(), minlength=256), mean)
    assert chests.reference.distances(image[None])[0] == pytest.approx(expected)


def test_the_correlation_is_pearson_s(chests):
    images = chests.held_out[:2]
    one, other = (decode.fit(image, reference.THUMBNAIL).ravel() for image in images)
    told = learn(np.repeat(images[:1], LEAST, 0)).correlations(images[1:])[0]
    assert told == pytest.approx(np.corrcoef(one, other)[0, 1])


def test_one_in_a_hundred_training_images_is_unusual_by_each_check():
    made = np.random.default_rng(0).integers(0, 256, (1000, 32, 32)).astype(np.uint8)
    reference = learn(made)
    assert (reference.distances(made) > reference.farthest).sum() == 9
    assert (reference.correlations(made) < reference.least).sum() == 9


def test_one_in_a_hundred_images_that_were_not_learnt_from_is_strange():
    made = np.random.default_rng(0).integers(0, 256, (3000, 16, 16)).astype(np.uint8)
    reference = learn(made[:1000])
    found = (reference.strangeness(made[1000:]) > reference.strangest).mean()
    assert 0.003 <= found <= 0.02  # .01 is meant


def test_the_strangeness_is_mahalanobis_distance(chests):
    from scipy.spatial.distance import mahalanobis

    image = chests.held_out[0]
    row = decode.fit(image, reference.THUMBNAIL).ravel().astype(float)
    row = (row - row.mean()) / np.linalg.norm(row - row.mean())
    learnt = chests.reference
    expected = mahalanobis(row, learnt.middle, learnt.precision) ** 2
    assert learnt.strangeness(image[None])[0] == pytest.approx(expected)


def test_equal_training_images_leave_a_finite_measure(chests):
    one = chests.held_out[:1]
    learnt = learn(np.repeat(one, LEAST, 0))
    assert not learnt.unusual(one)[0]
    assert learnt.unusual(chests.held_out[1:]).all()


def test_too_few_training_images_say_so():
    with pytest.raises(TrainingImagesError, match=f"trained on {LEAST - 1} images"):
        learn(np.zeros((LEAST - 1, 8, 8), np.uint8))


def test_an_ordinary_chest_has_no_warning(chests):
    typical = chests.held_out[chests.reference.strangeness(chests.held_out).argmin()]
    assert codes(typical, chests.reference) == []


def test_wrong_size_and_proportions(chests):
    chest = chests.held_out[0]
    assert "size" in codes(decode.fit(chest, 63), chests.reference)
    assert "size" not in codes(chest, chests.reference)
    wide = np.array(Image.fromarray(chest).resize((181, 100)))
    assert "proportions" in codes(wide, chests.reference)
    assert "proportions" not in codes(wide[:, :180], chests.reference)


def test_a_colour_photograph_is_named_and_a_grey_file_with_three_channels_is_not(chests):
    from sklearn.datasets import load_sample_images

    for photograph in some(load_sample_images().images):
        assert {"colour", "view"} <= set(codes(photograph, chests.reference))
    grey = np.repeat(chests.held_out[0][..., None], 3, 2)
    assert "colour" not in codes(grey, chests.reference)


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_colour_is_the_mean_difference_of_channels(format):
    tinted = np.full((40, 40, 3), [100, 110, 130], np.uint8)
    assert colour_spread(png(tinted, format=format), HERE) == pytest.approx(30, abs=3)
    palette = io.BytesIO()
    Image.fromarray(tinted).convert("P", palette=Image.Palette.ADAPTIVE).save(palette, "PNG")
    assert colour_spread(palette.getvalue(), HERE) == pytest.approx(30, abs=3)


def test_without_training_images_it_says_that_nothing_was_compared(chests):
    content = png(chests.held_out[0])
    reason = TrainingImagesError("they are elsewhere")
    said = warnings_of(content, chests.held_out[0], SIDE, reason)
    assert [one.code for one in said] == ["uncompared"]
    assert said[0].text.endswith("they are elsewhere")


@pytest.fixture
def record(small, monkeypatch):
    """A record of the small study, whose training images are found again."""
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    monkeypatch.setattr(reference, "LEAST", 2)
    for kept in (small.runs / "unlike").glob("*"):
        kept.unlink()
    run = small.arms.plan.ends["control", 0]
    return store.read(small.study.records, run)


def test_the_reference_is_of_the_run_s_training_images(record, small):
    role = small.study.cohort.role("target")
    table = small.study.cohort.manifests["phantom target"]
    stored = memory_map.open_pixels(table, SIDE, small.runs / "pixels")
    expected = learn(stored[role.table["row"].to_numpy()[role.rows("train")]])
    found = reference_of(record)
    assert (found.images, found.farthest) == (expected.images, expected.farthest)
    np.testing.assert_allclose(found.chest, expected.chest)


def test_it_is_learnt_once_and_again_when_what_was_kept_is_damaged(record, small, monkeypatch):
    first = reference_of(record)
    (kept,) = (small.runs / "unlike").iterdir()
    monkeypatch.setattr(reference, "training_images", None)  # asking again would fail
    again = reference_of(record)
    assert (again.images, again.farthest, again.least) == (
        first.images, first.farthest, first.least,
    )  # fmt: skip
    np.testing.assert_array_equal(again.levels, first.levels)
    monkeypatch.undo()
    kept.write_bytes(kept.read_bytes()[:100])
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    monkeypatch.setattr(reference, "LEAST", 2)
    assert reference_of(record).farthest == first.farthest


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_of_a_dicom_file(dtype):
    top = np.iinfo(dtype).max
    tinted = np.full((20, 20, 3), [top, top // 2, 0], dtype)
    assert colour_spread(dicom_of(tinted, "RGB"), HERE) == pytest.approx(255)
    assert colour_spread(dicom_of(tinted[..., 0], "MONOCHROME2"), HERE) == 0
