"""State: restores a network after it is explained, whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Set a network to evaluation mode with frozen parameters, and restore it at the end.

    grad-cam sets ``eval`` and never restores it, and may leave hooks after an interruption. Here
    the mode of each module (a frozen batch norm inside a network in training), ``requires_grad`` of
    each parameter, and the hooks are restored, also after exceptions, including
    ``KeyboardInterrupt``. Gradients are not changed. Only one thread at a time may explain a
    network.

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
        # The caller may be in inference mode, which does not allow gradients.
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
