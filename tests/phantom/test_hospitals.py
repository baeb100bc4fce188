"""Hospitals: they follow the label when told to, and change nothing else."""

import numpy as np
import pytest

from cxrstudy.phantom import hospitals, population
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.address import WITH_OWN_HOSPITALS
from cxrstudy.phantom.hospitals import OWN_SITES


def test_the_site_follows_the_label_when_told_to():
    table = population.draw("target", 150, 0, site_follows_label=1.0)
    expected = np.where(table.labels == "covid19", "phantom-birch", "phantom-alder")
    assert (table.source == expected).all()


def test_the_site_follows_the_label_the_other_way_round_below_zero():
    table = population.draw("target", 150, 0, site_follows_label=-1.0)
    expected = np.where(table.labels == "covid19", "phantom-alder", "phantom-birch")
    assert (table.source == expected).all()


def test_tying_the_site_changes_nothing_else():
    free = population.draw("target", 40, 0)
    tied = population.draw("target", 40, 0, site_follows_label=0.6)
    columns = ["id", "patient", "view", "sex", "age", "labels"]
    assert free[columns].equals(tied[columns])
    assert (free.source != tied.source).any()


@pytest.mark.parametrize("role", WITH_OWN_HOSPITALS)
def test_hospitals_of_its_own_change_nothing_else_in_a_role(role):
    shared = population.draw(role, 60, 0)
    own = population.draw(role, 60, 0, own_hospitals=True)
    columns = ["id", "patient", "view", "sex", "age", "labels"]
    assert own[columns].equals(shared[columns])
    assert set(shared.source) == {"phantom-alder", "phantom-birch"}
    assert set(own.source) == {f"phantom-{site}" for site in OWN_SITES[role]}
    assert not set(own.sha256) & set(shared.sha256)


def test_no_two_roles_share_a_hospital_of_their_own_and_every_hospital_has_a_style():
    own = [site for sites in OWN_SITES.values() for site in sites]
    used = {site for sites in hospitals.SITES.values() for site in sites}
    assert len(set(own)) == len(own)
    assert not used & set(own)
    assert used | set(own) == set(SITES)
