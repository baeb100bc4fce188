"""Run lengths: what encoders write is accepted, what unpacks to more than an image is not."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.decode import UnreadableImage
from cxrstudy.pixels.run_lengths import require_bounded

HERE = Path("made.dcm")
RUN = b"\x81\0"  # 128 zeros


def frame_of(*segments):
    starts = [64 + sum(map(len, segments[:place])) for place in range(len(segments))]
    header = struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(segments)))
    return header + b"".join(segments)


@given(
    height=st.sampled_from([1, 7, 400]),
    width=st.sampled_from([1, 13, 500]),
    levels=st.sampled_from([1, 2, 256]),
    depth=st.sampled_from(["u1", "u2"]),
)
def test_what_an_encoder_writes_is_accepted(height, width, levels, depth):
    rle = pytest.importorskip("rle.utils")
    values = np.random.default_rng(0).integers(0, levels, (height, width)).astype(depth)
    frame = rle.encode_pixel_data(
        values.tobytes(), rows=height, columns=width, samples_per_pixel=1, number_of_frames=1,
        bits_allocated=8 * values.itemsize, byteorder="<",
    )  # fmt: skip
    assert len(frame) > 64
    require_bounded(frame, height * width, HERE)


@pytest.mark.parametrize("count", [1, 2])
def test_a_segment_that_unpacks_to_more_is_refused(count):
    pixels = 2**21
    sound, bomb = RUN * (pixels // 128), RUN * (pixels // 128 + 2**14)
    require_bounded(frame_of(*[sound] * count), pixels, HERE)
    with pytest.raises(UnreadableImage, match=r"PIX003.* unpack to more than the 2097152 pixels"):
        require_bounded(frame_of(*[sound] * (count - 1), bomb), pixels, HERE)


def test_literal_bytes_and_padding_are_counted():
    pixels = 2**21
    literal = (b"\x7f" + bytes(128)) * (pixels // 128)
    require_bounded(frame_of(literal + b"\x80\x80"), pixels, HERE)
    with pytest.raises(UnreadableImage, match=r"PIX003"):
        require_bounded(frame_of(literal + literal), pixels, HERE)


def test_a_header_that_is_cut_off_is_damage():
    with pytest.raises(UnreadableImage, match=r"PIX003.*its frame has 63 bytes"):
        require_bounded(bytes(63), 100, HERE)
