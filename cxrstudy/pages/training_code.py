"""Training code: fastai's code that trains an arm, with the arm's own values filled in."""

import html
import re
from collections.abc import Hashable
from dataclasses import fields
from typing import Any

from cxrstudy.base import device
from cxrstudy.base.words import arm_shown
from cxrstudy.pages.html import HTML
from cxrstudy.study.arms import Arms
from cxrstudy.training.chain import Chain
from cxrstudy.training.stage import Stage

_BEGINNING = """\
import torch
from fastai.vision.all import SGD, Adam, Learner, MixUp, partial
{own}
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain, Start{expects}
from cxrstudy.training.layers import layer_groups
from cxrstudy.training.loss import loss_of
from cxrstudy.training.parts import bit_schedule
from cxrstudy.training.reproducible import Reproducible
from cxrstudy.training.stage import Stage

study = Study({profile!r}, {cohort!r}, {seeds})
"""

_LEARNER = """\
dls = study.dataloaders(chain, seed={seed})
# timm's network, with the weights of the stages before, which are trained if they are missing.
model = study.learner(chain, seed={seed}).model
learn = Learner(
    dls, model, loss_func=loss_of(dls.train_ds.task), opt_func={optimiser},
    splitter=layer_groups, wd={decay}, cbs=[{callbacks}],
){precision}
{fit}

"""

_RECIPE = """\
# The recipe {recipe} is in {module}.py, in the folder of the notebooks or beside this one.
learn = study.learner(chain, seed={seed})
model, dls = learn.model, learn.dls
learn.schedule(learn)

"""

_SCORES = """\
model.to(memory_format=torch.contiguous_format)
role = study.cohort.role(*stage.roles)
tested = role.table.iloc[role.rows("test")]
scores, truth = learn.get_preds(dl=dls.test_dl(tested, bs=128))
"""

#: A name in code.
NAME = re.compile(r"\w+")

_OWN = "\nfrom cxrstudy.base.own_function import own_function"
_EXPECTS = "\nfrom cxrstudy.training.expected_input import ExpectedInput"


def code_of(arms: Arms, arm: Hashable, seed: int = 0) -> str:
    """Code that trains an arm and scores its test images, to copy into an empty notebook.

    A test executes it and compares its weights and scores with those of the recorded run.

    Examples
    --------
    >>> code_of(arms, "control").splitlines()[1]  # arms as in a chapter
    'from fastai.vision.all import Adam, Learner'
    """
    study, chain = arms.study, arms[arm]
    stage = chain.stages[-1].but(seed=seed)
    own = _OWN if chain.start.function or any(each.recipe for each in chain.stages) else ""
    expects = _EXPECTS if chain.start.expects else ""
    one_cycle = stage.schedule == "one-cycle"
    mixing = f", MixUp({stage.mixup!r})" if stage.mixup else ""
    beginning = _BEGINNING.format(
        own=own,
        expects=expects,
        profile=study.profile.profile,
        cohort=study.cohort.name,
        seeds=max(study.seeds, seed + 1),
    )
    if stage.recipe:
        learner = _RECIPE.format(seed=seed, recipe=stage.recipe, module=stage.recipe.module)
        return _with_used_imports(beginning, [*_chain_lines(chain, seed), learner + _SCORES])
    learner = _LEARNER.format(
        seed=seed,
        optimiser="Adam" if one_cycle else "partial(SGD, mom=0.9)",
        decay=stage.weight_decay if one_cycle else 0.0,
        callbacks=f"Reproducible({stage.drawn_with}){mixing}",
        precision=".to_bf16()" if device.kind() == "cuda" else "",
        fit=f"learn.fit_one_cycle({stage.validations}, lr_max={stage.learning_rate!r})"
        if one_cycle
        else f"learn.fit({stage.validations}, cbs=[bit_schedule(dls, stage)])",
    )
    return _with_used_imports(beginning, [*_chain_lines(chain, seed), learner + _SCORES])


def _with_used_imports(beginning: str, others: list[str]) -> str:
    """The whole code, whose imports are those that it uses."""
    lines = beginning.splitlines()
    used = set(
        NAME.findall("\n".join([*(each for each in lines if "import " not in each), *others]))
    )
    kept = [_only(line, used) for line in lines]
    return "\n".join([*(line for line in kept if line is not None), "", *others])


def _only(line: str, used: set[str]) -> str | None:
    """An import of the names that are used; None if none is. Other lines stay."""
    source, is_import, names = line.partition(" import ")
    if not is_import:
        return line
    kept = [name for name in names.split(", ") if name in used]
    return f"{source} import {', '.join(kept)}" if kept else None


def training_code(arms: Arms, seed: int = 0) -> HTML:
    """Show the code that trains each arm, behind one toggle per arm.

    Examples
    --------
    >>> training_code(arms)  # arms as in a chapter
    <HTML>
    """
    shown = [
        f"<details><summary>{html.escape(arm_shown(arm))}</summary>"
        f"<pre><code>{html.escape(code_of(arms, arm, seed))}</code></pre></details>"
        for arm in arms
    ]
    summary = "The fastai code that trains the arms of this page"
    return HTML(
        f'<details class="study-code"><summary>{summary}</summary>{"".join(shown)}</details>'
    )


def _chain_lines(chain: Chain, seed: int) -> list[str]:
    stages = [_written(stage.but(seed=seed)) for stage in chain.stages]
    before = "".join(f"\n    {stage}," for stage in stages[:-1])
    start = chain.start
    values = f"{start.architecture!r}, {start.weights!r}, {start.options!r}"
    if start.expects:
        values += f", {start.expects!r}"
    if start.function:
        values += f", function={start.function!r}"
    return [
        f"stage = {stages[-1]}",
        f"chain = Chain(Start({values}), ({before}\n    stage,\n))",
    ]


def _written(stage: Stage) -> str:
    """Write a stage as code, without the values that are those of any stage."""
    plain = Stage(roles=stage.roles)
    given: dict[str, Any] = {each.name: getattr(stage, each.name) for each in fields(stage)}
    changed = {
        name: value
        for name, value in given.items()
        if name in ("roles", "seed") or value != getattr(plain, name)
    }
    return f"Stage({', '.join(f'{name}={value!r}' for name, value in changed.items())})"
