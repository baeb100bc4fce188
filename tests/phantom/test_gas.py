"""Gas of the airways and the abdomen."""

from dataclasses import replace

import numpy as np

from cxrstudy.phantom.gas import free_gas
from cxrstudy.phantom.geometry import Frame
from cxrstudy.phantom.outline import draw_outline
from cxrstudy.phantom.patient import draw_patient, draw_pose

FRAME = Frame.place(256, (0.0, 0.0), 1.0)


def gas_of(number, view="PA"):
    patient = draw_patient(0, f"p{number}")
    pose = replace(draw_pose(0, f"p{number}-1", "PA"), view=view)
    outline = draw_outline(patient, pose)
    return free_gas(FRAME, patient, pose, outline), outline


def test_the_trachea_divides_into_two_bronchi():
    for number in range(4):
        gas, outline = gas_of(number)
        above, below = (np.abs(FRAME.y[:, 0] - y).argmin() for y in (-4.0, 1.5))
        aside = np.abs(FRAME.x[0] - outline.centre) < 4
        runs = [np.count_nonzero(np.diff((gas[row][aside] > 0).astype(int)) == 1) for row in
                (above, below)]  # fmt: skip
        assert runs == [1, 2]


def test_bubbles_differ_between_patients_and_some_have_none():
    volumes = []
    for number in range(24):
        gas, outline = gas_of(number)
        below = (FRAME.y > outline.dome[1]) & (FRAME.x > 0)
        volumes.append(float(gas[below].sum()) * FRAME.pixel**2)
    assert min(volumes) < 3 < 30 < max(volumes)  # cm^3


def test_upright_the_fluid_of_the_stomach_is_level():
    cut = 0
    for number in range(12):
        upright, _ = gas_of(number)
        lying, _ = gas_of(number, "AP")
        assert (upright <= lying + 1e-5).all()
        gone = (lying > 0) & (upright == 0)
        if not gone.any():
            continue
        cut += 1
        top = FRAME.y[gone.argmax(axis=0), 0][gone.any(axis=0)]
        assert np.mean(top - top.min() < 0.35) > 0.5  # the level is the same in most columns
    assert cut >= 3
