from collections.abc import Callable
from pathlib import Path

import pytest

from cxrstudy.data.manifest import ManifestError
from cxrstudy.data.sets import DataSet, FetchError, open_set, set_names, where
from tests.support import originals
from tests.support.originals import NAMES, row

data = originals.data
made = originals.made
brought = originals.brought


class TestOpening:
    @pytest.mark.parametrize("path", ["../x.png", "/etc/x.png", "a/../../x.png", "..\\x.png"])
    def test_a_path_out_of_the_data_folder_is_refused(
        self, made: Callable[..., DataSet], path: str
    ) -> None:
        with pytest.raises(ManifestError, match="row 2, column path is"):
            made(row(NAMES[0], path=path))

    def test_an_unknown_set_is_refused_with_the_names_of_those_that_there_are(
        self, made: Callable[..., DataSet]
    ) -> None:
        made()
        with pytest.raises(FetchError, match="no set 'other'; the sets are made"):
            open_set("other")


class TestASetThatAUserBrings:
    def test_says_where_to_apply_and_what_is_expected(self, brought: DataSet, data: Path) -> None:
        text = "\n".join(where(brought))
        for said in (
            "access: agreement; apply at example.org/apply",
            "files: none; put files/ and labels.csv here",
            "note: views are mixed",
            str(data),
        ):
            assert said in text
        assert "data fetch" not in text

    def test_is_listed_after_those_with_a_manifest(
        self, made: Callable[..., DataSet], brought: DataSet
    ) -> None:
        made()
        assert set_names() == ["made", "far"]
