"""The command line: ``cxrstudy``. Each command calls functions of the package and prints results.

There is one module per group of commands. Commands import other modules when they run, so that
``--help`` is fast and works without torch.
"""

import typer

from cxrstudy.cli.audit import audit_cohort
from cxrstudy.cli.bits import bits
from cxrstudy.cli.book import build_book, clean_book
from cxrstudy.cli.certify import certify_repeat
from cxrstudy.cli.collect import collect_notebooks
from cxrstudy.cli.compare import compare_results
from cxrstudy.cli.data import data
from cxrstudy.cli.design import write_design
from cxrstudy.cli.experiment import experiment
from cxrstudy.cli.output import Plain, print_version
from cxrstudy.cli.plan import show_plan
from cxrstudy.cli.power import show_power
from cxrstudy.cli.predict import predict_images
from cxrstudy.cli.register import register_study
from cxrstudy.cli.registration import registration
from cxrstudy.cli.release import release_study
from cxrstudy.cli.results import results
from cxrstudy.cli.review import review_results
from cxrstudy.cli.run import run_study
from cxrstudy.cli.show import show_run
from cxrstudy.cli.status import show_status
from cxrstudy.cli.store import store
from cxrstudy.cli.why import explain_run

SUMMARY = "Transfer learning for COVID-19 in chest radiographs: data, audit and records."

app = typer.Typer(
    cls=Plain, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help=SUMMARY, callback=print_version,
)  # fmt: skip
app.add_typer(data, name="data")
app.add_typer(store, name="store")
app.add_typer(results, name="results")
app.add_typer(registration, name="registration")
app.add_typer(experiment, name="experiment")
app.command("audit")(audit_cohort)
app.command("show")(show_run)
app.command("status")(show_status)
app.command("why")(explain_run)
app.command("bits")(bits)
app.command("compare")(compare_results)
app.command("plan")(show_plan)
app.command("run")(run_study)
app.command("book")(build_book)
app.command("clean")(clean_book)
app.command("review")(review_results)
app.command("certify")(certify_repeat)
app.command("collect")(collect_notebooks)
app.command("release")(release_study)
app.command("power")(show_power)
app.command("design")(write_design)
app.command("register")(register_study)
app.command("predict")(predict_images)
