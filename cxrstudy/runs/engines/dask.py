"""Dask engine: the workers of a Dask scheduler, on any machine.

Dask assigns runs to workers. If a worker dies, Dask gives its run to another one.
"""

from collections.abc import Collection, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from cxrstudy.runs import lock
from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.run import Job
from cxrstudy.runs.worker import Needs, complaints, needs_of

#: Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 30


@contextmanager
def cluster(address: str, jobs: Collection[Job]) -> Iterator[Executor]:
    """Workers of a Dask scheduler, after a check that each can execute the jobs.

    Parameters
    ----------
    address
        ``HOST:PORT``, ``tcp://HOST:PORT``, ``tls://HOST:PORT``, or a scheduler file, ``*.json``.
    jobs
        The jobs to compute.

    Raises
    ------
    EngineError
        Dask is not installed, no scheduler answers, it has no worker, or a worker does not have a
        folder, the code or the versions of the plan; the message names worker and folder.
    """
    needs = needs_of(jobs)
    with _client(address) as client:
        workers = _workers(client, address, len(jobs))
        with ExitStack() as held:  # locks of the planner that workers try, to see if they reach
            probes = [held.enter_context(lock.probe(folder)) for folder in sorted(needs.folders)]
            _refuse_unfit(client, replace(needs, held=frozenset(probes)))
        # If some workers offer a GPU, runs go there, one per GPU.
        with_gpu = any(worker["resources"].get("GPU") for worker in workers.values())
        options = {"resources": {"GPU": 1}} if with_gpu else {}
        executor = client.get_executor(**options)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)  # drops jobs that have not begun, after an error


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise EngineError("Dask is not installed; pip install 'cxrstudy[dask]'") from None
    try:
        if address.endswith(".json"):
            return Client(scheduler_file=address, timeout=PATIENCE)
        return Client(address if "://" in address else f"tcp://{address}", timeout=PATIENCE)
    except (OSError, ValueError) as error:  # of distributed: also no such host, no such file
        raise EngineError(
            f"no Dask scheduler answers at {address}; start one with `dask scheduler` ({error})"
        ) from None


def _workers(client: Any, address: str, jobs: int) -> dict[str, Any]:
    """Facts of each worker. A run needs a process of its own: random state is per process.

    A cluster that adapts starts workers only when there is work, so some small tasks come first.
    """
    tasks = [client.submit(int, number, pure=False) for number in range(max(1, jobs))]
    try:
        tasks[0].result(timeout=PATIENCE)
    except TimeoutError:
        raise EngineError(
            f"the Dask scheduler at {address} was given {len(tasks)} tasks, but after {PATIENCE} s "
            "it has no worker; start one on each host with "
            f"`dask worker {address} --nworkers CORES --nthreads 1 --preload-nanny cxrstudy`"
        ) from None
    finally:
        client.cancel(tasks)
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    several = [name for name, worker in workers.items() if worker["nthreads"] > 1]
    if several:
        raise EngineError(
            f"Dask worker {several[0]} has several threads; start it with --nthreads 1, and "
            "--nworkers for more processes"
        )
    return workers


def _refuse_unfit(client: Any, needs: Needs) -> None:
    answers = client.run(complaints, needs, on_error="return")
    said = [
        f"{name}: {answer if isinstance(answer, Exception) else '; '.join(answer)}"
        for name, answer in answers.items()
        if isinstance(answer, Exception) or answer
    ]
    if said:
        raise EngineError("Dask workers that can't execute the plan:\n" + "\n".join(said))
