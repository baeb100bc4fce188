"""ES modules: joined in the order in which they import each other, or refused."""

from pathlib import Path

import pytest

from cxrstudy.base.es_modules import joined, joined_file


def test_modules_come_after_those_that_they_import() -> None:
    sources = {
        "b": "export const two = 2;\nexport function* three() {}\n",
        "a": '/* words */\nimport { two } from "./b.js";\n\nexport function one() {}\n',
        "explorer": 'import { one } from "./a.js";\nimport { two } from "./b.js";\none(two);\n',
    }
    assert joined(sources, "explorer").split("\n") == [
        "/* b.js */", "const two = 2;", "function* three() {}", "",
        "/* a.js */", "function one() {}", "",
        "/* explorer.js */", "one(two);", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"e": "const a = 1;\n", "b": "function a() {}\n"}, "a is named in e.js and in b.js"),
        ({"e": "const a = 1;\n", "b": "function* a() {}\n"}, "a is named in e.js and in b.js"),
        ({"e": 'import { a } from "./b.js";\n'}, "e.js imports b.js, which does not exist"),
        ({"e": 'import { a } from "./e.js";\n'}, "modules import each other: e -> e"),
        ({"e": 'import * as b from "./b.js";\n', "b": ""}, "e.js can't be joined: import"),
        ({"e": 'export * from "./b.js";\n', "b": ""}, "e.js can't be joined: export"),
    ],
)
def test_what_can_not_be_joined_is_said(sources: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("*", r"\*")):
        joined(sources, "e")


def written(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_a_file_is_joined_with_what_it_imports_from_any_folder_and_nothing_else(tmp_path) -> None:
    written(tmp_path / "base", shared="export const one = 1;\n")
    front = written(
        tmp_path / "pages/front",
        b='import { one } from "../../base/shared.js";\nexport const two = one + 1;\n',
        front='import { one } from "../../base/shared.js";\nimport { two } from "./b.js";\none;\n',
        unused="const three = 3;\n",
    )
    text = joined_file(front / "front.js")
    assert [line for line in text.split("\n") if line] == [
        "/* shared.js */", "const one = 1;", "/* b.js */", "const two = one + 1;",
        "/* front.js */", "one;",
    ]  # fmt: skip


def test_two_files_of_one_name_and_a_file_that_is_missing_are_said(tmp_path) -> None:
    written(tmp_path, b="const one = 1;\n")
    front = written(
        tmp_path / "front",
        a='import { one } from "../b.js";\nimport { two } from "./b.js";\n',
        b="const two = 2;\n",
        c='import { gone } from "../../gone.js";\n',
    )
    with pytest.raises(ValueError, match=r"two modules have one name: .*b\.js and .*b\.js"):
        joined_file(front / "a.js")
    with pytest.raises(ValueError, match=r"c\.js imports gone\.js, which does not exist"):
        joined_file(front / "c.js")
