"""Citation: what a reader copies is what ``CITATION.cff`` says."""

import yaml
from pybtex.database import parse_string

from cxrstudy.base import places
from cxrstudy.pages.computed.citation import bibtex, how_to_cite
from tests.support.some import some


def test_the_citation_can_be_read_by_a_bibliography():
    cff = yaml.safe_load((places.root() / "CITATION.cff").read_text())
    entry = parse_string(bibtex(cff), "bibtex").entries["cxrstudy"]
    assert entry.fields["title"] == cff["title"]
    assert entry.fields["version"] == cff["version"]
    (author,) = entry.persons["author"]
    assert str(author) == f"{{{cff['authors'][0]['name']}}}"


def test_people_have_family_and_given_names_and_what_is_unknown_is_left_out():
    authors = [{"family-names": "Ria", "given-names": "F."}, {"name": "A & B"}]
    made = bibtex({"title": "T", "authors": authors, "version": 1, "doi": "10.1/x"})
    assert "author = {Ria, F. and {A & B}}" in made
    assert "doi = {10.1/x}" in made
    assert "year" not in made


def test_the_page_shows_it():
    assert "@software{cxrstudy," in how_to_cite().data


def test_the_papers_have_the_same_dois_everywhere():
    cff = yaml.safe_load((places.root() / "CITATION.cff").read_text())
    cited = (places.root() / "book" / "references.bib").read_text()
    for reference in some(cff["references"]):
        assert f"doi = {{{reference['doi']}}}" in cited
