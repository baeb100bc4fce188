"""Dask: scheduler and workers as processes over TCP; what they lack, what their death costs."""

import os
import shutil
import subprocess
import threading
import time
from dataclasses import replace

import pytest

pytest.importorskip("distributed")

import dask.config
from distributed import Client, LocalCluster

from cxrstudy.runs import engine, lock, store
from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.engines import dask as dask_engine
from cxrstudy.runs.record import BACKBONE, EPOCHS, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role
from tests.support.hosts import PATIENCE, hosts
from tests.support.some import some

LONG = STAGE.but(steps=60, validations=2)

#: A scheduler and its workers are processes that import much.
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    # The scheduler's own patience is for people; here much else is going on.
    monkeypatch.setattr(dask_engine, "PATIENCE", PATIENCE)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("shared"), images=40)


def jobs_in(records, made):
    """Four runs: one, two that follow it, and one that needs none of them."""
    first = make_job(Chain(TINY) >> LONG, made.role, made.maps, records)
    others = [
        make_job(
            first.chain >> LONG.but(learning_rate=rate), made.role, made.maps, records, first.id
        )
        for rate in (0.01, 0.02)
    ]
    alone = make_job(Chain(TINY) >> LONG.but(seed=1), made.role, made.maps, records)
    return {job.id: job for job in (first, *others, alone)}


def compute(address, jobs, monkeypatch):
    monkeypatch.setenv(engine.VARIABLE, f"dask:{address}")
    engine.compute(jobs)


def bits(records, run):
    files = store.read(records, run).files
    return [files[name] for name in (SCORES, EPOCHS, BACKBONE)]


def busy(client):
    """Names of the workers that compute something, by the scheduler."""
    known = client.scheduler_info(n_workers=-1)["workers"]
    return [known[at]["name"] for at, tasks in client.processing().items() if tasks and at in known]


def wait_until(happens):
    ends = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.02)


# --- What is refused at once --------------------------------------------------------------------


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The processes of a cluster: a scheduler, and whatever tests add."""
    with hosts(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="module")
def scheduler(running):
    """The address of a scheduler."""
    return running.scheduler()


def test_no_scheduler_and_no_worker_are_said_with_what_to_start(
    scheduler, tmp_path, made, monkeypatch
):
    monkeypatch.setattr(dask_engine, "PATIENCE", 1)
    jobs = jobs_in(tmp_path / "store", made)
    with pytest.raises(
        EngineError, match=r"no Dask scheduler answers at 127\.0\.0\.1:9; start one"
    ):
        compute("127.0.0.1:9", jobs, monkeypatch)
    monkeypatch.setattr(dask_engine, "PATIENCE", 3)
    with pytest.raises(EngineError, match=rf"no worker; .*`dask worker {scheduler} --nworkers"):
        compute(scheduler, jobs, monkeypatch)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_with_certificates_only_who_has_one_is_let_in(tmp_path, made, monkeypatch):
    """As the manual says it, in variables that Dask reads itself."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=cxrstudy", "-keyout", key, "-out", cert], check=True, capture_output=True,
    )  # fmt: skip
    before = "DASK_DISTRIBUTED__COMM__"
    monkeypatch.setenv(f"{before}REQUIRE_ENCRYPTION", "true")
    monkeypatch.setenv(f"{before}TLS__CA_FILE", str(cert))
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        monkeypatch.setenv(f"{before}TLS__{who}__CERT", str(cert))
        monkeypatch.setenv(f"{before}TLS__{who}__KEY", str(key))
    with hosts(tmp_path) as running:
        address = running.scheduler("tls://127.0.0.1")
        assert address.startswith("tls://")
        running.worker("one", address)
        monkeypatch.setattr(dask_engine, "PATIENCE", 3)
        with pytest.raises(EngineError, match="no Dask scheduler answers"):
            compute(address.removeprefix("tls://"), jobs_in(tmp_path / "store", made), monkeypatch)
        monkeypatch.setattr(dask_engine, "PATIENCE", PATIENCE)
        try:
            dask.config.refresh()
            with dask_engine.cluster(address, []) as executor:
                assert executor.submit(abs, -3).result(PATIENCE) == 3
        finally:
            monkeypatch.undo()
            dask.config.refresh()


def test_a_cluster_that_starts_workers_when_there_is_work_is_used():
    with (
        LocalCluster(
            n_workers=0, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as adaptive,
        Client(adaptive, timeout=PATIENCE) as client,
    ):
        adaptive.adapt(minimum=0, maximum=1, interval="50ms")
        found = dask_engine._workers(client, adaptive.scheduler_address, 2)
        assert len(found) == 1


@pytest.fixture(scope="module")
def cluster(running, scheduler):
    """The scheduler's address, and a worker that is fit."""
    running.worker("fit", scheduler)
    with Client(scheduler, timeout=PATIENCE) as client:
        client.wait_for_workers(1, timeout=PATIENCE)
    return scheduler, running


def test_a_worker_that_does_not_see_the_shared_folder_says_so_and_names_it(
    cluster, tmp_path, made, monkeypatch
):
    address, _ = cluster
    elsewhere = dict.fromkeys(made.maps, tmp_path / "pixels" / "unshared.npy")
    job = replace(next(iter(jobs_in(tmp_path / "store", made).values())), maps=elsewhere)
    with pytest.raises(EngineError) as error:
        compute(address, {job.id: job}, monkeypatch)
    said = str(error.value)
    assert f"does not find unshared.npy in the shared folder {tmp_path / 'pixels'}" in said
    assert "tcp://127.0.0.1:" in said
    assert not (tmp_path / "store").exists()


def test_a_worker_with_other_code_is_refused_and_the_module_named(
    cluster, tmp_path, made, monkeypatch
):
    address, _ = cluster
    job = next(iter(jobs_in(tmp_path / "store", made).values()))
    other = replace(job, code={"training.train": "0" * 64})
    with pytest.raises(EngineError, match=r"differs from the plan in the code of training\.train"):
        compute(address, {job.id: other}, monkeypatch)


def test_a_worker_with_several_threads_is_refused(cluster, tmp_path, made, monkeypatch):
    address, running = cluster
    running.worker("threads", address, "--nthreads", "2")
    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
    try:
        with pytest.raises(EngineError, match="has several threads; start it with --nthreads 1"):
            compute(address, jobs_in(tmp_path / "store", made), monkeypatch)
    finally:
        running.kill("threads")


def test_a_recipe_reaches_a_worker_without_its_file(cluster, tmp_path, made, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_recipe.py").write_text(
        "from own_helper import GAMMA\nfrom fastai.losses import FocalLossFlat\n\n\n"
        "def change(parts):\n    return parts.but(loss=FocalLossFlat(gamma=GAMMA))\n"
    )
    (tmp_path / "own_helper.py").write_text("GAMMA = 3.0\n")
    chain = Chain(TINY) >> LONG.but(recipe="own_recipe:change")
    for name in ("own_recipe.py", "own_helper.py"):
        (tmp_path / name).unlink()
    here, there = (
        make_job(chain, made.role, made.maps, tmp_path / name / "store")
        for name in ("here", "there")
    )
    (tmp_path / "there").mkdir()
    execute(here)
    compute(cluster[0], {there.id: there}, monkeypatch)
    assert here.id == there.id
    assert bits(here.records, here.id) == bits(there.records, there.id)


def test_runs_go_to_the_workers_that_offer_a_gpu(cluster, tmp_path, made, monkeypatch):
    """The GPU is a made one: what is tested is who gets the runs, one at a time."""
    address, running = cluster
    running.worker("gpu", address, "--nthreads", "1", "--resources", "GPU=1")
    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
    try:
        jobs = jobs_in(tmp_path / "store", made)
        with dask_engine.cluster(address, jobs.values()) as executor:
            pids = {executor.submit(os.getpid).result(PATIENCE) for _ in range(4)}
    finally:
        running.kill("gpu")
    assert pids == {running.processes["gpu"].pid}


# --- What is computed ---------------------------------------------------------------------------


def test_a_worker_that_is_killed_costs_nothing_but_its_time(cluster, tmp_path, made, monkeypatch):
    records = tmp_path / "store"
    jobs = jobs_in(records, made)
    address, running = cluster
    running.worker("mortal", address)
    with Client(address, timeout=PATIENCE) as client:
        client.wait_for_workers(2, timeout=PATIENCE)
        ended = in_thread(compute, address, jobs, monkeypatch)
        wait_until(lambda: len(lock.running(records)) == 2)  # both workers train
        assert sorted(busy(client)) == ["fit", "mortal"]
        assert not any(store.has(records, run) for run in jobs)
        running.kill("mortal")
        ended()
        wait_until(lambda: len(client.scheduler_info()["workers"]) == 1)
    assert sorted(path.name for path in records.iterdir()) == sorted(jobs)  # and nothing unfinished
    for job in some(jobs_in(tmp_path / "here", made).values()):
        execute(job)
        assert bits(records, job.id) == bits(tmp_path / "here", job.id)


def in_thread(work, *arguments):
    """Start work; what is returned waits for its end and raises its error."""
    errors = []

    def note():
        try:
            work(*arguments)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=note)
    thread.start()

    def ended():
        thread.join(PATIENCE)
        assert not thread.is_alive()
        if errors:
            raise errors[0]

    return ended


# --- Another host -------------------------------------------------------------------------------


@pytest.fixture
def network():
    """A host with an address that only this one reaches: a network namespace, and what is in it."""
    space, net = "cxr-other", "10.77.1"
    try:
        ip("netns", "add", space)
        ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
        ip("addr", "add", f"{net}.1/24", "dev", space)
        ip("link", "set", space, "up")
        ip("-n", space, "addr", "add", f"{net}.2/24", "dev", "eth0")
        ip("-n", space, "link", "set", "eth0", "up")
        ip("-n", space, "link", "set", "lo", "up")
        yield ("ip", "netns", "exec", space), f"{net}.1", f"{net}.2"
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this test was not run: this machine makes no network namespaces ({error})")
    finally:
        subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def test_a_worker_on_another_host_computes_the_same_bits(tmp_path, made, monkeypatch, network):
    inside, here, there = network
    job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path / "store")
    with hosts(tmp_path, {"other": inside}) as cluster:
        port = cluster.scheduler("0.0.0.0").rpartition(":")[2]
        cluster.worker("other", f"tcp://{here}:{port}", "--nthreads", "1", "--host", there)
        with Client(f"127.0.0.1:{port}", timeout=PATIENCE) as client:
            client.wait_for_workers(1, timeout=PATIENCE)
            (worker,) = client.scheduler_info()["workers"]
            assert worker.startswith(f"tcp://{there}:")
        compute(f"127.0.0.1:{port}", {job.id: job}, monkeypatch)
    execute(replace(job, records=tmp_path / "here"))
    assert bits(job.records, job.id) == bits(tmp_path / "here", job.id)
