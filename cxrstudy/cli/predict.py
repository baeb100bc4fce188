"""``cxrstudy predict``: apply a run's network to image files. Not for clinical use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base import numbers, places
from cxrstudy.base.rounding import significant
from cxrstudy.base.standard_json import json_text
from cxrstudy.cli.options import Json

if TYPE_CHECKING:  # imported when the command runs
    from cxrstudy.predict.answer import Answer, Prediction
    from cxrstudy.predict.predict import Predictor


def predict_images(
    images: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE...", help="Image files of radiographs, or folders."),
    ],
    run: Annotated[str, typer.Option(metavar="ID", help="First characters of a run's id.")],
    maps: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for maps; default: maps/ID beside the store."),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(help="Label of the maps; default: what is called, or the most probable."),
    ] = None,
    draw: Annotated[bool, typer.Option("--draw/--no-draw", help="Draw maps.")] = True,
    json_wanted: Json = False,
) -> None:
    """Apply the network of a run to images. Not for clinical use.

    PNG, JPEG, TIFF, JPEG 2000 and DICOM files are read. The exit status is 1 if one could not be
    read, or if there was none; the other files are still processed. What lies in a folder and is no
    image, as the index of a hospital's CD, is passed over.
    """
    from cxrstudy.predict.notice import NOTICE
    from cxrstudy.runs.find import find

    if not json_wanted:
        typer.echo(NOTICE)
    records = places.runs() / "store"
    full = find(records, run)  # before PyTorch is imported, which takes seconds
    from cxrstudy.predict.answer import PassedOver, Prediction
    from cxrstudy.predict.predict import make_predictor

    predictor = make_predictor(records, full)
    folder = (maps or places.runs() / "maps" / full[:12]) if draw else None
    answers = []
    if not json_wanted:
        typer.echo(_head(full, predictor))
    for answer in predictor.predict(images, folder, label):
        answers.append(answer)
        if not json_wanted:
            typer.echo(_said(answer, predictor))
    read = [answer for answer in answers if isinstance(answer, Prediction)]
    others = [answer for answer in answers if isinstance(answer, PassedOver)]
    asked = len(answers) - len(others)
    if json_wanted:
        typer.echo(_as_json(full, predictor, answers))
    else:
        passed = f"; {len(others)} are no images" if others else ""
        typer.echo(f"\n{len(read)} of {asked} files could be read{passed}")
    raise typer.Exit(int(len(read) < asked or not read))


def _head(run: str, predictor: Predictor) -> str:
    from cxrstudy.runs.operating_points import otherwise_in_words, point_in_words

    points = [f"  {name}: {point_in_words(point)}" for name, point in predictor.points.items()]
    head = f"\nrun {run[:12]}: an image is positive for a label if its probability is at least"
    below = otherwise_in_words(predictor.network.labels, predictor.points)
    return "\n".join([head, *points, *([f"  {below}"] if below else []), f"  {_alarms()}"])


def _alarms() -> str:
    """How often warnings fall on images that are like the training images."""
    from cxrstudy.unlike.reference import OUTSIDE

    # The view is judged by two measures, so that its alarms are those of one to two.
    one, two = numbers.whole_percent(OUTSIDE), numbers.whole_percent(2 * OUTSIDE)
    return (
        "warnings, of images that are like the training images: "
        f"brightness on about {one}, view on at most about {two}"
    )


def _said(answer: Answer, predictor: Predictor) -> str:
    from cxrstudy.predict.answer import PassedOver, UnreadFile

    if isinstance(answer, PassedOver):
        return f"\n{answer.file}\n  no image: {answer.what}"
    if isinstance(answer, UnreadFile):
        return f"\n{answer.file}\n  could not be read: {answer.code} {answer.reason}"
    width = max(map(len, answer.probabilities))
    words = {True: "positive", False: "negative", None: "no operating point"}
    lines = [
        f"  {name:{width}}  {numbers.level(value, _beside(predictor, name))}  "
        f"{words[answer.positive[name]]}"
        for name, value in answer.probabilities.items()
    ]
    lines += [f"  WARNING {one.code}: {one.text}" for one in answer.warnings]
    lines += [_map_line(answer)] if answer.map else []
    return "\n".join([f"\n{answer.file} ({answer.width} x {answer.height})", *lines])


def _beside(predictor: Predictor, label: str) -> list[float]:
    """The threshold whose side a score must keep, if there is one."""
    point = predictor.points.get(label, "")
    return [] if isinstance(point, str) else [point.threshold]


def _as_json(run: str, predictor: Predictor, answers: list[Answer]) -> str:
    from dataclasses import asdict

    from cxrstudy.predict.answer import PassedOver, Prediction, UnreadFile
    from cxrstudy.predict.notice import NOTICE

    points: dict[str, Any] = {
        name: {"unknown": point} if isinstance(point, str) else asdict(point)
        for name, point in predictor.points.items()
    }
    facts = {
        "notice": NOTICE,
        "run": run,
        "labels": list(predictor.network.labels),
        "operating_points": points,
        "predictions": [one.facts for one in answers if isinstance(one, Prediction)],
        "unread": [one.facts for one in answers if isinstance(one, UnreadFile)],
        "passed_over": [one.facts for one in answers if isinstance(one, PassedOver)],
    }
    # The notice must be on the first line, in JSON as well.
    return json_text(facts).replace("{\n  ", "{", 1)


def _map_line(answer: Prediction) -> str:
    peak = numbers.plain(significant(answer.peak or 0.0, 2))
    said = f"nothing speaks for it (peak {peak})" if answer.holds_nothing else f"peak {peak}"
    return f"  map of {answer.explained}, {said}: {answer.map}"
