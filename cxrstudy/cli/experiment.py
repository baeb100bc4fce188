"""``cxrstudy experiment``: begin an experiment of one's own."""

from typing import Annotated

import typer

experiment = typer.Typer(no_args_is_help=True, help="Experiments: begin one of your own.")


@experiment.command("new")
def begin_experiment(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As in label_smoothing.")],
) -> None:
    """Write a notebook, a claims file and a recipe that run as they are."""
    from cxrstudy.base import extras, places

    extras.need("book")
    from cxrstudy.pages.new_experiment import new_experiment

    for path in new_experiment(name):
        typer.echo(f"{path.relative_to(places.root())}")
    typer.echo(f"Run it:  papermill notebooks/{name}.ipynb out.ipynb")


@experiment.callback()
def _group() -> None:
    """Keep ``new`` a command of its own."""
