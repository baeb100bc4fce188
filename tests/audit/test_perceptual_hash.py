"""Hashes against an outside oracle, and the search against the plainest one."""

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import spearmanr

from cxrstudy import phantom
from cxrstudy.audit.perceptual_hash import Pairs, agreement, near_pairs, perceptual_hash
from cxrstudy.pixels import decode
from tests.support.audited import recompressed, scenes


@given(
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 63)), max_size=40),
    st.integers(0, 64),
)
def test_the_search_finds_what_a_plain_loop_finds(
    values: list[int], flips: list[tuple[int, int]], distance: int
) -> None:
    values += [values[which % len(values)] ^ (1 << bit) for which, bit in flips if values]
    found = near_pairs(np.array(values, np.uint64), distance)
    plain = {
        (one, other, (values[one] ^ values[other]).bit_count())
        for other in range(len(values))
        for one in range(other)
        if (values[one] ^ values[other]).bit_count() <= distance
    }
    assert set(zip(*(part.tolist() for part in found), strict=True)) == plain
    assert len(found.first) == len(plain)


def test_the_search_finds_pairs_of_different_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = np.random.default_rng(0).integers(0, 2**63, 100).astype(np.uint64)
    hashes[90] = hashes[3] ^ np.uint64(5)
    monkeypatch.setattr("cxrstudy.audit.perceptual_hash._AT_ONCE", 700)
    found = near_pairs(hashes, 2)
    assert (found.first.tolist(), found.second.tolist()) == ([3], [90])


def test_distances_rank_as_those_of_imagehash() -> None:
    """Another choice of frequencies, so other bits, but much the same order of likeness."""
    scene = scenes(2, np.random.default_rng(1), 128).astype(float)
    blends = [scene[0] * (1 - share) + scene[1] * share for share in np.linspace(0, 1, 30)]
    images = np.array(blends).astype(np.uint8)
    ours = np.bitwise_count(perceptual_hash(images) ^ perceptual_hash(images[:1]))
    theirs = [imagehash.phash(Image.fromarray(image)) for image in images]
    assert spearmanr(ours, [each - theirs[0] for each in theirs]).statistic > 0.9


def test_bits_are_those_of_imagehash_where_it_looks_at_the_same_frequencies() -> None:
    """Its hash of 9 x 9 frequencies holds ours, but for a threshold of its own."""
    image = scenes(1, np.random.default_rng(2), 32)[0]
    theirs = imagehash.phash(Image.fromarray(image), hash_size=9, highfreq_factor=32 / 9)
    ours = np.unpackbits(perceptual_hash(image[None]).view(np.uint8)).reshape(8, 8)
    assert np.mean(theirs.hash[1:, 1:] == ours) > 0.95


def test_copies_of_radiographs_are_near_and_others_are_not() -> None:
    table = phantom.population.draw("target", 8, 3)
    first = table.drop_duplicates("patient")["path"]
    large = [phantom.read(path, 256) for path in first]
    copies = [
        recompressed(image, quality, side, gamma)
        for image, quality, side, gamma in zip(
            large, [40, 50, 60, 70, 80, 90, 95, 75], [192, 256] * 4, [0.7, 1.4] * 4, strict=True
        )
    ]
    images = np.stack([decode.fit(image, 64) for image in (*large, *copies)])
    every = near_pairs(perceptual_hash(images), 64)
    is_copy = every.second - every.first == len(large)
    near = every.distance <= 10
    agrees = agreement(images, every) >= 0.9
    assert (near & agrees)[is_copy].all()
    assert not (near & agrees)[~is_copy].any()


def test_agreement_is_that_of_two_vectors() -> None:
    images = scenes(300, np.random.default_rng(1))
    one, other = np.array([0, 0, 2]), np.array([0, 1, 3])
    found = agreement(images, Pairs(one, other, np.zeros(3, np.uint8)))
    assert found[0] == pytest.approx(1, abs=1e-5)
    assert np.abs(found[1:]).max() < 0.5
    assert len(agreement(images, near_pairs(np.zeros(0, np.uint64), 3))) == 0


def test_images_that_can_not_be_averaged_are_refused() -> None:
    with pytest.raises(ValueError, match="32 divides"):
        perceptual_hash(np.zeros((2, 40, 40), np.uint8))
