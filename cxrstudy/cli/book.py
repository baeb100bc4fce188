"""``cxrstudy book``: execute what has changed, and build the pages of the book."""

import typer

from cxrstudy.base import places
from cxrstudy.cli.options import Cohort, NotebookSeeds, Profile
from cxrstudy.cli.run import compute, execute_listed, name_left_out


def build_book(
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: NotebookSeeds = None,
) -> None:
    """Execute missing runs and changed notebooks, and build the book from them.

    What is executed and built is decided by the contents of files, never by their times. The pages
    are those of this profile, cohort and number of seeds, whatever was built before.
    """
    from cxrstudy.base import extras

    extras.need("book")
    from cxrstudy.pages import book
    from cxrstudy.pages.batch_execution import any_changed, executions
    from cxrstudy.study.experiment import notebook_names
    from cxrstudy.verdicts.repeat import book_sentence

    names = notebook_names()
    name_left_out(names)
    listed = executions(names, profile, cohort, seeds)
    if any_changed(listed):
        compute(names, profile, cohort, seeds or 1)
    execute_listed(listed, (profile, cohort, seeds), all_of_them=True)
    built = book.build([each.output for each in listed])
    state = "" if built else ", unchanged"
    typer.echo(f"The book is at {book.html() / 'index.html'}{state}.")
    typer.echo(book_sentence(profile, cohort, seeds or 1))


def clean_book() -> None:
    """Delete the built book and the executed notebooks; records and pixels stay."""
    import shutil

    from cxrstudy.pages import book

    for folder in (*book.made_folders(), places.runs() / "executed"):
        shutil.rmtree(folder, ignore_errors=True)
