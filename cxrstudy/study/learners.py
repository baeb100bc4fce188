"""Learners: the training of a stage in fastai's own words, to look at and to change.

The worker of a run calls the same functions, so that a ``Learner`` from here, trained as its stage
says, has the weights of the recorded run.
"""

from typing import TYPE_CHECKING, Any

from cxrstudy.base import device
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs import engine, no_result, store
from cxrstudy.runs.outcome import FailedParentError
from cxrstudy.runs.plan import make_plan
from cxrstudy.runs.record import BACKBONE
from cxrstudy.study.jobs import make_jobs, squares_of_role
from cxrstudy.training.backbone import read_weights
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.model import build, create, expected_input_of
from cxrstudy.training.stage import Stage
from cxrstudy.training.train import make_learner, make_repeatable
from cxrstudy.training.weight_files import obtain

if TYPE_CHECKING:
    from cxrstudy.study.study import Study


def dataloaders(study: "Study", stage: Stage, start: Start) -> RadiographLoaders:
    """Loaders of a stage, normalised as the network of a start needs it."""
    role = study.cohort.role(*stage.roles)
    maps = squares_of_role(study.cohort, role, stage.pixels)
    return RadiographLoaders.of_stage(
        role,
        RolePixels(role.table, maps, stage.visible),
        stage,
        expected_input_of(create(start, len(role.labels))),
        device.kind(),
    )


def learner(study: "Study", chain: Chain, seed: int) -> Any:
    """``Learner`` of the last stage of a chain; see :meth:`cxrstudy.study.study.Study.learner`."""
    make_repeatable()
    stage = chain.stages[-1].but(seed=seed)
    batches = dataloaders(study, stage, chain.start)
    backbone = _backbone(study, Chain(chain.start, chain.stages[:-1]), seed)
    model = build(chain.start, batches.c, stage.drawn_with, backbone)
    return make_learner(model, batches, stage)


def _backbone(study: "Study", parents: Chain, seed: int) -> Any:
    """Weights of the earlier stages; None if there are none. Trains them if they are missing.

    Raises
    ------
    FailedParentError
        One of them has no result.
    """
    if not parents.stages:
        return None
    obtain([parents.start])
    plan = make_plan({"parents": parents}, seed + 1, study.cohort)
    missing = [run for run in plan.missing(study.records) if run.chain.stages[-1].seed == seed]
    engine.compute(make_jobs(study.cohort, missing, study.records))
    run = plan.ends["parents", seed]
    if why := no_result.why_not_run(run, plan.without_result(study.records), study.records):
        raise FailedParentError(why)
    return read_weights(store.checked(study.records, run, BACKBONE))
