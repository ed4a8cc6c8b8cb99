"""`headgate query` and `headgate questions`: SQL over the lake."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import click

from headgate.cli import deployment, options
from headgate.cli.rendering import screens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from headgate.aws.athena.queries import Answer
    from headgate.query.questions import Question

# What makes a spreadsheet take a cell for a formula. Source: OWASP, "CSV Injection".
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


@click.command(epilog=options.example('headgate query "select count(*) from ecommerce_curated.orders"'))
@click.argument("sql", required=False)
@click.option("--saved", metavar="NAME", help="Ask a saved question; `headgate questions` lists them.")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."
)
@click.option("--vertical", is_flag=True, help="Print one line per cell, as for a result that is wider than the screen.")
@options.as_json
@options.deployment
def query(sql: str | None, saved: str | None, *, as_csv: bool, vertical: bool, as_json: bool, deployment_name: str | None) -> None:
    """Run one statement of Athena's SQL on the lake's tables.

    Tables are in ecommerce_curated and ecommerce_prod; they are only read: SELECT, WITH, SHOW, DESCRIBE and EXPLAIN.
    """
    from headgate import wiring
    from headgate.query import only_reading

    if bool(sql) == bool(saved):
        raise click.UsageError('Give either SQL or --saved NAME, for example: headgate query "select 1"')
    if sql:
        only_reading(sql)
    found = deployment.activate(deployment_name)
    statement = sql or _saved_statement(str(saved))
    databases = wiring.databases(found.environment)
    answer = _answer(found, databases.rename_in(statement) if saved else statement)
    if as_csv:
        click.echo(_csv(answer), nl=False)
    else:
        options.show(as_json=as_json, value=answer.records, screen=lambda: _screen(answer, vertical=vertical))
    if not answer.rows and not _has_run(found):
        click.echo("headgate: no run has finished yet, so the tables are empty. `headgate run` builds them.", err=True)


@click.command(epilog=options.example("headgate questions"))
@options.as_json
@options.deployment
def questions(*, as_json: bool, deployment_name: str | None) -> None:
    """List the saved questions.

    Every lake has a few; each of its domains adds its own.
    """
    deployment.activate_if_deployed(deployment_name)
    listed = _saved_questions()
    options.show(as_json=as_json, value=lambda: [vars(one) for one in listed.values()], screen=lambda: _questions_table(listed))


def _saved_questions() -> dict[str, Question]:
    from headgate.domains.saved_questions import saved_questions
    from headgate.project import project

    return saved_questions(project().domains)


def _saved_statement(name: str) -> str:
    known = _saved_questions()
    if name not in known:
        raise click.UsageError(
            f"This lake has no saved question {name}.{screens.did_you_mean(name, known)} `headgate questions` lists those it has."
        )
    return known[name].sql


def _answer(found: deployment.Deployment, statement: str) -> Answer:
    from headgate import wiring
    from headgate.errors import QueryError
    from headgate.query.advice import with_advice

    try:
        return wiring.queries(found.environment).run(statement)
    except QueryError as error:
        raise QueryError(with_advice(str(error), statement, wiring.databases(found.environment))) from None


def _has_run(found: deployment.Deployment) -> bool:
    """Whether a run has merged the lake at least once."""
    from headgate import wiring
    from headgate.errors import NotFoundError

    try:
        wiring.lake_snapshot(found.environment, "current")
    except NotFoundError:
        return False
    return True


def _screen(answer: Answer, *, vertical: bool) -> RenderableType:
    names = [column.name for column in answer.columns]
    return screens.vertical(names, answer.rows) if vertical else screens.answer(names, answer.rows)


def _csv(answer: Answer) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_guarded(column.name) for column in answer.columns])
    writer.writerows([_guarded(cell) for cell in row] for row in answer.rows)
    return out.getvalue()


def _guarded(cell: object) -> object:
    """Return the cell so that no spreadsheet runs it; numbers stay numbers, also negative ones."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) else cell


def _questions_table(listed: Mapping[str, Question]) -> Table:
    table = screens.table("name", "system", "what it answers")
    for one in listed.values():
        table.add_row(one.name, one.system, one.description)
    return table
