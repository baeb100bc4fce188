"""ES modules: joined in the order in which they import each other, or refused."""

import pytest

from cxrstudy.base.es_modules import joined


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
