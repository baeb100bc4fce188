"""Front: what was found, for the first page: verdicts as a strip, what went against the papers.

Everything is computed from recorded results, so that the page says something else on the day when
they do. It is written as a fragment of Markdown, which ``book/index.md`` includes, and a figure.
"""

from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages import figures
from cxrstudy.pages.tables import rows_as_html

#: Files that :func:`write` makes.
FRAGMENT, FIGURE = "front.txt", "front.svg"
#: Verdicts in the order of the strip.
ORDER = (
    "supported", "no relevant difference", "reversed", "inconclusive", "not judged",
    "not testable",
)  # fmt: skip
#: Verdicts of a claim whose arms were compared.
REACHED = ORDER[:4]
#: Verdicts that a reader of the papers does not expect.
UNEXPECTED = ("no relevant difference", "reversed")
#: Page with all verdicts.
VERDICTS = "experiments/09_verdicts.html"


def write(judged: pd.DataFrame, folder: Path) -> None:
    """Write the fragment and its figure.

    Parameters
    ----------
    judged
        Verdicts from recorded results, as :func:`cxrstudy.verdicts.judge.judged_results` returns
        them, of any number of cohorts.
    """
    drawn = judged[judged["estimate"].notna()] if len(judged) else judged
    text = fragment(judged)
    if len(drawn):
        figures.use_style()
        figures.contrasts_forest(drawn).savefig(folder / FIGURE)
        text += figure_block(drawn, folder.name)
    (folder / FRAGMENT).write_text(text, encoding="utf-8")


def fragment(judged: pd.DataFrame) -> str:
    """What was found, as Markdown with a strip of verdicts.

    Examples
    --------
    >>> print(fragment(pd.DataFrame()))
    No results are recorded yet, so no claim has a verdict.
    <BLANKLINE>
    """
    if judged.empty:
        return "No results are recorded yet, so no claim has a verdict.\n"
    reached = judged.loc[judged["verdict"].isin(REACHED), "world"].drop_duplicates()
    worlds = {str(world): judged[judged["world"] == world] for world in reached}
    parts = [standing(judged), *(strip(rows, world) for world, rows in worlds.items())]
    shown = {claim for rows in worlds.values() for claim in rows["claim"]}
    if left := [claim for claim in dict.fromkeys(judged["claim"]) if claim not in shown]:
        parts.append(f"Not judged on any images yet: {', '.join(left)}.")
    if unexpected := against_expectation(judged):
        parts += ["**What went against expectation**", unexpected]
    return "\n\n".join(parts) + "\n"


def standing(judged: pd.DataFrame) -> str:
    """In a sentence or two, how much is decided, and whether it counts.

    Examples
    --------
    >>> row = {"paper": "A", "claim": "A1", "verdict": "supported", "world": "on phantoms"}
    >>> standing(pd.DataFrame([row | {"counts": "counts"}]))
    '**1 of 1 claim has a verdict that counts.**'
    >>> standing(pd.DataFrame([row | {"counts": "does not count: no registration"}]))
    '**No verdict counts yet.** Results for 1 of 1 claim are recorded, ...
    """
    claims = judged.drop_duplicates(["paper", "claim"])
    reached = judged[judged["verdict"].isin(REACHED)]
    counting = reached[reached["counts"] == "counts"].drop_duplicates(["paper", "claim"])
    total = counted(len(claims), "claim")
    if len(counting):
        verb = "has a verdict that counts" if len(counting) == 1 else "have verdicts that count"
        return f"**{len(counting)} of {total} {verb}.**"
    tried = len(reached.drop_duplicates(["paper", "claim"]))
    why = "; ".join(dict.fromkeys(said.partition(": ")[2] for said in reached["counts"]))
    return (
        f"**No verdict counts yet.** Results for {tried} of {total} are recorded, and this is what "
        f"the rule says of them, but they are not evidence: {why}."
    )


def strip(judged: pd.DataFrame, world: str) -> str:
    """One line per verdict with the claims that have it; each claim links to its row."""
    lines = []
    for verdict in ORDER:
        rows = judged[judged["verdict"] == verdict]
        if rows.empty:
            continue
        chips = " ".join(
            f'<a class="study-chip" href="{VERDICTS}" title="{escape(words)}">{claim}</a>'
            for claim, words in zip(rows["claim"], rows["words"], strict=True)
        )
        name = verdict.replace(" ", "-")
        lines.append(f'<dt class="study-is-{name}">{verdict}</dt><dd>{chips}</dd>')
    seeds = counted(int(judged["seeds"].max()), "seed")
    return (
        f'<div class="study-strip"><p>{escape(world)}, {seeds}</p><dl>{"".join(lines)}</dl></div>'
    )


def against_expectation(judged: pd.DataFrame) -> str:
    """One row per claim of which the opposite, or no relevant difference, was found."""
    rows = judged[judged["verdict"].isin(UNEXPECTED)]
    if rows.empty:
        return ""
    shown = pd.DataFrame({
        "claim": rows["claim"],
        "the paper": rows["words"].map(escape),
        "here": list(map(_found, rows.to_dict("records"))),
    })  # fmt: skip
    return f'<div class="study-table">{rows_as_html(shown)}</div>'


def _found(row: dict[str, Any]) -> str:
    low, high = numbers.difference(row["low"]), numbers.difference(row["high"])
    return escape(
        f"{row['verdict']} {row['world']}: {row['contrast']} is "
        f"{numbers.difference(row['estimate'])} ({low} to {high})"
    )


def figure_block(drawn: pd.DataFrame, folder: str) -> str:
    """The figure with its caption, and its result in words for who can't see it."""
    told = "; ".join(f"{row.claim}: {row.verdict}" for row in drawn.itertuples())
    told = f"Differences that decide claims, with intervals. {told}."
    return (
        f'\n```{{figure}} {folder}/{FIGURE}\n:alt: "{told}"\n\n'
        "Each claim's difference between two arms, with its interval, and one mark per cohort. The "
        "black tick is the margin: *supported* lies right of it.\n```\n"
    )
