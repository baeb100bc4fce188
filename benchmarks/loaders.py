"""Processor time of our loader beside those of fastai, torchxrayvision and MONAI, in rounds.

    pip install --no-deps --target PEERS monai torchxrayvision
    PYTHONPATH=PEERS CXRSTUDY_DATA=FOLDER python benchmarks/loaders.py

All give the same children's radiographs (JPEG of 224 x 224, cohort kermany), resized, augmented and
in batches of 32, in this process, with one thread. An epoch that is not counted comes first, so
that pixel maps and caches are made. Then each loader gives an epoch in turn, once alone and once
with a training step of the thin ResNet of the quick profile on each batch. The median of the rounds
is written to ``benchmarks/loaders.csv``, one row per loader and size, in milliseconds of processor
time per image. ``times`` is how much longer than ours.

What each does the same, and what not:

================  ================================================================================
ours              the pixel map: decoded and resized once, all runs share it; per batch one
                  rotation, zoom and shift in one interpolation, brightness and contrast
fastai            ``DataBlock`` with ``Resize`` per image and its batch transforms, with our
                  degrees; it decodes and resizes each image in each epoch
torchxrayvision   its ``normalize``, ``XRayCenterCrop`` and ``XRayResizer`` per image, and the
                  random affine map of its examples by torchvision; no brightness, no contrast
MONAI             ``CacheDataset``: decoded and resized once into memory; ``RandAffine`` and
                  ``RandAdjustContrast`` per image
================  ================================================================================
"""

import argparse
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import torch

from cxrstudy.base import device, places
from cxrstudy.base.allocator import keep_freed_memory
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.provenance import checkout
from cxrstudy.study.jobs import squares_of_role
from cxrstudy.study.study import Study
from cxrstudy.training.batches import LIGHTING, ROTATION, TRANSLATION, ZOOM, loaders
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.subset import training_rows
from cxrstudy.training.train import make_repeatable

TABLE = Path(__file__).with_suffix(".csv")
THIN = Start("resnet10t", options=(("channels", (32, 64, 128, 256)),))
BATCH, SIZES = 32, (64, 128, 224)
MEAN, DEVIATION = 0.449, 0.226


def ours(study, files, truth, pixels):
    """Loader of a run."""
    stage = study.stage("target").but(
        pixels=pixels, steps=len(files) // BATCH, validations=1, batch_size=BATCH
    )
    role = study.cohort.role("target")
    maps = squares_of_role(study.cohort, role, pixels)
    model = build(THIN, len(role.labels), 0, None)
    of_role = RolePixels(role.table, maps)
    return loaders(role, of_role, stage, expected_input_of(model), device.kind()).train


def fastai(study, files, truth, pixels):
    """What its documentation shows for images in files."""
    from fastai.vision.all import (
        CategoryBlock,
        DataBlock,
        ImageBlock,
        Normalize,
        PILImageBW,
        Resize,
        ResizeMethod,
        TrainTestSplitter,
        aug_transforms,
    )

    block = DataBlock(
        blocks=(ImageBlock(PILImageBW), CategoryBlock),
        get_x=lambda at: files[at],
        get_y=lambda at: truth[at],
        splitter=TrainTestSplitter(test_size=1 / len(files)),
        item_tfms=Resize(pixels, method=ResizeMethod.Squish),
        batch_tfms=[
            *aug_transforms(
                do_flip=False, max_rotate=ROTATION, max_zoom=ZOOM, max_lighting=LIGHTING,
                max_warp=0.0, p_affine=1.0, p_lighting=1.0,
            ),
            Normalize.from_stats([MEAN], [DEVIATION], cuda=False),
        ],
    )  # fmt: skip
    return block.dataloaders(range(len(files)), bs=BATCH, num_workers=0).train


def torchxrayvision(study, files, truth, pixels):
    """A data set as its own ones are."""
    import torchvision
    import torchxrayvision as xrv
    from skimage.io import imread

    resize = torchvision.transforms.Compose(
        [xrv.datasets.XRayCenterCrop(), xrv.datasets.XRayResizer(pixels)]
    )
    augment = torchvision.transforms.Compose(
        [
            xrv.datasets.ToPILImage(),
            torchvision.transforms.RandomAffine(
                ROTATION, translate=(TRANSLATION, TRANSLATION), scale=(1 / ZOOM, ZOOM)
            ),
            torchvision.transforms.ToTensor(),
        ]
    )

    class Images(torch.utils.data.Dataset):
        def __len__(self):
            return len(files)

        def __getitem__(self, at):
            grey = xrv.datasets.normalize(imread(files[at], as_gray=True), 255)[None]
            return augment(resize(grey)), truth[at]

    return torch.utils.data.DataLoader(Images(), BATCH, shuffle=True, drop_last=True)


def monai(study, files, truth, pixels):
    """What its tutorials show for images that fit into memory."""
    from monai.data import CacheDataset, DataLoader, PILReader
    from monai.transforms import (
        Compose,
        EnsureTyped,
        LoadImaged,
        NormalizeIntensityd,
        RandAdjustContrastd,
        RandAffined,
        Resized,
        ScaleIntensityd,
    )

    change = Compose(
        [
            LoadImaged(
                "image", PILReader(converter=lambda image: image.convert("L")), image_only=True,
                ensure_channel_first=True,
            ),
            Resized("image", (pixels, pixels)),
            ScaleIntensityd("image"),
            NormalizeIntensityd("image", MEAN, DEVIATION),
            EnsureTyped("image"),
            RandAffined(
                "image", prob=1.0, rotate_range=float(np.radians(ROTATION)),
                translate_range=TRANSLATION * pixels, scale_range=ZOOM - 1, padding_mode="zeros",
            ),
            RandAdjustContrastd("image", prob=1.0, gamma=(1 - LIGHTING, 1 + LIGHTING)),
        ]
    )  # fmt: skip
    rows = [{"image": str(file), "label": label} for file, label in zip(files, truth, strict=True)]
    cached = CacheDataset(rows, change, cache_rate=1.0, num_workers=1, progress=False)
    return DataLoader(cached, batch_size=BATCH, shuffle=True, drop_last=True, num_workers=0)


LOADERS = (ours, fastai, torchxrayvision, monai)


def batches_of(loader):
    """Images (32, 1, side, side) and class numbers, as plain tensors."""
    for batch in loader:
        images, truth = batch.values() if isinstance(batch, dict) else batch
        images = torch.as_tensor(np.asarray(images)) if hasattr(images, "affine") else images
        yield images.as_subclass(torch.Tensor).float(), truth.as_subclass(torch.Tensor)


def alone(loader):
    """Processor milliseconds per image of an epoch."""
    began, count = time.process_time(), 0
    for images, _ in batches_of(loader):
        count += len(images)
    return 1000 * (time.process_time() - began) / count


def trained(loader, model):
    """The same, with an optimiser step on each batch."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    began, count = time.process_time(), 0
    for images, truth in batches_of(loader):
        loss = torch.nn.functional.cross_entropy(model(images), truth)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        count += len(images)
    return 1000 * (time.process_time() - began) / count


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=640)
    given = parser.parse_args()
    make_repeatable()
    keep_freed_memory()
    study = Study("quick", "kermany", 1)
    role = study.cohort.role("target")
    rows = training_rows(role, study.stage("target"))[: given.images // BATCH * BATCH]
    files = [places.data() / path for path in role.table["path"].iloc[rows]]
    truth = role.truth[rows].argmax(1).tolist()
    found = []
    for pixels in SIZES:
        made = {way.__name__: way(study, files, truth, pixels) for way in LOADERS}
        model = build(THIN, len(role.labels), 0, None).to(memory_format=torch.channels_last)
        for loader in made.values():
            alone(loader)
        spent = {name: ([], []) for name in made}
        for turn in range(given.rounds):
            for name in np.roll(list(made), turn).tolist():
                spent[name][0].append(alone(made[name]))
                spent[name][1].append(trained(made[name], model))
        own = [median(each) for each in spent["ours"]]
        for name, (loading, training) in spent.items():
            found.append(
                {"loader": name, "pixels": pixels, "images": len(files), "rounds": given.rounds,
                 "loading": round(median(loading), 3), "times": round(median(loading) / own[0], 1),
                 "with_training": round(median(training), 3),
                 "times_with_training": round(median(training) / own[1], 2),
                 "commit": checkout(places.root())[0]}
            )  # fmt: skip
            print(found[-1], flush=True)
        pd.DataFrame(found).to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
