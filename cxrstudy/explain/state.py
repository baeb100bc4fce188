"""State: a network is left as it was found, whatever happens while it is explained."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Put a network into evaluation mode with frozen parameters, and everything back at the end.

    grad-cam sets ``eval`` and never restores it, and may leave hooks behind when it is interrupted.
    Put back are each module's own mode (a frozen batch norm inside a network that trains), each
    parameter's ``requires_grad``, and the hooks; gradients are not touched. Also after exceptions,
    ``KeyboardInterrupt`` included. One thread at a time may explain a network.

    Parameters
    ----------
    model
        A network.
    """
    modes = [(module, module.training) for module in model.modules()]
    flags = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    hooks = [(module, name, set(getattr(module, name))) for module, _ in modes for name in _HOOKS]
    try:
        model.eval()
        model.requires_grad_(False)
        # A caller may be in inference mode, in which nothing can be differentiated.
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        for module, name, known in hooks:
            for number in set(getattr(module, name)) - known:
                del getattr(module, name)[number]
        for parameter, flag in flags:
            parameter.requires_grad_(flag)
        for module, mode in modes:
            module.training = mode
