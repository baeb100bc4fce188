"""Dask engine: the workers of a Dask scheduler, wherever they are.

Dask decides which worker computes what, and gives the work of a worker that has died to another.
"""

from collections.abc import Collection, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.run import Job
from cxrstudy.runs.worker import complaints, needs_of

#: Seconds that a scheduler has to answer, and its first worker to be there.
PATIENCE = 30


@contextmanager
def cluster(address: str, jobs: Collection[Job]) -> Iterator[Executor]:
    """Workers of a Dask scheduler, after each said that it can execute the jobs.

    Parameters
    ----------
    address
        ``HOST:PORT``, ``tcp://HOST:PORT``, ``tls://HOST:PORT``, or a scheduler's file, ``*.json``.
    jobs
        What will be computed.

    Raises
    ------
    EngineError
        Dask is not installed, no scheduler answers, it has no worker, or a worker lacks a folder,
        the code or the versions of the plan; the message names worker and folder.
    """
    with _client(address) as client:
        workers = _workers(client, address)
        _refuse_unfit(client, jobs)
        # Where some workers offer a GPU, runs go there, one a GPU.
        with_gpu = any(worker["resources"].get("GPU") for worker in workers.values())
        options = {"resources": {"GPU": 1}} if with_gpu else {}
        executor = client.get_executor(**options)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)  # all is done, or what has not begun is dropped


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


def _workers(client: Any, address: str) -> dict[str, Any]:
    """Facts of each worker; a run needs a process of its own, since its random state is global."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise EngineError(
            f"the Dask scheduler at {address} has no worker; start one on each host with "
            f"`dask worker {address} --nworkers CORES --nthreads 1`"
        ) from None
    workers: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    several = [name for name, worker in workers.items() if worker["nthreads"] > 1]
    if several:
        raise EngineError(
            f"Dask worker {several[0]} has several threads; start it with --nthreads 1, and "
            "--nworkers for more processes"
        )
    return workers


def _refuse_unfit(client: Any, jobs: Collection[Job]) -> None:
    answers = client.run(complaints, needs_of(jobs), on_error="return")
    said = [
        f"{name}: {answer if isinstance(answer, Exception) else '; '.join(answer)}"
        for name, answer in answers.items()
        if isinstance(answer, Exception) or answer
    ]
    if said:
        raise EngineError("Dask workers that can't take part:\n" + "\n".join(said))
