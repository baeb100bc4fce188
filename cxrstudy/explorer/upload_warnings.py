"""Upload warnings: what is warned of a file of one's own; networks may differ in what they know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cxrstudy.base import places
from cxrstudy.explorer.case import Warned
from cxrstudy.pixels.grey import Noted
from cxrstudy.runs import store
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.unlike.image_warnings import all_warnings
from cxrstudy.unlike.reference import Reference, known_reference
from cxrstudy.unlike.training_images import TrainingImagesError


@dataclass(frozen=True)
class Warner:
    """Says of images what `cxrstudy predict` says, for several networks at once.

    Attributes
    ----------
    networks
        Networks by arm.
    """

    networks: Mapping[str, TrainedNetwork]
    _references: dict[str, Reference | TrainingImagesError] = field(default_factory=dict)

    def of(self, content: bytes, noted: Noted) -> tuple[Warned, ...]:
        """What is warned of an image.

        Parameters
        ----------
        content
            Content of its file.
        noted
            The image, decoded.
        """
        arms: dict[str, list[str]] = {}
        for arm, network in self.networks.items():
            said = all_warnings(content, noted, network.pixels, self._reference(network))
            for text in dict.fromkeys(one.text for one in said):
                arms.setdefault(text, []).append(arm)
        return tuple(Warned(text, tuple(of)) for text, of in arms.items())

    def _reference(self, network: TrainedNetwork) -> Reference | TrainingImagesError:
        """Learn what its training images have in common, once: they may be many."""
        if network.run not in self._references:
            self._references[network.run] = _reference_of(network.run)
        return self._references[network.run]


def _reference_of(run: str) -> Reference | TrainingImagesError:
    if not run:
        return TrainingImagesError("the network is of no recorded run")
    try:
        return known_reference(store.read(places.runs() / "store", run))
    except store.StoreError as error:  # it was loaded from another place
        return TrainingImagesError(str(error))
