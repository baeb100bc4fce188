"""Programme: a trained network as a list of steps, which a page can compute without a library.

The network is traced, batch norms are folded into the convolutions before them, and what does
nothing when a network is asked is left out. Only the steps of a residual network are known: another
one is refused by the name of what it does besides.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

Floats = NDArray[np.float32]


class ProgrammeError(ValueError):
    """A network can't be computed in a page; the message names what it does besides."""


@dataclass(frozen=True)
class Window:
    """Side, stride and padding of what slides over an image."""

    side: int = 1
    stride: int = 1
    padding: int = 0


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a programme.

    Attributes
    ----------
    does
        ``image``, ``conv``, ``relu``, ``max``, ``mean``, ``add``, ``pool`` or ``linear``.
    of
        Numbers of the steps whose results it takes; step 0 is the normalised image.
    shape
        Channels, height and width of its result.
    window
        Of a convolution or of a local maximum or mean.
    weight, bias
        (outputs, inputs, side, side) and (outputs,), of a convolution or a linear step.
    """

    does: str
    of: tuple[int, ...]
    shape: tuple[int, int, int]
    window: Window = field(default_factory=Window)
    weight: Floats | None = None
    bias: Floats | None = None


def programme_of(model: nn.Module, channels: int, pixels: int) -> list[Step]:
    """Write a network as steps; the result of the last one is its logits.

    Parameters
    ----------
    model
        (n, channels, pixels, pixels) normalised images to (n, k) logits.
    channels, pixels
        Channels and side of its input.

    Raises
    ------
    ProgrammeError
        It can't be traced, or does something that no step does.
    """
    model = model.eval()
    try:
        traced = fx.symbolic_trace(model)
    except Exception as error:  # whatever the code of a network raises when it is traced
        raise ProgrammeError(f"the network can't be traced: {error}") from None
    ShapeProp(traced).propagate(torch.zeros(1, channels, pixels, pixels))
    writer = _Writer(dict(traced.named_modules()))
    for node in traced.graph.nodes:
        writer.write(node)
    return writer.steps


class _Writer:
    """Steps so far, and which of them holds the result of a node."""

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        self.modules = modules
        self.steps: list[Step] = []
        self._at: dict[fx.Node, int] = {}

    def write(self, node: fx.Node) -> None:
        if node.op == "output":
            return
        if node.op == "placeholder" and not self.steps:
            self._add(node, "image", ())
        elif node.op == "call_function" and node.target in (operator.add, operator.iadd):
            self._add(node, "add", node.args)
        elif node.op == "call_module":
            self._write_module(node, self.modules[str(node.target)])
        else:
            raise ProgrammeError(f"no step does what {node.name} does ({node.target})")

    def _write_module(self, node: fx.Node, module: nn.Module) -> None:
        match module:
            case nn.Identity() | nn.Dropout() | nn.Flatten():
                self._at[node] = self._at[_source(node)]
            case nn.Conv2d():
                weight, bias = _convolution(node, module)
                self._add(node, "conv", node.args, window_of(node, module), weight, bias)
            case nn.BatchNorm2d():
                self._fold(node, module)
            case nn.ReLU():
                self._add(node, "relu", node.args)
            case nn.MaxPool2d():
                self._add(node, "max", node.args, window_of(node, module))
            case nn.AvgPool2d(padding=0 | (0, 0)):
                self._add(node, "mean", node.args, window_of(node, module))
            case nn.AdaptiveAvgPool2d(output_size=1 | (1, 1)):
                self._add(node, "pool", node.args)
            case nn.Linear():
                weight = _numbers(module.weight)[:, :, None, None]
                self._add(node, "linear", node.args, None, weight, _bias(module, len(weight)))
            case _:
                raise ProgrammeError(f"no step does what {node.target} does ({module})")

    def _fold(self, node: fx.Node, norm: nn.BatchNorm2d) -> None:
        """A batch norm of a trained network is a factor and an addend of every channel."""
        number = self._at[_source(node)]
        before = self.steps[number]
        if before.does != "conv" or len(_source(node).users) > 1 or norm.running_var is None:
            raise ProgrammeError(f"{node.target} does not follow a convolution of its own")
        assert before.weight is not None
        assert before.bias is not None
        assert norm.running_mean is not None
        factor = _numbers((norm.running_var + norm.eps).rsqrt())
        if norm.affine:
            factor = factor * _numbers(norm.weight)
        addend = _numbers(norm.bias) if norm.affine else np.zeros_like(factor)
        weight = before.weight * factor[:, None, None, None]
        bias = (before.bias - _numbers(norm.running_mean)) * factor + addend
        self.steps[number] = Step("conv", before.of, before.shape, before.window, weight, bias)
        self._at[node] = number

    def _add(
        self,
        node: fx.Node,
        does: str,
        of: tuple[Any, ...],
        window: Window | None = None,
        weight: Floats | None = None,
        bias: Floats | None = None,
    ) -> None:
        if not all(isinstance(each, fx.Node) for each in of):
            raise ProgrammeError(f"{node.name} takes a number beside images; no step does")
        inputs = tuple(self._at[each] for each in of)
        self._at[node] = len(self.steps)
        self.steps.append(Step(does, inputs, _shape(node), window or Window(), weight, bias))


def _source(node: fx.Node) -> fx.Node:
    source = node.args[0]
    assert isinstance(source, fx.Node)
    return source


def _shape(node: fx.Node) -> tuple[int, int, int]:
    _, channels, *sides = node.meta["tensor_meta"].shape
    if len(sides) not in (0, 2):
        raise ProgrammeError(f"{node.name} gives neither images nor a list of numbers")
    height, width = sides or (1, 1)
    return int(channels), int(height), int(width)


def window_of(node: fx.Node, module: nn.Module) -> Window:
    """Window of a module that slides over an image.

    Raises
    ------
    ProgrammeError
        It is not square, or has holes or groups.
    """
    facts: Any = module
    pairs = [_pair(getattr(facts, name)) for name in ("kernel_size", "stride", "padding")]
    holes = _pair(getattr(facts, "dilation", 1)) != (1, 1) or getattr(facts, "groups", 1) != 1
    if holes or any(one != other for one, other in pairs):
        raise ProgrammeError(f"{node.target} is not a plain square window ({module})")
    return Window(*(one for one, _ in pairs))


def _pair(value: Any) -> tuple[Any, Any]:
    return value if isinstance(value, tuple) else (value, value)


def _convolution(node: fx.Node, module: nn.Conv2d) -> tuple[Floats, Floats]:
    if module.padding_mode != "zeros" or isinstance(module.padding, str):
        raise ProgrammeError(f"{node.target} does not pad with zeros ({module})")
    return _numbers(module.weight), _bias(module, module.out_channels)


def _bias(module: nn.Conv2d | nn.Linear, outputs: int) -> Floats:
    return np.zeros(outputs, np.float32) if module.bias is None else _numbers(module.bias)


def _numbers(values: Tensor) -> Floats:
    return values.detach().cpu().numpy().astype(np.float32)
