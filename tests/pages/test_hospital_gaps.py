"""Hospital gaps: the table is what was measured, and all hospitals of the phantoms are in it."""

from cxrstudy.base import places
from cxrstudy.pages.hospital_gaps import measured_hospitals
from cxrstudy.pages.tables import table
from cxrstudy.phantom.hospitals import OWN_SITES, SITES
from tests.support.some import some


def test_every_hospital_has_a_row_and_the_first_is_what_the_others_are_compared_with():
    found = measured_hospitals().set_index("hospital")
    roles = {"target": SITES["target"], "external": SITES["external"], **OWN_SITES}
    assert found["role"].to_dict() == {
        site: role for role, sites in roles.items() for site in sites
    }
    first, others = found.iloc[0], found.iloc[1:]
    assert set(found["against"]) == {found.index[0]}
    gaps = others["AUROC"] - float(first["AUROC"])
    assert (others["estimate"] - gaps).abs().max() < 2e-4
    assert (others["low"] <= others["estimate"]).all()
    assert (others["estimate"] <= others["high"]).all()


def test_the_first_hospital_says_so_in_place_of_a_difference():
    shown = table(measured_hospitals(), ["hospital", "estimate"], estimate="difference").data
    assert shown.count(">the first<") == 1
    assert "nan" not in shown


def test_without_the_file_there_are_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert measured_hospitals().empty


def test_the_interval_of_each_hospital_holds_what_was_measured_there():
    for row in some(measured_hospitals().itertuples()):
        level, ends = row.there.rstrip("]").split(" [")
        low, high = map(float, ends.split(", "))
        assert abs(float(level) - row.AUROC) < 1e-3
        assert low < row.AUROC < high
