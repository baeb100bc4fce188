"""Files of a user's table: found, hashed, and linked under names that say nothing."""

from cxrstudy.data.own.files import find_files, link, look_at

FILES = ["a/1.png", "b/1.png", "b/2.png", "c/scan.dcm"]


def test_a_file_is_found_by_path_name_or_stem():
    asked = ["a/1.png", "2.png", "scan", "scan.dcm", "data/b/2.png", r"b\2.png"]
    assert find_files(asked, FILES) == {
        "a/1.png": "a/1.png", "2.png": "b/2.png", "scan": "c/scan.dcm", "scan.dcm": "c/scan.dcm",
        "data/b/2.png": "b/2.png", r"b\2.png": "b/2.png",
    }  # fmt: skip


def test_a_name_of_two_files_or_of_none_is_not_found():
    assert find_files(["1.png", "3.png", "1", ""], FILES) == {}


def test_a_link_has_another_name_and_the_same_content(tmp_path):
    (tmp_path / "MUELLER.png").write_bytes(b"image")
    links = tmp_path / "own"
    assert link({"ab12.png": tmp_path / "MUELLER.png"}, links) == "hard links"
    assert [file.name for file in links.iterdir()] == ["ab12.png"]
    assert (links / "ab12.png").read_bytes() == b"image"
    link({"ab12.png": tmp_path / "MUELLER.png"}, links)  # again


def test_where_hard_links_are_impossible_it_says_so(tmp_path, monkeypatch):
    (tmp_path / "x.png").write_bytes(b"image")

    def refused(*_):
        raise OSError("another disk")

    monkeypatch.setattr("os.link", refused)
    assert "symbolic" in link({"ab12.png": tmp_path / "x.png"}, tmp_path / "own")
    assert (tmp_path / "own" / "ab12.png").read_bytes() == b"image"


def test_a_file_that_is_no_image_has_a_problem_with_a_code(tmp_path):
    (tmp_path / "x.png").write_text("<html>")
    (seen,) = look_at([tmp_path / "x.png"])
    assert seen.problem.startswith("PIX")
    assert not seen.sha256
