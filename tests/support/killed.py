"""Processes to be killed, for tests and benchmarks: ``python killed.py study|jobs FOLDER``.

``study`` runs a small study, pixels included, as a user would. ``jobs`` imports everything once and
then forks, for each line it reads, a process that computes a chain of two stages: that is quick to
start, so that it can be killed often. A line is JSON:

``{"store": FOLDER, "after": SECONDS}``
    Kill it after so long.
``{"store": FOLDER, "event": K}``
    It kills itself at the K-th time that it opens, renames or removes something of its store.
``{"store": FOLDER, "half": PATTERN}``
    It kills itself when it has written half of the first file whose name has that in it.
``{"store": FOLDER, "processes": 2}``
    Two of them at once.

The answer is a line of JSON: ``killed``, ``seconds``, the ids that were ``computed`` in order, and
the ``error`` that ended a process, if any.
"""

import contextlib
import json
import os
import re
import signal
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.project import NETWORK, SIZE, write_cohort, write_profile

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")


def make_project(folder: Path) -> None:
    """Write a profile and a cohort of a few phantoms."""
    write_profile(
        folder / "profiles",
        phantom_patients={"target": 24, "natural_small": 16},
        networks={"made": NETWORK | {"stand_in": "natural_small"}},
        stages={"all": {"all": SIZE | {"steps": 6, "validations": 3}}},
    )
    write_cohort(folder / "data_manifests", roles=("target", "natural_small"))


def run_study(folder: Path, seeds: int) -> None:
    """Run the small study, to the end."""
    from cxrstudy.study.study import Study

    os.environ["CXRSTUDY_PROJECT"] = str(folder)
    study = Study("tiny", "made", seeds)
    target = study.stage("target")
    arms = {"control": study.pretrained >> target, "scratch": study.random_init >> target}
    scores = study.run(arms)
    print("recorded", scores["run"].nunique(), flush=True)


def serve_jobs(folder: Path) -> None:
    """Fork one process per line; see above."""
    jobs = made_jobs(folder)
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        began, log = time.monotonic(), folder / "log"
        log.write_text("")
        children = [fork(jobs, order, log) for _ in range(order.get("processes", 1))]
        statuses = [wait(child, order.get("after")) for child in children]
        seconds = time.monotonic() - began
        killed = any(os.WIFSIGNALED(status) for status in statuses)
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        computed = [line["computed"] for line in lines if "computed" in line]
        error = next((line["error"] for line in lines if "error" in line), None)
        answer = {"killed": killed, "seconds": seconds, "computed": computed, "error": error}
        print(json.dumps(answer), flush=True)


def fork(jobs: list[dict], order: dict, log: Path) -> int:
    """Start a process that computes the jobs; its id."""
    child = os.fork()
    if child == 0:
        compute([job | {"records": Path(order["store"])} for job in jobs], order, log)
    return child


def made_jobs(folder: Path) -> list[dict]:
    """The chain general → target, as what makes its jobs."""
    import torch

    from cxrstudy.runs import computation  # noqa: F401 (imported once, for all that are forked)
    from cxrstudy.runs.record import id_of
    from cxrstudy.training.chain import Chain
    from tests.support.builders import STAGE, TINY, make_role

    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    made = [make_role(folder, name="general", seed=1, images=40), make_role(folder, images=40)]
    jobs, chain, parent = [], Chain(TINY), None
    for member in made:
        stage = STAGE.but(roles=(member.role.name,), steps=6, validations=3, mixup=0.3)
        chain = chain >> stage
        identity = {
            "stage": asdict(stage),
            "start": None if parent else asdict(chain.start),
            "parent": parent,
            "data": [member.role.fingerprint],
        }
        parent = id_of(identity)
        jobs.append({
            "id": parent, "identity": identity, "chain": chain, "role": member.role,
            "scored_on": (), "cohort": "made", "copies": "", "maps": member.maps,
        })  # fmt: skip
    return jobs


def compute(jobs: list[dict], order: dict, log: Path) -> None:
    """Compute jobs with a checkpoint an epoch, then end; or be killed on the way."""
    from cxrstudy.runs import computation, run

    def note(**what):
        with log.open("a") as stream:
            stream.write(json.dumps(what) + "\n")

    def noting(job, really=run._execute):
        note(computed=job.id)
        really(job)

    computation.Checkpoint = partial(computation.Checkpoint, every=0)
    run._execute = noting
    if "event" in order:
        die_at(order["event"], order["store"])
    if "half" in order:
        die_half_way(order["half"])
    try:
        for job in jobs:
            run.execute(run.Job(**job))
    except Exception as error:
        note(error=f"{type(error).__name__}: {error}")
    finally:
        os._exit(0)


def die_at(event: int, store: str) -> None:
    """Kill this process at the so many-th thing that it does to its store."""
    left = [event]

    def hook(name: str, arguments: tuple) -> None:
        if name in EVENTS and arguments and store in str(arguments[0]):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def die_half_way(pattern: str) -> None:
    """Kill this process in the middle of writing a file whose name has that in it."""

    def halving(write):
        def half(path, content, *arguments, **options):
            if not re.search(pattern, path.name):
                return write(path, content, *arguments, **options)
            write(path, content[: len(content) // 2], *arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)
            return None

        return half

    Path.write_bytes, Path.write_text = halving(Path.write_bytes), halving(Path.write_text)


def wait(child: int, seconds: float | None) -> int:
    """Wait for a process, no longer than so many seconds; its status."""
    end = time.monotonic() + (3600 if seconds is None else seconds)
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return status
        if time.monotonic() > end:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)[1]
        time.sleep(0.005)


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "jobs":
        serve_jobs(where)
    else:
        run_study(where, seeds=int(sys.argv[3]))
