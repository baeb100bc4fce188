"""Grey levels of batches, and what the network of these batches expects."""

import pytest

from cxrstudy.training.expected_input import ExpectedInput

STATISTICS = (0.25, 0.5)
EXPECTS = ExpectedInput((0.25,), (0.5,), "grey")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pixels")


def levels(images, statistics=STATISTICS):
    """Grey levels of a normalised batch."""
    mean, deviation = statistics
    return (images * deviation + mean) * 255
