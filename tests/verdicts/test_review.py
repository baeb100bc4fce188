"""Review: all that is recorded is computed again; one digit anywhere is found and named."""

import gzip
import json
import re
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from cxrstudy.base import places, remembered
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import judge, kept_evidence, recording, results, review
from cxrstudy.verdicts.proof import Proof
from cxrstudy.verdicts.registration import Registration, register
from cxrstudy.verdicts.written_table import read_texts
from tests.support import registered
from tests.support.claims import CLAIM, CLAIMS
from tests.support.project import write_profile, write_yaml
from tests.support.recorded import PATIENTS, project, record_all
from tests.support.repositories import commit, start

EXPERIMENT = "01_sequences"
OURS = CLAIMS | {"claims": [CLAIM | {"experiment": EXPERIMENT, "arm": "general"}]}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project under git with recorded results of one experiment and one claim."""
    with project(start(tmp_path_factory.mktemp("made"))) as folder:
        write_profile(places.profiles(), phantom_patients=PATIENTS | {"target": 120})
        write_yaml(places.claims() / "paper.yaml", OURS)
        study = Study("tiny", "made", 2)
        record_all(study, experiment.arms_of(EXPERIMENT, study))
        place = places.results() / "made" / "tiny"
        results.write(study, [EXPERIMENT], place, "cxrstudy results write")
        recording.record(study, place)
        (folder / ".gitignore").write_text("/runs/\n")
        commit(folder)
        yield folder


@pytest.fixture
def folder(made):
    """The folder of results, which is put back afterwards."""
    place = made / "results" / "made" / "tiny"
    kept = {path: path.read_bytes() for path in place.iterdir()}
    yield place
    for path in set(place.iterdir()) - kept.keys():
        path.unlink()
    for path, content in kept.items():
        path.write_bytes(content)


def sealed_again(folder):
    """What somebody does who hides a change: the list of hashes is written anew."""
    results.hash_again(results.unchecked(folder), folder, results.unchecked(folder).files)


def problems():
    return [text for each in review.review() for text in each.problems]


def change_a_score(folder):
    """Exchange the scores of two images; return the first image and its run."""
    lines = gzip.decompress((folder / "scores.csv.gz").read_bytes()).decode().splitlines()
    images = pd.read_csv(folder / "images.csv", dtype=str)
    tested = images[(images["role"] == "target") & (images["split"] == "test")].index
    row = tested[0] + 1
    cells = lines[row].split(",")
    column = lines[0].split(",").index(next(n for n in lines[0].split(",") if "covid19" in n))
    cells[column] = "0.123" if cells[column] != "0.123" else "0.321"
    lines[row] = ",".join(cells)
    text = "\n".join(lines) + "\n"
    (folder / "scores.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return images.loc[tested[0], "id"], lines[0].split(",")[column]


def test_what_is_kept_of_results_is_for_pages_and_never_for_a_review(folder, monkeypatch):
    monkeypatch.setenv(kept_evidence.VARIABLE, "1")
    (right,) = judge.judged_results(folder)["estimate"]
    (entry,) = remembered.folder().glob("evidence-*")
    kept = remembered.kept(entry)
    forged = kept.replace(json.dumps(right), "0.123456")
    assert forged != kept
    remembered.keep(entry, forged)
    assert judge.judged_results(folder)["estimate"].tolist() == [0.123456]
    assert judge.evidence_of_results(folder)["estimate"].tolist() == [right]
    assert problems() == []
    entry.unlink()


def test_what_was_recorded_is_equal_and_says_what_was_compared(folder):
    found = review.review()
    assert problems() == []
    line = next(each.said for each in found if each.what == "results/made/tiny")
    assert line == (
        "results/made/tiny: equal: 6 files, 1 verdict, 4 estimates; "
        "does not count: these results name no registration"
    )
    stored = read_texts(folder / recording.ESTIMATES)
    assert stored["difference"].str.fullmatch(r"-?[\d.e-]+").any()


def test_a_changed_score_is_named_with_its_image_and_with_the_numbers_that_follow(folder):
    image, run = change_a_score(folder)
    said = problems()
    assert any(f"(image {image}), {run}: " in text and "0.123 here" in text for text in said)
    assert any("scores.csv.gz: missing or altered" in text for text in said)
    assert any(re.search(r"estimates.csv, .*, estimate: .* here, .* recomputed", t) for t in said)


def test_a_changed_score_with_new_hashes_is_found_without_git(folder, made, monkeypatch):
    change_a_score(folder)
    sealed_again(folder)
    found = review.review_folder(folder, review.Committed(None, "no git"))
    assert not any("altered" in text for text in found.problems)
    assert any("verdicts.csv, paper X, claim X1, estimate: " in text for text in found.problems)


@pytest.mark.parametrize("name", recording.DERIVED)
def test_a_changed_digit_of_what_follows_is_found_though_hashes_fit(folder, name):
    table = read_texts(folder / name)
    row = table.index[table["estimate"] != ""][-1]
    before = table.loc[row, "estimate"]
    table.loc[row, "estimate"] = before[:-1] + ("1" if before[-1] != "1" else "2")
    table.to_csv(folder / name, index=False, lineterminator="\n")
    sealed_again(folder)
    found = review.review_folder(folder, review.Committed(None, "no git"))
    (problem,) = found.problems
    changed = table.loc[row, "estimate"]
    assert problem.startswith(f"results/made/tiny/{name}, ")
    assert problem.endswith(f", estimate: {changed} here, {before} recomputed")


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [({"changed": ("rule",)}, True), ({}, False),
     ({"changed": ("rule",), "problems": ("altered",)}, False)],
)  # fmt: skip
def test_verdicts_of_a_registered_rule_that_changed_are_told_and_nothing_else_is(
    folder, monkeypatch, facts, is_told
):
    for name in (recording.VERDICTS, recording.ESTIMATES):
        table = read_texts(folder / name)
        row = table.index[table["estimate"] != ""][-1]
        table.loc[row, "estimate"] = "0.123456"
        table.to_csv(folder / name, index=False, lineterminator="\n")
    sealed_again(folder)
    monkeypatch.setattr(review, "prove", lambda _: Proof(folder, "0001", **facts))
    found = review.review_folder(folder, review.Committed(None, "no git"))
    said = "the rule of now gives X1 another result, which does not count"
    assert (said in found.notes) == is_told
    assert any("estimates.csv, " in text for text in found.problems)
    assert any("verdicts.csv, " in text for text in found.problems) != is_told


def test_another_correction_of_a_verdict_that_the_rule_of_now_keeps_is_told_apart(
    folder, monkeypatch
):
    table = read_texts(folder / recording.VERDICTS)
    row = table.index[table["estimate"] != ""][-1]
    table.loc[row, "adjusted_p"] = "0.123456"
    table.to_csv(folder / recording.VERDICTS, index=False, lineterminator="\n")
    sealed_again(folder)
    monkeypatch.setattr(review, "prove", lambda _: Proof(folder, "0001", changed=("rule",)))
    found = review.review_folder(folder, review.Committed(None, "no git"))
    assert found.problems == ()
    assert "and other corrected p values of X1, whose verdicts it keeps" in found.notes
    assert not any("which does not count" in note for note in found.notes)


def test_a_row_more_or_less_is_named(folder):
    table = read_texts(folder / recording.ESTIMATES)
    pd.concat([table.iloc[1:], table.iloc[[1]].assign(arm='"else"')]).to_csv(
        folder / recording.ESTIMATES, index=False
    )
    said = problems()
    assert any('arm "control": missing here' in text for text in said)
    assert any('arm "else": here, but not recomputed' in text for text in said)


def test_a_missing_file_and_one_that_can_t_be_read_are_named(folder):
    (folder / "verdicts.csv").unlink()
    (folder / "scores.csv.gz").write_bytes(b"no gzip")
    said = problems()
    assert any(t.startswith("results/made/tiny/verdicts.csv: missing or altered") for t in said)
    assert any("can't be recomputed" in text for text in said)


@pytest.mark.parametrize("column", ["run", "scored", "seed", "arm", "experiment"])
def test_an_altered_cell_of_what_names_the_scores_is_named_and_ends_nothing(folder, column):
    """Though hashes fit and nothing can be computed any more."""
    path = folder / "arms.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    other = {"run": "f" * 64, "scored": '[["target", "tesu"]]', "seed": "7", "arm": '"else"'}
    table.loc[0, column] = other.get(column, "02_sequences")
    table.to_csv(path, index=False, lineterminator="\n")
    sealed_again(folder)
    found = review.review_folder(folder, review.Committed(None, "no git"))
    assert found.problems
    if column in ("run", "scored"):
        (problem,) = found.problems
        assert "arms.csv: 01_sequences, arm 'control', seed 0: " in problem
    review.review_folder(folder, review.committed_of(places.root()))


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_compressed_file_with_an_altered_byte_is_named(folder, part):
    path = folder / "scores.csv.gz"
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0xFF
    path.write_bytes(content)
    said = problems()
    assert any(
        text.startswith("results/made/tiny/scores.csv.gz: missing or altered") for text in said
    )
    sealed_again(folder)
    found = review.review_folder(folder, review.Committed(None, "no git"))
    assert any("can't be recomputed" in text for text in found.problems)


def test_a_rewritten_fact_is_named_by_the_seal_and_by_git(folder):
    path = folder / "results.yaml"
    path.write_text(path.read_text().replace("seeds: 2", "seeds: 3"))
    said = problems()
    assert any("results.yaml: altered since it was written" in text for text in said)
    assert any("results.yaml: differs from commit" in text for text in said)


def test_a_file_beside_the_results_is_compared_with_the_commit(made, folder):
    extra = made / "results" / "leaks.csv"
    extra.write_text("version,share\n5,0.25\n")
    assert any("not committed: results/leaks.csv" in each.said for each in review.review())
    commit(made)
    extra.write_text("version,share\n5,0.75\n")
    assert "results/leaks.csv, line 2, share: 0.75 here, 0.25 in the commit" in problems()
    extra.unlink()
    assert any("results/leaks.csv: missing" in text for text in problems())
    commit(made)


def test_without_git_it_is_said_that_registrations_can_t_be_checked(folder, made, tmp_path):
    shutil.move(made / ".git", tmp_path / "git")
    try:
        found = review.review()
    finally:
        shutil.move(tmp_path / "git", made / ".git")
    assert [each.problems for each in found] == [()] * len(found)
    assert "registrations can't be checked here: " in found[-1].said


def test_verdicts_under_other_claims_are_void_and_stay_when_the_rest_is_written_again(folder):
    path = places.claims() / "paper.yaml"
    kept, before = path.read_text(), (folder / "verdicts.csv").read_bytes()
    facts = results.facts(folder)
    try:
        write_yaml(path, OURS | {"claims": [OURS["claims"][0] | {"relevant": 0.01}]})
        found = review.review_folder(folder, review.Committed(None, "no git"))
        assert found.is_equal
        assert "were recorded under other claims" in found.said
        assert recording.rejudge(folder) == ["estimates.csv"]
    finally:
        path.write_text(kept)
    assert (folder / "verdicts.csv").read_bytes() == before
    assert results.facts(folder) == facts
    assert recording.rejudge(folder) == ["estimates.csv", "verdicts.csv"]
    assert results.facts(folder) == facts


def test_a_rewritten_registration_is_named(tmp_path, monkeypatch):
    made = registered.write_project(tmp_path / "project")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(made))
    commit(made)
    path = register("tiny", "made", 2)
    commit(made)
    assert problems() == []
    text = path.read_text()
    path.write_text(text.replace("seeds: 2", "seeds: 3"))
    assert any("0001-made-tiny.yaml" in text and "altered" in text for text in problems())
    again = yaml.safe_load(text) | {"seeds": 3}
    # A seal that fits does not help, nor a commit.
    resealed = Registration(**again).sealed().model_dump(mode="json")
    path.write_text(yaml.safe_dump(resealed, sort_keys=False, allow_unicode=True))
    commit(made)
    assert problems() == [
        "claims/registrations/0001-made-tiny.yaml was changed after it was committed"
    ]
    path.unlink()
    assert any("0001-made-tiny.yaml: missing" in text for text in problems())


def test_registrations_are_as_committed_unless_git_can_not_say_so(monkeypatch):
    committed = SimpleNamespace(changes=lambda folder: ([], []), why_not="")
    monkeypatch.setattr(review, "altered_registrations", list)
    count = len(places.visible(places.root() / review.REGISTRATIONS, "*.yaml"))
    assert review._registrations(committed).checked == f"{count} files as committed"
    without = SimpleNamespace(changes=lambda folder: ([], []), why_not="no git")
    assert review._registrations(without).checked == "as they lie"
