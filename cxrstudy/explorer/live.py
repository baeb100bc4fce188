"""Live: the explorer as a widget that requests images and maps from Python.

A widget may be shown several times; each view has a name of its own, and every message carries it.

Messages from a view, as JSON: ``show`` (its number, a case, and one part per arm), ``cancel``,
``ping``, ``thumbnails`` of cases, ``part`` of a file (with a buffer), ``drop`` of a file, and
``close``. Answers: ``answer`` (the image, its maps and all that is said of it, at once, with all
that was asked), ``progress``, ``failed``, ``alive``, ``thumbnails``, and of files ``received``,
``scoring``, ``added`` and ``refused``. The front end's side of this is ``assets/messages.js``.

The images of the gallery are scored in a thread of their own, so that the widget can say how far it
is; the catalogue is empty until all are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anywidget
import traitlets

from cxrstudy.explorer import frontend
from cxrstudy.explorer.answers import Explainer, low_maps
from cxrstudy.explorer.build import Tell, read_all, unseen_case_of
from cxrstudy.explorer.case import MapKey, as_address
from cxrstudy.explorer.catalogue import live_catalogue
from cxrstudy.explorer.encode import encode_image
from cxrstudy.explorer.gallery import Item
from cxrstudy.explorer.map_worker import MapWorker, Report
from cxrstudy.explorer.upload import Arrivals, UploadError, item_of, read_upload
from cxrstudy.explorer.upload_warnings import Warner
from cxrstudy.runs.network import TrainedNetwork

_REPORT_EVERY = 0.1  # seconds; enough for a progress bar
#: A live map is computed for one image, and shown at the full resolution of its layer.
_FINEST = 64
#: So many thumbnails are sent in one message, of about 60 kB.
_AT_ONCE = 40

Message = Mapping[str, Any]


class Explorer(anywidget.AnyWidget):
    """The live explorer; made by :func:`cxrstudy.explorer.explore`.

    Parameters
    ----------
    networks
        Networks by arm.
    items
        The images of the gallery.
    explain
        Computes the maps.
    title
        Title above the explorer and for screen readers.
    choice
        What is shown first, as the attribute of this name of another explorer says it.
    """

    _esm = frontend.script()
    _css = frontend.style()
    #: Empty until the images are scored.
    catalogue: traitlets.Dict[Any, Any] = traitlets.Dict().tag(sync=True)
    #: How far the images of the gallery are scored: ``share`` and ``text``; or ``error``.
    scoring: traitlets.Dict[Any, Any] = traitlets.Dict().tag(sync=True)
    #: Cases of uploaded images; a view that is opened later offers them too.
    uploads: traitlets.List[Any] = traitlets.List().tag(sync=True)
    #: What a view has chosen last; a view that is opened later begins with it.
    choice: traitlets.Dict[Any, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        networks: Mapping[str, TrainedNetwork],
        items: Sequence[Item],
        explain: Explainer,
        title: str,
        choice: Mapping[str, Any] | None = None,
    ) -> None:
        # One at a time and in order; decoding is no reason to end the map of a view.
        self._reader = ThreadPoolExecutor(1, "upload")
        self._workers: dict[str, MapWorker] = {}
        super().__init__(
            scoring={"share": 0, "text": "the images are read"}, choice={**(choice or {})}
        )
        self._networks, self._explain, self._title = dict(networks), explain, title
        self._warner = Warner(self._networks)
        self._items: dict[str, Item] = {}
        self._said: dict[str, dict[str, Any]] = {}
        self._small: dict[str, bytes] = {}
        self._scored = self._reader.submit(self._score, items)
        self._maps: dict[tuple[str, str, MapKey], list[Any]] = {}
        self._arrivals = Arrivals()
        self._reads: dict[str, int] = {}  # by file that is being read: its number of bytes
        self._hears = {
            "show": self._hear_show, "cancel": self._hear_cancel, "close": self._hear_close,
            "ping": self._hear_ping, "part": self._hear_part, "drop": self._hear_drop,
            "thumbnails": self._hear_thumbnails,
        }  # fmt: skip
        self.on_msg(self._hear)

    def wait(self) -> Explorer:
        """Wait until the images of the gallery are scored, for those who read what is said of them.

        Raises
        ------
        UnreadableImage
            An image can't be read; the message names its path. The widget says it too.
        """
        self._scored.result()
        return self

    def close(self) -> None:
        """End all work and remove the widget."""
        for worker in self._workers.values():
            worker.cancel()
        self._reader.shutdown(wait=False, cancel_futures=True)
        super().close()

    def _hear(self, _: Any, message: dict[str, Any], buffers: Sequence[Any]) -> None:
        try:
            self._hears[message["kind"]](message, buffers)
        except (Exception, KeyboardInterrupt) as error:  # users do not see the kernel's log
            self._fail(message, error)

    def _hear_show(self, message: Message, _: Sequence[Any]) -> None:
        worker = self._workers.setdefault(message["view"], MapWorker())
        worker.submit(
            lambda report: self._show(message, report), lambda error: self._fail(message, error)
        )

    def _hear_cancel(self, message: Message, _: Sequence[Any]) -> None:
        if message["view"] in self._workers:
            self._workers[message["view"]].cancel()

    def _hear_close(self, message: Message, _: Sequence[Any]) -> None:
        if message["view"] in self._workers:
            self._workers.pop(message["view"]).cancel()

    def _hear_ping(self, message: Message, _: Sequence[Any]) -> None:
        worker, file = self._workers.get(message["view"]), message.get("upload")
        arrived = self._reads[file] if file in self._reads else self._arrivals.arrived(file)
        self._say(
            "alive", message, works=worker is not None and worker.works,
            upload=file, until=message.get("until"), arrived=arrived,
        )  # fmt: skip

    def _hear_thumbnails(self, message: Message, _: Sequence[Any]) -> None:
        wanted = [name for name in message["cases"] if name in self._small]
        for few in (wanted[at : at + _AT_ONCE] for at in range(0, len(wanted), _AT_ONCE)):
            self._say(
                "thumbnails", message, thumbnails={n: as_address(self._small[n]) for n in few}
            )

    def _hear_drop(self, message: Message, _: Sequence[Any]) -> None:
        self._arrivals.drop(message["upload"])

    def _hear_part(self, message: Message, buffers: Sequence[Any]) -> None:
        place = message["name"], message["size"], message["offset"]
        content = self._arrivals.add(message["upload"], *place, bytes(buffers[0]))
        arrived = message["offset"] + len(buffers[0])
        self._say("received", message, upload=message["upload"], offset=arrived)
        if content is not None:
            self._reads[message["upload"]] = len(content)
            self._reader.submit(self._read, message, content)

    def _show(self, message: Message, report: Report) -> None:
        """Compute what is missing, then send the image with everything that is said of it."""
        if message["case"] not in self._items:
            raise ValueError(f"no image {message['case']!r} here")
        item, parts = self._items[message["case"]], message["parts"]
        picture = as_address(encode_image(item.picture.shown()))
        maps = []
        for number, part in enumerate(parts):
            share = self._progress(message, number, len(parts), report)
            key = MapKey(part["method"], part["layer"], part["label"])
            maps.append(self._map(part["arm"], item, key, share))
        report(1)  # raises if it was cancelled meanwhile
        self._say(
            "answer", message, case=item.id, parts=parts, about=self._said[item.id],
            image=picture, outline=item.picture.outline(), maps=maps,
        )  # fmt: skip

    def _map(self, arm: str, item: Item, key: MapKey, report: Report) -> list[Any]:
        """Compute a map once; maps are small and are kept in memory."""
        place = arm, item.id, key
        if place not in self._maps:
            network = self._networks[arm]
            squares = item.picture.square(network.pixels)[None]
            (low,) = low_maps(network, self._explain, squares, key, report, _FINEST)
            self._maps[place] = low.written
        return self._maps[place]

    def _progress(self, message: Message, number: int, parts: int, report: Report) -> Report:
        """Report the progress of one part as a fraction of the whole request, not too often."""
        said = time.monotonic()

        def share_of_part(share: float) -> None:
            nonlocal said
            report(share)
            if time.monotonic() - said >= _REPORT_EVERY:
                said = time.monotonic()
                self._say("progress", message, share=(number + share) / parts)

        return share_of_part

    def _score(self, items: Sequence[Item]) -> None:
        """Score the gallery, then offer all of it at once."""
        try:
            said, small = read_all(self._networks, items, _seldom(self._tell_scoring))
            cases = [unseen_case_of(*each) for each in zip(items, said, strict=True)]
            catalogue = live_catalogue(self._networks, self._explain, cases, self._title)
        except Exception as error:  # nobody who looks at the widget sees the kernel's log
            self.scoring = {"error": f"The images could not be scored: {error}"}
            raise
        self._items |= {item.id: item for item in items}
        self._said |= {case.id: case.written for case in cases}
        self._small |= {item.id: image for item, image in zip(items, small, strict=True)}
        self.scoring = {}
        self.catalogue = catalogue

    def _tell_scoring(self, share: float, text: str) -> None:
        self.scoring = {"share": round(share, 3), "text": text}

    def _read(self, message: Message, content: bytes) -> None:
        self._answer_file(message, content)
        self._reads.pop(message["upload"], None)  # only when the answer is on its way

    def _answer_file(self, message: Message, content: bytes) -> None:
        try:
            noted = read_upload(message["name"], content)
            item = item_of(message["name"], noted, len(self.uploads) + 1)
            tell = self._tells_of(message)
            (readings,), (small,) = read_all(self._networks, [item], tell)
            tell(1, "compared with the training images")
            warnings = self._warner.of(content, noted)
        except Exception as error:  # any error of a network is shown to the user
            return self._fail(message, error)
        written = unseen_case_of(item, readings, warnings).written
        self._items[item.id], self._said[item.id] = item, written
        self._small[item.id] = small
        self.uploads = [*self.uploads, written]
        self._say("added", message, upload=message["upload"], case=written)

    def _tells_of(self, message: Message) -> Tell:
        """Tell a view how far its file is scored."""
        return lambda share, text: self._say(
            "scoring", message, upload=message["upload"], share=share, text=text
        )

    def _say(self, kind: str, message: Message, **content: Any) -> None:
        """Answer a message: to its view, and with its number if it has one."""
        number = {"number": message["number"]} if "number" in message else {}
        self.send({"kind": kind, "view": message.get("view"), **number, **content})

    def _fail(self, message: Message, error: BaseException) -> None:
        if "upload" in message:
            text = _in_words(error, f"{message.get('name', 'The file')} can't be used")
            return self._say("refused", message, upload=message["upload"], text=text)
        return self._say("failed", message, text=_in_words(error, "that did not work"))


def _seldom(tell: Tell) -> Tell:
    """Tell the first time, and then not too often."""
    said = -_REPORT_EVERY

    def told(share: float, text: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _REPORT_EVERY:
            said = time.monotonic()
            tell(share, text)

    return told


def _in_words(error: BaseException, what: str) -> str:
    if isinstance(error, UploadError):
        return str(error)
    return f"{what}: {error} ({type(error).__name__})."
