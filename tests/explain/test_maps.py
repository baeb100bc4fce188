"""Maps equal the closed forms; any of timm's families, any mode, any head."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from pytorch_grad_cam import ScoreCAM
from torch import nn

from cxrstudy.explain import METHODS, Cells, ExplainError, heatmaps, relative, upsample
from cxrstudy.explain.score_weighting import QuietScoreCAM
from tests.support.networks import FAMILIES, Flattened, Pooled, family, noise
from tests.support.some import some

FAST = [name for name, method in METHODS.items() if not method.slow]
SLOW = [name for name, method in METHODS.items() if method.slow]


@pytest.fixture
def deterministic() -> Iterator[None]:
    torch.use_deterministic_algorithms(True)
    yield
    torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("method", ["gradcam", "hirescam"])
@pytest.mark.parametrize("label", [0, 1, 2])
def test_on_a_pooled_network_is_the_class_activation_map(method: str, label: int) -> None:
    # Zhou et al. 2016: sum of w_k A_k; gradients are w_k / (h w) at every cell.
    model, images = Pooled(), noise()
    expected = (model.weights(label) * model.cells(images)).sum(1) / 64
    made = heatmaps(model, images, label, method, "act")
    np.testing.assert_allclose(made, np.maximum(expected, 0), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("shrink", [1.0, 1e-4])
def test_gradcam_plus_plus_in_closed_form(shrink: float) -> None:
    # With a constant gradient g, alpha is 1 / (2 + g S), S the channel's sum, and a channel's
    # weight h w max(g, 0) alpha. Small gradients must not drown in a library's epsilon.
    model, images = Pooled(), noise()
    with torch.no_grad():
        model.head.weight.mul_(shrink)
    cells, slopes = model.cells(images), model.weights(1) / 64
    alpha = 1 / (2 + slopes * cells.sum((2, 3), keepdims=True))
    expected = (64 * np.maximum(slopes, 0) * alpha * cells).sum(1)
    made = heatmaps(model, images, 1, "gradcam++", "act")
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-9)


def test_layercam_in_closed_form() -> None:
    model, images = Pooled(), noise()
    expected = (np.maximum(model.weights(2), 0) * model.cells(images)).sum(1) / 64
    made = heatmaps(model, images, 2, "layercam", "act")
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("channels_at_once", [2, 32])
def test_ablationcam_in_closed_form_also_of_a_negative_score(
    channels_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxrstudy.explain.maps.CHANNELS", channels_at_once)
    # Without channel k the score falls by w_k times the channel's mean.
    model, images = Pooled(), noise()
    with torch.no_grad():
        model.head.bias.fill_(-100)
    cells = model.cells(images)
    falls = model.weights(0) * cells.mean((2, 3), keepdims=True)
    made = heatmaps(model, images, 0, "ablationcam", "act")
    np.testing.assert_allclose(made, np.maximum((falls * cells).sum(1), 0), rtol=1e-2, atol=1e-5)


def test_scorecam_by_its_formula() -> None:
    model, images = Pooled(), noise()
    cells = torch.from_numpy(model.cells(images))
    low, high = cells.amin((2, 3), keepdim=True), cells.amax((2, 3), keepdim=True)
    masks = (cells - low) / (high - low + 1e-8)
    with torch.no_grad():
        scores = torch.stack([model(images * masks[:, [k]])[:, 1] for k in range(5)], 1)
    expected = (scores.softmax(1)[:, :, None, None] * cells).sum(1)
    made = heatmaps(model, images, 1, "scorecam", "act")
    np.testing.assert_allclose(made, expected.numpy(), rtol=1e-4)


def test_scorecam_weighs_as_grad_cam_does_and_leaves_its_bar_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, images = family("resnet10t", 3), noise(2, 64)
    cells = np.abs(np.random.default_rng(0).normal(size=(2, 20, 4, 4))).astype(np.float32)
    targets = [lambda logits: logits[1]] * 2
    found = []
    for kind in (QuietScoreCAM, ScoreCAM):
        cam = kind(model, [model.layer4], None)
        found.append(cam.get_cam_weights(images, model.layer4, targets, cells, None))
        said = capsys.readouterr().err
        assert bool(said) == (kind is ScoreCAM)
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("layer", ["act", "conv"])
def test_hirescam_and_gradcam_on_a_flattened_network(layer: str) -> None:
    # "conv" is followed by an activation in place, which must not change what was kept.
    model, images = Flattened(), noise(side=6)
    with torch.no_grad():
        before = model.conv(images)
    weights = model.head.weight[1].detach().view(1, 4, 6, 6)
    cells = before.clamp(min=0) if layer == "act" else before
    slopes = weights if layer == "act" else weights * (before > 0)
    hires = (slopes * cells).sum(1).clamp(min=0).numpy()
    np.testing.assert_allclose(heatmaps(model, images, 1, "hirescam", layer), hires, atol=1e-6)
    mean = slopes.expand_as(cells).mean((2, 3), keepdim=True)
    grad = (mean * cells).sum(1).clamp(min=0).numpy()
    np.testing.assert_allclose(heatmaps(model, images, 1, "gradcam", layer), grad, atol=1e-6)


@pytest.mark.usefixtures("deterministic")
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_and_method_at_the_default_layer(name: str) -> None:
    model, images = family(name), noise(2, 64)
    for method in some(METHODS if name == "resnet10t" else FAST):
        maps = heatmaps(model, images, 1, method)
        assert maps.shape[0] == 2
        assert maps.shape[1] == maps.shape[2] >= 2
        assert maps.dtype == np.float32
        assert maps.min() >= 0


@pytest.mark.parametrize("method", SLOW)
@pytest.mark.parametrize("name", ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"])
def test_slow_methods_of_other_layouts(name: str, method: str) -> None:
    assert np.isfinite(heatmaps(family(name), noise(1, 64), 0, method)).all()


def test_tokens_become_the_grid_they_were_cut_from() -> None:
    # The gradient of a patch token's feature, by hand, at its place in the image.
    model, images = family("vit_tiny_patch16_224"), noise(1, 64)
    kept: list[torch.Tensor] = []
    handle = model.blocks[-1].norm1.register_forward_hook(
        lambda layer, inputs, output: kept.append(output) or output.retain_grad()
    )
    model.eval()(images)[0, 1].backward()
    handle.remove()
    product = (kept[0].grad * kept[0]).sum(2)[0, 1:].reshape(4, 4).clamp(min=0)
    made = heatmaps(model, images, 1, "hirescam")
    np.testing.assert_allclose(made[0], product.detach().numpy(), atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_batch_and_single_image_agree_and_frozen_layers_do_not_matter(method: str) -> None:
    model, images = family("resnet10t"), noise(3, 64)
    whole = heatmaps(model, images, 2, method, "layer2")
    single = heatmaps(model, images[1], 2, method, "layer2")
    np.testing.assert_allclose(single[0], whole[1], rtol=1e-3, atol=1e-6)
    model.requires_grad_(False)
    np.testing.assert_array_equal(heatmaps(model, images, 2, method, "layer2"), whole)
    with torch.inference_mode():
        np.testing.assert_array_equal(heatmaps(model, noise(3, 64), 2, method, "layer2"), whole)
    model.train()
    np.testing.assert_array_equal(heatmaps(model, images.numpy(), 2, method, "layer2"), whole)


def test_head_with_one_logit() -> None:
    model, images = Pooled(outputs=1), noise()
    expected = (model.weights(0) * model.cells(images)).sum(1) / 64
    made = heatmaps(model, images, 0, layer="act")
    np.testing.assert_allclose(made, np.maximum(expected, 0), rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label": 3}, "no label 3"),
        ({"label": -1}, "no label -1"),
        ({"method": "lime"}, "choose one of gradcam"),
        ({"layer": "layer9"}, "choose one of act1, layer1"),
        ({"layer": ""}, "choose one of act1, layer1"),
        ({"layer": "fc"}, "has no grid to make a map of; choose one of act1"),
        ({"layer": "global_pool.flatten"}, "has no grid"),
        ({"images": noise(1, 64).byte()}, "floating-point"),
        ({"images": noise(1, 64)[:0]}, "n at least 1"),
    ],
)
def test_errors_name_what_is_legal(arguments: dict[str, object], message: str) -> None:
    model = family("resnet10t")
    given = {"images": noise(1, 64), "label": 0} | arguments
    with pytest.raises(ExplainError, match=message):
        heatmaps(model, **given)


def test_a_layer_that_runs_twice_is_refused() -> None:
    class Twice(Pooled):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.head(self.act(self.act(self.conv(images))).mean((2, 3)))
            return logits

    with pytest.raises(ExplainError, match="runs 2 times"):
        heatmaps(Twice(), noise(), 0, layer="act")


def test_a_layer_without_part_in_the_scores_is_refused() -> None:
    class Idle(Pooled):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            self.act(images)
            logits: torch.Tensor = self.head(self.conv(images).mean((2, 3)))
            return logits

    with pytest.raises(ExplainError, match="no part in the scores"):
        heatmaps(Idle(), noise(), 0, layer="act")


@pytest.mark.parametrize("method", METHODS)
def test_progress_grows_to_one(method: str, capfd: pytest.CaptureFixture[str]) -> None:
    shares: list[float] = []
    heatmaps(family("resnet10t"), noise(2, 64), 0, method, report=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert shares[0] >= 0
    assert len(shares) > 3 or not METHODS[method].slow
    assert capfd.readouterr().err == ""  # no bar of a library's own


@pytest.mark.parametrize("method", METHODS)
def test_report_cancels(method: str) -> None:
    class Cancelled(Exception):
        pass

    def stop(share: float) -> None:
        raise Cancelled

    model = family("resnet10t")
    with pytest.raises(Cancelled):
        heatmaps(model, noise(2, 64), 0, method, report=stop)
    assert all(not module._forward_hooks for module in some(model.modules()))


def test_relative_keeps_zero_maps() -> None:
    maps = np.stack([np.zeros((2, 2)), np.array([[0, 2], [4, 1]])]).astype(np.float32)
    made = relative(maps)
    assert made[0].max() == 0
    np.testing.assert_array_equal(made[1], maps[1] / 4)


def test_upsample_keeps_places() -> None:
    maps = np.zeros((1, 4, 4), np.float32)
    maps[0, 1, 2] = 1
    large = upsample(maps, 64, Cells.even((4, 4), 64))
    assert large.shape == (1, 64, 64)
    rows, columns = np.nonzero(large[0] == large.max())
    assert (rows.mean(), columns.mean()) == (23.5, 39.5)


def test_untyped_network_falls_back_to_its_convolutions() -> None:
    assert heatmaps(Pooled(), noise(), 0).shape == (3, 8, 8)
    with pytest.raises(ExplainError, match="no layer with a grid"):
        heatmaps(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), noise(), 0)


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
@pytest.mark.parametrize("method", METHODS)
def test_what_is_not_finite_is_refused(method: str, value: float) -> None:
    images = noise(1, 64)
    images[0, 0, 5, 5] = value
    with pytest.raises(ExplainError, match="not finite"):
        heatmaps(family("resnet10t"), images, 0, method)


def test_read_only_arrays() -> None:
    images = np.broadcast_to(noise(1).numpy(), (2, 1, 8, 8))
    maps = heatmaps(Pooled(), images, 0)
    np.testing.assert_array_equal(maps[0], maps[1])
    even = Cells.even((8, 8), 16)
    assert upsample(np.broadcast_to(maps[0], (2, 8, 8)), 16, even).shape == (2, 16, 16)


def test_threads_that_explain_one_network_at_once_get_the_maps_of_one_alone() -> None:
    # Two explorers over one run, a cell beside them, another label and layer each.
    model = family("resnet10t")
    jobs = [(noise(seed), label, layer) for seed in (1, 2) for label in (0, 1)
            for layer in ("layer1", "layer2")]  # fmt: skip
    alone = [heatmaps(model, *job[:2], layer=job[2]) for job in jobs]
    with ThreadPoolExecutor(len(jobs)) as threads:
        asked = [threads.submit(heatmaps, model, *job[:2], layer=job[2]) for job in jobs * 4]
        made = [one.result() for one in asked]
    for got, expected in some(zip(made, alone * 4, strict=True)):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("method", FAST)
def test_images_are_brought_to_the_networks_own_type(method: str) -> None:
    # As they are to its device, which is the same call; a GPU is not needed to see it.
    model, images = Pooled(), noise()
    expected = heatmaps(model, images, 1, method, "act")
    made = heatmaps(model.double(), images, 1, method, "act")
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-6)
