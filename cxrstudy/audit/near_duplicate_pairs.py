"""Near-duplicate pairs: images that look alike, as a whole or in their central square."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from cxrstudy.audit.perceptual_hash import Pairs, agreement, near_pairs, perceptual_hash

#: Largest difference of hashes, of 64 bits. Measured on the open cohort: all of 258 known copies
#: across sources are within 10 bits (99 % within 8). So are .025 % of 2.0 million (NIH) and .092 %
#: of 17 million (Kermany) pairs of different patients, which is why details are compared too.
HASH_DISTANCE = 10
#: Minimum correlation of details. Measured on the same pairs: 98 % of known copies reach it (least
#: .93). Of the 19 million pairs of different patients none of NIH does (largest .82), and one of
#: Kermany: the same file under two names (the next is .80); nor does any of 6 million pairs of
#: phantoms (largest .88).
DETAIL_AGREEMENT = 0.90


def pairs_alike(
    seen: NDArray[np.uint8],
    width: NDArray[np.int64],
    height: NDArray[np.int64],
    readable: NDArray[np.bool_],
) -> Pairs:
    """Find all pairs of readable images that look alike: similar hashes and correlated details.

    Whole images and their central squares are compared, because some collections crop copies in
    this way.

    Parameters
    ----------
    seen
        (n, side, side), each image squashed to a square.
    width, height
        (n,), before resizing.
    readable
        (n,); unreadable images are in no pair.
    """
    whole = np.flatnonzero(readable)
    width, height = width[whole], height[whole]
    cut = whole[width != height]
    aspects = (width / height)[width != height]
    middles = [middle(image, aspect) for image, aspect in zip(seen[cut], aspects, strict=True)]
    shown = np.concatenate([seen[whole], *(image[None] for image in middles)])
    return _of_images(_look_alike(shown), np.concatenate([whole, cut]))


def middle(image: NDArray[np.uint8], aspect: float) -> NDArray[np.uint8]:
    """Crop the central square of an image that was resized to a square.

    Parameters
    ----------
    image
        (n, n).
    aspect
        Width divided by height before resizing.
    """
    side = len(image)
    across, down = min(1.0, 1 / aspect), min(1.0, aspect)
    box = (side * (1 - across) / 2, side * (1 - down) / 2)
    cut = (*box, side - box[0], side - box[1])
    picture = Image.fromarray(image)
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR, box=cut))


def _look_alike(shown: NDArray[np.uint8]) -> Pairs:
    found = near_pairs(perceptual_hash(shown), HASH_DISTANCE)
    same = agreement(shown, found) >= DETAIL_AGREEMENT
    return Pairs(found.first[same], found.second[same], found.distance[same])


def _of_images(pairs: Pairs, owner: NDArray[np.intp]) -> Pairs:
    """Convert pairs of crops to pairs of images, each once, with its smallest distance."""
    ends = np.sort(np.stack([owner[pairs.first], owner[pairs.second]]), axis=0)
    table = pd.DataFrame({"first": ends[0], "second": ends[1], "distance": pairs.distance})
    table = table[table["first"] < table["second"]].sort_values(["first", "second", "distance"])
    table = table.drop_duplicates(["first", "second"])
    return Pairs(*(table[name].to_numpy() for name in Pairs._fields))
