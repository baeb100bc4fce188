"""Data loaders: fastai's ``DataLoaders`` of radiographs, for a study's stages and without a study.

Files are decoded once into a memory map, as for every stage of a study. Batches are read from it
and augmented as a whole. Whole patients are in one split. An image is never mirrored.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from fastai.data.core import DataLoaders
from fastai.data.transforms import Normalize

from cxrstudy.base import places
from cxrstudy.data.manifest import read_manifest, truth
from cxrstudy.data.role import Role, Task
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.training import interpretation, own_images
from cxrstudy.training.batches import RowLoader, loaders, target_tensor
from cxrstudy.training.expected_input import GREY_IMAGENET, ExpectedInput
from cxrstudy.training.images import RadiographDataset
from cxrstudy.training.own_images import LoaderError
from cxrstudy.training.stage import Stage

interpretation.install()


class RadiographLoaders(DataLoaders):
    """fastai's ``DataLoaders``, whose ``test_dl`` reads radiographs.

    An epoch of a study's stage is the part of its steps between two validations. Without a study,
    an epoch is as many full batches as the training images fill.

    Examples
    --------
    >>> from cxrstudy.study.study import Study
    >>> study = Study("quick", "phantom", seeds=1)
    >>> dls = study.dataloaders(study.stage("target"), seed=0)  # doctest: +SKIP
    >>> dls.show_batch()  # doctest: +SKIP
    """

    @classmethod
    def of_stage(
        cls,
        role: Role,
        pixels: RolePixels,
        stage: Stage,
        expects: ExpectedInput = GREY_IMAGENET,
        device: str = "cpu",
    ) -> Self:
        """Loaders of a stage; see :func:`cxrstudy.training.batches.loaders`."""
        made = loaders(role, pixels, stage, expects, device)
        return cls(*made.loaders, device=device)

    @classmethod
    def from_manifest(
        cls, path: str | Path, folder: str | Path | None = None, **options: Any
    ) -> Self:
        """Loaders of a manifest with its card, with the manifest's own splits.

        Parameters
        ----------
        path
            CSV file of the manifest (:mod:`cxrstudy.data.manifest`).
        folder
            Folder of the images; by default the data folder (``CXRSTUDY_DATA``).
        **options
            ``pixels``, ``bs``, ``seed``, ``device``; see :meth:`from_df`.
        """
        manifest = read_manifest(Path(path))
        table, labels = manifest.included, manifest.card.labels
        known = truth(table["labels"], labels, labels)
        exclusive = bool(((known == 1).sum(1) == 1).all()) and len(labels) > 1
        task: Task = "multiclass" if exclusive else "multilabel"
        known = np.nan_to_num(known) if exclusive else known
        role = own_images.role_of(table, Path(path).stem, task, labels, known)
        return cls._of_role(role, Path(folder) if folder else places.data(), **options)

    @classmethod
    def from_csv(cls, path: str | Path, csv: str | Path = "labels.csv", **options: Any) -> Self:
        """Loaders of a table of labels in a folder of images; see :meth:`from_df`.

        Parameters
        ----------
        path
            Folder of the images.
        csv
            Name of the table, relative to the folder.
        """
        table = pd.read_csv(Path(path) / csv, dtype=str, keep_default_na=False)
        return cls.from_df(table, path, **options)

    @classmethod
    def from_df(
        cls,
        table: pd.DataFrame,
        path: str | Path = ".",
        fn_col: str = "path",
        label_col: str | Sequence[str] = "labels",
        label_delim: str | None = None,
        patient_col: str | None = "patient",
        valid_col: str | None = None,
        valid_pct: float = 0.2,
        **options: Any,
    ) -> Self:
        """Loaders of a table of files and labels.

        Parameters
        ----------
        table
            One row per image.
        path
            Folder of the images.
        fn_col
            Column with the files' names, relative to the folder.
        label_col
            Column with the name of the class; or with several labels, joined by `label_delim`,
            where ``?name`` is an unknown label; or a list of columns with 1 (present), 0 (absent),
            and -1 or nothing (unknown).
        label_delim
            Separator of several labels in a cell.
        patient_col
            Column with the patient's name. None if every image is of another patient.
        valid_col
            Column that is 1 or true for images to validate on; a patient is never in both parts.
        valid_pct
            Fraction of the patients to validate on, if there is no such column.
        **options
            ``pixels`` (side of the images, 224), ``bs`` (64), ``seed`` (0, of the split and of
            the order), ``device``.

        Raises
        ------
        LoaderError
            A column, a patient or a label is missing or ambiguous; the message says what to write.
        """
        seed = int(options.get("seed", 0))
        files = own_images.files_of(table, Path(path), fn_col)
        who = own_images.patients_of(table, patient_col)
        labelled = own_images.labels_of(table, label_col, label_delim)
        held_out = own_images.held_out(table, who, valid_col, valid_pct, seed)
        rows = own_images.rows_of(files, Path(path), who, held_out)
        return cls._of_role(own_images.role_of(rows, "own", *labelled), Path(path), **options)

    @classmethod
    def from_folder(
        cls, path: str | Path, patient: str | None, valid_pct: float = 0.2, **options: Any
    ) -> Self:
        """Loaders of a folder with one sub-folder per class.

        Parameters
        ----------
        path
            Folder. If it has the sub-folders ``train`` and ``valid``, these hold those of classes.
        patient
            Regular expression whose first group is the patient in a file's name, as ``(.+)_`` for
            ``0042_1.png``. None if every image is of another patient.
        valid_pct, **options
            See :meth:`from_df`.
        """
        table, given = own_images.table_of_folder(Path(path), patient)
        return cls.from_df(
            table, path, valid_col="valid" if given else None, valid_pct=valid_pct, **options
        )

    @classmethod
    def _of_role(
        cls,
        role: Role,
        folder: Path,
        pixels: int = 224,
        bs: int = 64,
        seed: int = 0,
        device: str = "cpu",
    ) -> Self:
        steps = max(1, math.ceil(len(role.rows("train")) / bs))
        stage = Stage(
            (role.name,), pixels=pixels, steps=steps, batch_size=bs, validations=1, seed=seed
        )
        read = own_images.pixels_of(role.table, pixels, folder, "whole")
        return cls.of_stage(role, read, stage, device=device)

    def test_dl(
        self,
        test_items: Any,
        rm_type_tfms: Any = None,
        with_labels: bool = False,
        **options: Any,
    ) -> RowLoader:
        """Loader of other images, without augmentation, in their order.

        Parameters
        ----------
        test_items
            A folder; a list of files; a table with a column ``path`` (and ``labels``, joined by
            ``|``, if `with_labels` is set); or rows of ``dls.items``.
        rm_type_tfms
            As in fastai; there are no such transforms here.
        with_labels
            Whether the table has labels.
        **options
            ``bs`` and other settings of a loader.

        Raises
        ------
        LoaderError
            The items are something else, or there are no labels.
        UnreadableImage
            A file can't be read; the message names it.
        """
        options.pop("process", None)  # of tables; fastai's interpretations give it
        own = self.valid.dataset
        made = _own_rows(own, test_items) if isinstance(test_items, pd.DataFrame) else None
        if made is None:
            made = _of_files(own, test_items, with_labels)
        loader: RowLoader = self.valid.new(made, **options)
        return loader

    def normalise(self, expects: ExpectedInput) -> None:
        """Normalise as a network's initial weights expect it."""
        for loader in self.loaders:
            steps = [
                *(each for each in loader.after_batch.fs if not isinstance(each, Normalize)),
                Normalize.from_stats(list(expects.mean), list(expects.deviation), cuda=False),
            ]
            loader.after_batch = type(loader.after_batch)(steps)
            if hasattr(loader, "plain"):
                loader.plain = [loader.plain[0], steps[-1]]
            loader.to(loader.device)


def _own_rows(own: RadiographDataset, table: pd.DataFrame) -> RadiographDataset | None:
    """Images of the loaders themselves, as interpretations ask for; None if they are others."""
    if "id" not in table or not set(table.index) <= set(own.table.index):
        return None
    if not (own.table.loc[table.index, "id"] == table["id"]).all():
        return None
    rows = own.table.index.get_indexer(table.index)
    return _with(own, own.table, rows, own.pixels, own.truth)


def _of_files(own: RadiographDataset, items: Any, with_labels: bool) -> RadiographDataset:
    """Images of files: of a folder, a list or a table."""
    table = items if isinstance(items, pd.DataFrame) else None
    if with_labels and (table is None or "labels" not in table):
        raise LoaderError(
            "test_dl(with_labels=True) needs a table with the columns path and labels"
        )
    files = own_images.listed(items)
    rows = own_images.rows_of(files, Path(), [str(file) for file in files], [True] * len(files))
    pixels = own_images.pixels_of(rows, own.side, Path(), own.visible)
    known = None
    if with_labels and table is not None:
        cells = table["labels"].astype(str)
        own_images.check_names(cells, own.labels)
        known = target_tensor(truth(cells, own.labels, own.labels), own.task)
    return _with(own, rows, np.arange(len(rows)), pixels, known)


def _with(
    own: RadiographDataset, table: pd.DataFrame, rows: Any, pixels: Any, known: Any
) -> RadiographDataset:
    return RadiographDataset(
        own.task, own.labels, own.side, own.visible, table, rows, pixels, known
    )
