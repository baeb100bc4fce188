"""Power meter: counters are added up, also when they wrap round; else it is "not measured"."""

import pytest

from cxrstudy.base import power_meter
from cxrstudy.base.power_meter import UNMEASURED, Meter, packages


def zone(folder, name, energy, most=1_000_000_000):
    (folder / name).mkdir(exist_ok=True, parents=True)
    (folder / name / "energy_uj").write_text(f"{energy}\n")
    (folder / name / "max_energy_range_uj").write_text(f"{most}\n")


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_packages_are_added_and_the_zones_inside_them_are_not(tmp_path):
    zone(tmp_path, "intel-rapl:0", 5_000_000)
    zone(tmp_path, "intel-rapl:1", 0)
    zone(tmp_path, "intel-rapl:0:0", 9)
    meter = Meter(tmp_path, watts=lambda: None)
    zone(tmp_path, "intel-rapl:0", 8_000_000)
    zone(tmp_path, "intel-rapl:1", 500_000)
    zone(tmp_path, "intel-rapl:0:0", 7_000_000)
    assert meter.joules() == {"processor": 3.5}
    assert set(packages(tmp_path)) == {"intel-rapl:0", "intel-rapl:1"}


def test_a_counter_that_wrapped_round_goes_on(tmp_path):
    zone(tmp_path, "intel-rapl:0", 90_000_000, most=100_000_000)
    meter = Meter(tmp_path, watts=lambda: None)
    zone(tmp_path, "intel-rapl:0", 5_000_000, most=100_000_000)
    meter.look()
    zone(tmp_path, "intel-rapl:0", 6_000_000, most=100_000_000)
    assert meter.joules() == {"processor": 16.0}


def test_a_counter_whose_range_is_unknown_never_takes_back_what_was_used(tmp_path):
    zone(tmp_path, "intel-rapl:0", 90_000_000)
    (tmp_path / "intel-rapl:0" / "max_energy_range_uj").unlink()
    meter = Meter(tmp_path, watts=lambda: None)
    zone(tmp_path, "intel-rapl:0", 5_000_000)
    assert meter.joules() == {"processor": 5.0}


def test_the_power_of_a_gpu_is_summed_up_over_time(tmp_path):
    clock, powers = Clock(), iter([100.0, 300.0, 300.0])
    meter = Meter(tmp_path, watts=lambda: next(powers), clock=clock)
    clock.now += 10
    meter.look()
    clock.now += 1
    assert meter.joules() == {"gpu": pytest.approx(2000 + 300)}


def test_where_nothing_can_be_read_nothing_is_measured(tmp_path):
    (tmp_path / "intel-rapl:0").mkdir()  # without files, as when only root may read them
    assert Meter(tmp_path, watts=lambda: None).start().joules() == UNMEASURED


def test_a_counter_that_stood_still_used_nothing(tmp_path):
    zone(tmp_path, "intel-rapl:0", 5_000_000)
    assert Meter(tmp_path, watts=lambda: None).joules() == {"processor": 0.0}


def test_it_waits_between_two_looks(tmp_path, monkeypatch):
    done = []

    class Watched(Meter):
        def look(self):
            done.append("look")
            if done.count("look") == 3:
                raise StopIteration

    monkeypatch.setattr(power_meter.time, "sleep", lambda seconds: done.append("wait"))
    with pytest.raises(StopIteration):
        Watched(tmp_path, watts=lambda: None)._go_on()
    assert done[-6:] == ["wait", "look"] * 3
