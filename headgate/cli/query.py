"""`headgate query` and `headgate questions`: SQL over the lake."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import click

from headgate.cli import deployment, options, screens

if TYPE_CHECKING:
    from rich.table import Table

    from headgate.aws.athena import Answer

# The statements of Athena that do not only read; blanks, brackets and comments may stand before them.
# Source: Amazon Athena user guide, "DDL statements" and "DML queries, functions, and operators".
_WRITES = re.compile(
    r"(?>\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*+"
    r"(alter|create|deallocate|delete|drop|execute|insert|merge|msck|optimize|prepare|truncate|unload|update|vacuum)\b",
    re.IGNORECASE | re.DOTALL,
)


@click.command(epilog=options.example('headgate query "select count(*) from ecommerce_curated.orders"'))
@click.argument("sql", required=False)
@click.option("--saved", metavar="NAME", help="Ask a saved question; `headgate questions` lists them.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of a screen.")
@options.as_json
@options.deployment
def query(sql: str | None, saved: str | None, as_csv: bool, as_json: bool, deployment_name: str | None) -> None:
    """Run one statement of Athena's SQL on the lake's tables.

    Tables are in ecommerce_curated and ecommerce_prod; they are only read.
    """
    from headgate import wiring

    statement = _statement(sql, saved)
    found = deployment.activate(deployment_name)
    answer = wiring.queries(found.environment).run(statement)
    if as_csv:
        click.echo(_csv(answer), nl=False)
        return
    names = [column.name for column in answer.columns]
    options.show(as_json=as_json, value=answer.records, screen=lambda: screens.answer(names, answer.rows))


@click.command(epilog=options.example("headgate questions"))
@options.as_json
def questions(as_json: bool) -> None:
    """List the saved questions."""
    from headgate.domains.retail.saved_questions import QUESTIONS

    options.show(as_json=as_json, value=lambda: [vars(one) for one in QUESTIONS.values()], screen=_questions_table)


def _statement(sql: str | None, saved: str | None) -> str:
    from headgate.domains.retail.saved_questions import QUESTIONS

    if bool(sql) == bool(saved):
        raise click.UsageError('give either SQL or --saved NAME, e.g. headgate query "select 1"')
    if saved and saved not in QUESTIONS:
        raise click.UsageError(f"no saved question {saved}; `headgate questions` lists them")
    statement = QUESTIONS[saved].sql if saved else str(sql)
    if writes := _WRITES.match(statement):
        raise click.ClickException(
            f"{writes[1].upper()} would change the lake; this command only reads it. "
            "Remedy: tables are changed by sending files and by `headgate run`."
        )
    return statement


def _csv(answer: Answer) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in answer.columns])
    writer.writerows(answer.rows)
    return out.getvalue()


def _questions_table() -> Table:
    from headgate.domains.retail.saved_questions import QUESTIONS

    table = screens.table("name", "system", "what it answers")
    for one in QUESTIONS.values():
        table.add_row(one.name, one.system, one.description)
    return table
