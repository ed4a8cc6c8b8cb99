from __future__ import annotations

import csv
import io
import os
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.errors import HeadgateError
from headgate.plain_names import did_you_mean
from headgate.values.spreadsheet_text import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from headgate.aws.athena.queries import Answer
    from headgate.query.answer_columns import UnitAndTitle
    from headgate.query.catalog_queries import Databases
    from headgate.query.kept_questions import KeptQuestion
    from headgate.query.questions import SavedQuestion


_MAX_EXACT_PLACES = 4
_EMPTY = "\uffff"  # Unicode: never a character


@click.command(epilog=options.example('headgate query "select rule, count(*) from quarantine group by 1"'))
@click.argument("sql", required=False)
@click.option("--saved", metavar="NAME", help="Run a saved question; `headgate questions` lists them.")
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print CSV, with an apostrophe before texts that a spreadsheet would run as a formula; a null is an "
    "empty field, an empty text is two quotes.",
)
@click.option(
    "--vertical/--table",
    default=None,
    help="Print one line per cell, or one line per row; default: per row if it fits the terminal. "
    "`| less -S` scrolls sideways.",
)
@click.option(
    "--param",
    "values",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value of the parameter :NAME of the statement, such as since=2024-01-31, instead of its default.",
)
@options.as_json
@options.deployment
def query(
    sql: str | None, saved: str | None, *, values: tuple[str, ...], as_csv: bool, vertical: bool | None
) -> None:
    """Run one Athena statement on the lake's tables: SELECT, WITH, SHOW, DESCRIBE or EXPLAIN.

    SHOW DATABASES lists the lake's two databases, whose names end with _curated and _prod; a table without a
    database is looked up in the one of prod, then in the one of curated. Tables are only read.
    Amounts, shares and computed numbers are rounded as in the console; --csv and --json have all digits.
    """
    from headgate.query import only_reading, qualify_tables
    from headgate.query.declared_parameters import with_values
    from headgate.wiring import definitions

    if bool(sql) == bool(saved):
        raise click.UsageError('Give either SQL or --saved NAME, for example: headgate query "select 1"')
    given = _values_of(values)
    if sql:
        only_reading(with_values(sql, given))
    deployed = command_deployment.activate()
    databases = definitions.databases(deployed.environment)
    asked = _saved_statement(saved, databases) if saved else str(sql)
    statement = qualify_tables(with_values(asked, given), databases)
    answer = _answer(deployed, statement)
    if as_csv:
        click.echo(_csv(answer), nl=False)
    else:
        options.show(
            answer.records,
            lambda: _screen(answer, _facts(deployed, statement, answer), vertical=bool(vertical)),
            unlimited=vertical is False,
        )
    if not answer.rows and not _has_run(deployed):
        note = "no run has finished yet, so the tables are empty. `headgate run` builds them."
        click.echo(f"headgate: {note}", err=True)


@click.command(epilog=options.example("headgate questions --dashboard anna@example.com"))
@click.option(
    "--dashboard",
    "person",
    metavar="PERSON",
    help="Print the questions on a person's own dashboard in the console, as a dashboard file.",
)
@options.as_json
@options.deployment
def questions(*, person: str | None) -> None:
    """List the saved questions, which `headgate query --saved NAME` runs.

    They come from the lake and its systems; below are the questions that people saved in the console.
    `--dashboard` prints those of one person as a file for `dashboards/`, which `headgate push` publishes.
    """
    command_deployment.activate_if_deployed()
    kept = _kept_questions()
    if person:
        _print_dashboard(person, kept)
        return
    listed = _saved_questions()
    options.show([*map(vars, listed.values()), *map(vars, kept)], lambda: _questions_table(listed, kept))


def _kept_questions() -> list[KeptQuestion]:
    """Return the questions that people saved; none without a deployment."""
    from headgate.query.kept_questions import kept_questions
    from headgate.wiring import stores

    bucket = os.environ.get("HEADGATE_ARTIFACTS_BUCKET")
    return kept_questions(stores.objects(), bucket) if bucket else []


def _print_dashboard(person: str, kept: list[KeptQuestion]) -> None:
    import yaml

    from headgate.query.kept_questions import dashboard_document

    document = dashboard_document(person, kept)
    if not document["panels"]:
        people = ", ".join(sorted({question.by for question in kept if question.is_pinned})) or "nobody"
        raise HeadgateError(f"{person} has no question on a dashboard. People with such questions: {people}.")
    click.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), nl=False)


def _saved_questions() -> dict[str, SavedQuestion]:
    from headgate.query.saved_questions import deployed_questions

    return deployed_questions(os.environ)


def _saved_statement(name: str, databases: Databases) -> str:
    """Return the statement of a question of the lake, or of one that a person saved, for this lake."""
    listed = _saved_questions()
    if name in listed:
        return databases.rename_in(listed[name].sql)
    return statement_of_person(name, _kept_questions(), listed)


def _values_of(params: Sequence[str]) -> dict[str, str]:
    """Return the values of `name=value` by name."""
    pairs = [param.partition("=") for param in params]
    if any(not sign or not name for name, sign, _ in pairs):
        raise click.UsageError("--param needs a name and a value, for example: --param since=2024-01-31")
    return {name.removeprefix(":"): value for name, _, value in pairs}


def statement_of_person(name: str, kept: Sequence[KeptQuestion], listed: Iterable[str] = ()) -> str:
    """Return the statement that a person saved as NAME, or as PERSON: NAME where several people did."""
    own = [each for each in kept if name in (each.name, f"{each.by}: {each.name}")]
    if len({each.sql for each in own}) > 1:
        ways = ", ".join(f'--saved "{each.by}: {each.name}"' for each in own)
        raise click.ClickException(f"Several people saved a question {name}. Write one of: {ways}.")
    if not own:
        names = [*listed, *(each.name for each in kept)]
        problem = f"This lake has no saved question {name}.{_names_with_words(name, names)}"
        raise click.ClickException(f"{problem} `headgate questions` lists all saved questions.")
    return own[0].sql


def _names_with_words(name: str, names: Sequence[str]) -> str:
    """Return the questions that have all words of a name, or else those of a similar spelling."""
    words = _words_of(name)
    having = [each for each in names if words and all(word in _words_of(each) for word in words)]
    return f" Did you mean {' or '.join(having[:3])}?" if having else did_you_mean(name, names)


def _words_of(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.casefold())


def _answer(deployed: command_deployment.Deployment, statement: str) -> Answer:
    from headgate.errors import QueryError
    from headgate.query.advice import with_advice
    from headgate.wiring import definitions, stores

    databases = definitions.databases(deployed.environment)
    try:
        return stores.queries(deployed.environment, databases).run(statement)
    except QueryError as error:
        raise QueryError(with_advice(str(error), statement, databases)) from None


def _has_run(deployed: command_deployment.Deployment) -> bool:
    """Return whether a run has merged the lake at least once."""
    from headgate.wiring import snapshots

    return snapshots.newest_snapshot(deployed.environment) is not None


def _facts(deployed: command_deployment.Deployment, statement: str, answer: Answer) -> Sequence[UnitAndTitle]:
    from headgate.query.answer_columns import facts_in_lake
    from headgate.wiring import definitions

    contracts = definitions.contracts_of_caller(deployed.environment)
    databases = definitions.databases(deployed.environment)
    return facts_in_lake(statement, [column.name for column in answer.columns], contracts, databases)


def _screen(answer: Answer, facts: Sequence[UnitAndTitle], *, vertical: bool) -> RenderableType:
    names = [column.name for column in answer.columns]
    texts, headings = texts_of_rows(names, answer.rows, facts), headings_of(names, facts)
    return (
        screens.vertical(headings, texts) if vertical else screens.answer(headings, answer.rows, texts=texts)
    )


def headings_of(names: Sequence[str], facts: Sequence[UnitAndTitle]) -> list[str]:
    """Return the names of columns, and of those without a name the heading that they have in the console."""
    from headgate.reports.answer_words import UNNAMED, heading

    return [
        heading(name, {name: fact.label} if fact.label else {}) if UNNAMED.fullmatch(name) else name
        for name, fact in zip(names, facts, strict=True)
    ]


def texts_of_rows(
    names: Sequence[str], rows: Sequence[Sequence[Any]], facts: Sequence[UnitAndTitle]
) -> list[tuple[Any, ...]]:
    """Return rows with amounts, shares, computed numbers and periods rounded as in the console.

    A column of which every time is midnight has days, or months as `2009-12`. A whole number and a decimal of
    few places have all of their digits, and so has a number that is a name.
    """
    if not rows:
        return []
    columns = [
        values
        if fact.kind == "name" or name.endswith("_id")
        else _days_of_column(values, _period_of(name, fact)) or _texts_of_column(values, fact.unit)
        for name, values, fact in zip(names, zip(*rows, strict=True), facts, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _period_of(name: str, fact: UnitAndTitle) -> str:
    """Return the period that begins with each day of a column, by the statement or else by its name."""
    from headgate.reports.answer_words import PERIOD_NAME

    by_name = PERIOD_NAME.search(name)
    return fact.period or (by_name[2] if by_name else "")


def _days_of_column(values: Sequence[Any], period: str) -> Sequence[Any]:
    """Return the days or periods of a column of which every time is midnight; empty for other columns."""
    days = [value for value in values if value is not None]
    if not days or not all(isinstance(day, date) for day in days):
        return ()
    if any(isinstance(day, datetime) and day.time() != time() for day in days):
        return ()
    return [None if value is None else _period_text(value, period) for value in values]


def _period_text(day: date, period: str) -> str:
    """Return a day, or the period that begins with it.

    >>> _period_text(date(2009, 12, 1), "month"), _period_text(date(2009, 10, 1), "quarter")
    ('2009-12', '2009-Q4')
    """
    if period == "quarter":
        return f"{day:%Y}-Q{(day.month + 2) // 3}"
    return day.strftime({"month": "%Y-%m", "year": "%Y"}.get(period, "%Y-%m-%d"))


def _texts_of_column(values: Sequence[Any], unit: str) -> Sequence[Any]:
    from headgate.contracts.currency import SHARES
    from headgate.reports.answer_words import are_numbers
    from headgate.reports.numbers import currency_of
    from headgate.reports.statement_words import shown_number, statement_places

    has_sign = unit in SHARES or unit == "percent" or currency_of(unit)
    numbers = [value for value in values if value is not None]
    if not are_numbers(values):
        return values
    if not (has_sign or any(map(_is_computed, numbers))):
        # Without a contract a whole number may be a year or another name, which has no thousands.
        return [value if value is None else f"{value:,}" for value in values] if unit else values
    # A quotient of decimals has up to 38 places, of which none is exact.
    places = statement_places(numbers if has_sign else [float(value) for value in numbers], unit)
    return [None if value is None else shown_number(value, unit, places) for value in values]


def _is_computed(value: float | Decimal) -> bool:
    """Return whether a number has more places than a contract's usual column."""
    return isinstance(value, float) or -int(Decimal(value).as_tuple().exponent) > _MAX_EXACT_PLACES


def _csv(answer: Answer) -> str:
    """Return the answer as CSV; a null is an empty field, an empty text is two quotes."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([inert(column.name) for column in answer.columns])
    # csv writes both as an empty field; a character that no text has marks empty texts until the end.
    writer.writerows([_EMPTY if cell == "" else inert(cell) for cell in row] for row in answer.rows)
    return out.getvalue().replace(_EMPTY, '""')


def _questions_table(listed: Mapping[str, SavedQuestion], kept: list[KeptQuestion]) -> RenderableType:
    from rich.console import Group

    table = screens.screen_table("name", "system", "what it answers")
    for question in listed.values():
        table.add_row(question.name, question.system, question.description)
    people = screens.screen_table("kept by", "question", "on a dashboard")
    for own in kept:
        people.add_row(own.by, own.name, "yes" if own.is_pinned else "no")
    return Group(table, *([people] if kept else []), "`headgate query --saved NAME` runs one of them.")
