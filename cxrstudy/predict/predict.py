"""Predict: apply a recorded run's network to image files. Not for clinical use.

For a file that can't be read the answer is the reason; the other files are still processed. What
lies in a folder and is no image is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cxrstudy.explain import pointing_layer
from cxrstudy.explorer.answers import Explainer, low_maps, reading
from cxrstudy.explorer.case import Case, MapKey, Reading
from cxrstudy.explorer.encode import encode_image
from cxrstudy.explorer.gallery import Decoded
from cxrstudy.explorer.still import still
from cxrstudy.pixels import decode
from cxrstudy.pixels.grey import CODES, Grey, Noted, UnreadableImage
from cxrstudy.pixels.memory import read_start
from cxrstudy.pixels.sniff import no_image
from cxrstudy.predict.answer import Answer, PassedOver, Prediction, UnreadFile
from cxrstudy.runs import store
from cxrstudy.runs.network import TrainedNetwork, load_network
from cxrstudy.runs.operating_points import Points, operating_points_of
from cxrstudy.runs.scores import read_scores
from cxrstudy.unlike.image_warnings import all_warnings
from cxrstudy.unlike.reference import Reference, known_reference
from cxrstudy.unlike.training_images import TrainingImagesError

#: Method of the maps.
METHOD = "gradcam"


class PredictError(ValueError):
    """A label is unknown, or a map can't be written; the message says what to do."""


@dataclass(frozen=True)
class Predictor:
    """A run's network, ready for prediction.

    Attributes
    ----------
    network
        Network of the run.
    layer
        Layer of the maps.
    points
        Operating point by label, or the reason why there is none; of classes, of the last only.
    reference
        Statistics of its training images, or the reason why they are not known.
    """

    network: TrainedNetwork
    layer: str
    points: Points
    reference: Reference | TrainingImagesError

    def predict(
        self, paths: Sequence[Path], maps: Path | None = None, label: str | None = None
    ) -> Iterator[Answer]:
        """Yield the answer for each file in turn.

        Parameters
        ----------
        paths
            Files, or folders of files; see :func:`files_of`.
        maps
            Folder for the maps; created if missing. None: no map is drawn.
        label
            Label of the maps; None: for each image the one that it is called, or else its most
            probable label.

        Raises
        ------
        PredictError
            The network has no such label, or a map can't be written.
        """
        if label is not None and label not in self.network.labels:
            known = ", ".join(self.network.labels)
            raise PredictError(f"the run knows no label {label!r}; it knows {known}")
        return (self._answer(file, file in paths, maps, label) for file in files_of(paths))

    def _answer(self, file: Path, given: bool, maps: Path | None, label: str | None) -> Answer:
        try:
            if file.is_dir():
                raise UnreadableImage("PIX001", file, "the folder holds no file")
            if not given and (what := no_image(read_start(file), file)):
                return PassedOver(file, what)
            content = decode.read_file(file)
            noted = decode.decode_noted(content, file)
        except UnreadableImage as error:
            if error.code == "PIX009" and not given:
                return PassedOver(file, error.detail)
            return UnreadFile(file, error.code, _reason(error))
        except MemoryError:
            return UnreadFile(file, "PIX010", "too large: it doesn't fit into memory")
        return self._say(file, content, noted, maps, label)

    def _say(
        self, file: Path, content: bytes, noted: Noted, maps: Path | None, label: str | None
    ) -> Prediction:
        network, grey = self.network, noted.grey
        square = decode.fit(grey, network.pixels)
        read = reading(network, self.points, network.probabilities(square[None])[0], {})
        explained = label or read.shown
        drawn, peak = None, None
        if maps is not None:
            drawn, peak = self._draw(
                grey, square, read, explained, maps / map_name(content, explained)
            )
        return Prediction(
            file=file,
            width=grey.shape[1],
            height=grey.shape[0],
            probabilities=read.probabilities,
            positive=read.positive,
            warnings=all_warnings(content, noted, network.pixels, self.reference),
            explained=explained,
            map=drawn,
            peak=peak,
        )

    def _draw(
        self, grey: Grey, square: Grey, read: Reading, label: str, path: Path
    ) -> tuple[Path, float]:
        """Draw the image, and beside it the same with the map of a label; return the map's peak."""
        key = MapKey(METHOD, self.layer, label)
        (low,) = low_maps(self.network, Explainer(), square[None], key)
        # By default the figure shows the map of what is called; here there is no other map.
        shown = Reading(read.probabilities, read.positive, None, {key: low})
        image = encode_image(Decoded(grey).shown())
        case = Case(path.stem, image, None, {}, None, {"run": shown})
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(still(case, "PNG"))
        except OSError as error:
            raise PredictError(f"{path}: {error.strerror}; name another folder for maps") from None
        return path, low.peak


def make_predictor(records: Path, run: str) -> Predictor:
    """Load the network of a run for prediction.

    Raises
    ------
    StoreError
        The run is not recorded, or one of its files is missing or altered.
    """
    record, network = store.read(records, run), load_network(records, run)
    return Predictor(
        network,
        pointing_layer(network.model, network.pixels),
        operating_points_of(record, read_scores(records, run)),
        known_reference(record),
    )


def map_name(content: bytes, label: str) -> str:
    """Name of the file of a map, made of the image's content: its own may hold a patient's name.

    Examples
    --------
    >>> map_name(b"an image", "covid19")
    'a5df3fde7b200c3f-covid19.png'
    """
    return f"{sha256(content).hexdigest()[:16]}-{label}.png"


def files_of(paths: Sequence[Path]) -> list[Path]:
    """The given files, and all files in the given folders at any depth, sorted by name.

    File name extensions are ignored, since DICOM files often have none; hidden files are skipped. A
    folder without files, and a missing file, stay in the list, so that they get an answer.
    """
    found: list[Path] = []
    for path in paths:
        found += (_files_in(path) or [path]) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def _files_in(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        path
        for path in found
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _reason(error: UnreadableImage) -> str:
    what, advice = CODES[error.code]
    said = f"{what}: {error.detail}"
    # The rest of the advice is about rows of a manifest.
    return f"{said}. {advice}" if error.code == "PIX007" else said
