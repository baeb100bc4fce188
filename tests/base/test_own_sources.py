"""Own sources: only code that can be read, and installed packages by their versions."""

from importlib.metadata import packages_distributions

import pytest

from cxrstudy.base import own_function as own_function_module
from cxrstudy.base import own_sources
from cxrstudy.base.own_function import own_function
from cxrstudy.base.own_sources import OwnFunctionError, sources_of
from tests.support import own_files
from tests.support.own_files import HELPERS, MAIN, write
from tests.support.some import some

folder = own_files.folder


@pytest.mark.parametrize(
    "line",
    [
        "x = __import__('helpers')", "import importlib\nx = importlib.import_module('helpers')",
        "exec('1')", "from importlib import import_module", "x = eval('1')", "import runpy",
    ],
)  # fmt: skip
def test_code_that_a_text_does_not_show_is_refused(folder, line):
    (folder / "helpers.py").write_text(f"{HELPERS}\n{line}\n")
    with pytest.raises(OwnFunctionError, match=r"helpers.py uses \w+, by which code runs"):
        own_function("main_file:twice")


def test_a_broken_file_is_named(folder):
    (folder / "helpers.py").write_text("def f(:\n")
    with pytest.raises(OwnFunctionError, match=r"helpers\.py: it is not legal Python"):
        own_function("main_file:twice")


def test_a_file_of_another_encoding_is_named_with_its_line(folder):
    (folder / "helpers.py").write_bytes(b"# one\n# \xe9tude\n")
    with pytest.raises(OwnFunctionError, match=r"helpers\.py: .*line 2: the byte 0xe9 is not"):
        own_function("main_file:twice")


def test_a_module_that_several_import_is_yielded_once(tmp_path):
    write(tmp_path, {"a.py": "import b\nimport c\n", "b.py": "import c\n", "c.py": "import a\n"})
    names = [name for name, _ in sources_of("a", tmp_path / "a.py")]
    assert sorted(names) == ["a", "b", "c"]


def test_of_an_installed_module_others_beside_it_are_none_of_its_own(tmp_path):
    folder = write(tmp_path / "site-packages", {"a.py": "import b\n", "b.py": ""})
    assert list(sources_of("a", folder / "a.py")) == [("a", "import b\n")]


def test_installed_packages_count_by_version_and_must_be_the_same(folder, monkeypatch):
    (folder / "main_file.py").write_text("import yaml\nimport torch\n" + MAIN)
    made = own_function("main_file:twice")
    assert [name for name, _ in made.libraries] == ["PyYAML"]
    for module in (own_function_module, own_sources):
        monkeypatch.setattr(module, "version_of", lambda name: "0.1")
    assert own_function("main_file:twice").facts != made.facts
    with pytest.raises(OwnFunctionError, match=r"planned with PyYAML .*, and here is 0\.1"):
        made(1)


def test_packages_are_found_as_the_standard_library_finds_them():
    brought = packages_distributions()
    for module in some([*sorted(brought)[::25], "yaml", "torch", "PIL", "no_such_module"]):
        found = own_sources._distributions(module)
        assert sorted(found) == sorted(set(brought.get(module, ()))), module
