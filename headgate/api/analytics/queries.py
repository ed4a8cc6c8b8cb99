"""SQL queries and saved questions.

`headgate.query` decides which statements may run; the workgroup limits the bytes that they scan.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from headgate.api.analytics.questions import saved_questions_of
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import conflict, expect_no_numbers, forbidden, invalid, not_found
from headgate.api.shapes.tables import Query, QueryAsked, QueryFile, QueryRows, Questions, ResultColumn
from headgate.errors import NotFoundError, QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.aws.athena.queries import AnswerColumn

# Athena's list price in US dollars, and the smallest billed size of a query. Source: Amazon Athena pricing.
USD_PER_TB = Decimal(5)
MIN_BILLED_BYTES = 10 * 1024**2
# A link to the rows of a query needs no token, so it ends soon; a download that has begun continues.
FILE_URL_EXPIRES_S = 300
_TB = Decimal(1024**4)
_NEEDS_GROUP = (
    "The saved question {question} reads personal data, which needs the group {group}. Ask an operator "
    "to add you to the group."
)


def questions(lake: LakePorts) -> Questions:
    """Return the saved questions with this lake's database names."""
    return Questions(questions=saved_questions_of(lake))


def start(lake: LakePorts, caller: CallerIdentity, asked: QueryAsked, key: str) -> Query:
    """Start a read-only query; the same Idempotency-Key and statement start it once.

    The statement is rewritten without the columns of personal data for callers who may not see them.
    """
    from headgate.masking.redaction import redact_text
    from headgate.query.first_rows import first_rows_statement

    expect_no_numbers("body.values", "value", *asked.values.values())
    whole = _permitted(lake, caller, _asked_statement(lake, asked), asked.values, asked.question)
    first = first_rows_statement(whole, asked.first_rows) if asked.first_rows else ""
    sql = first or whole
    token = hashlib.sha256(f"{key}\n{sql}".encode()).hexdigest() if key else ""
    return Query(
        query_id=lake.queries.start(sql, token),
        first_rows=asked.first_rows if first else 0,
        state="queued",
        sql=redact_text(sql),
    )


def check_statement(lake: LakePorts, caller: CallerIdentity, sql: str) -> None:
    """Check that the caller may run a statement.

    Raises:
        ProblemError: 422, it has a card number or SSN.
        QueryError: it does more than read, reads tables outside the lake, or names a column of personal data
            that the caller may not see.
    """
    _permitted(lake, caller, _asked_statement(lake, QueryAsked(sql=sql, question="")))


def status(lake: LakePorts, caller: CallerIdentity, query_id: str) -> Query:
    """Return the state of a query; 403 if it reads personal data that the caller may not see."""
    from headgate.masking.redaction import redact_text
    from headgate.query.advice import with_advice

    try:
        execution = lake.queries.status(query_id)
    except NotFoundError:
        raise not_found("There is no query with this id. POST /v1/queries starts one.") from None
    _check_right(lake, caller, execution.sql)
    error = with_advice(execution.error, execution.sql, lake.databases) if execution.error else ""
    return Query.model_validate(
        {
            "query_id": query_id,
            "state": execution.state.lower(),
            "sql": redact_text(execution.sql),
            "error": redact_text(error),
            "started_at": execution.started_at.isoformat() if execution.started_at else "",
            "seconds": execution.seconds,
            "scanned_bytes": execution.scanned_bytes,
            "cost_usd": cost_usd(execution.scanned_bytes),
            "scan_limit_bytes": execution.limit_bytes,
        }
    )


def cost_usd(scanned_bytes: int) -> str:
    """Return the list price of a query; a query that scanned nothing is free."""
    billed = max(scanned_bytes, MIN_BILLED_BYTES) if scanned_bytes else 0
    return format((USD_PER_TB * billed / _TB).quantize(Decimal("0.0000001")).normalize(), "f")


def page(lake: LakePorts, caller: CallerIdentity, query_id: str, limit: int, cursor: str) -> QueryRows:
    """Return some rows of a query that succeeded."""
    from headgate.api.shapes.json_cells import cell

    answered = _succeeded(lake, caller, query_id)
    try:
        answer = lake.queries.page(query_id, limit, cursor)
    except QueryError:
        detail = "The cursor does not belong to this query. Start again without `cursor`."
        raise invalid("query.cursor", "cursor", detail) from None
    return QueryRows(
        columns=_described(lake, answered.sql, answer.columns),
        rows=tuple(tuple(cell(value) for value in row) for row in answer.rows),
        next_cursor=answer.after,
    )


def download(lake: LakePorts, caller: CallerIdentity, query_id: str) -> QueryFile:
    """Return a short-lived download URL of all rows of a query that succeeded."""
    _succeeded(lake, caller, query_id)
    try:
        file = lake.queries.result_file(query_id)
        size_bytes = lake.objects.info(file.ref).size_bytes
    except NotFoundError:
        raise not_found("The rows of this query are no longer kept. Run its statement again.") from None
    name = f"answer{PurePosixPath(file.ref.key).suffix}"
    expires_at = lake.now() + timedelta(seconds=FILE_URL_EXPIRES_S)
    return QueryFile(
        url=lake.uploads.download_url(file.ref, name, FILE_URL_EXPIRES_S),
        expires_at=expires_at.isoformat(timespec="seconds"),
        name=name,
        rows=file.rows,
        size_bytes=size_bytes,
    )


def _succeeded(lake: LakePorts, caller: CallerIdentity, query_id: str) -> Query:
    """Return a query that the caller may see; 409 unless it succeeded."""
    answered = status(lake, caller, query_id)
    if answered.state != "succeeded":
        raise conflict(
            f"The query is {answered.state}: it has no rows. GET /v1/queries/{{query_id}} says why."
        )
    return answered


def _described(lake: LakePorts, sql: str, columns: Sequence[AnswerColumn]) -> tuple[ResultColumn, ...]:
    """Return the columns of an answer with the units and titles of the tables' columns that they show."""
    from headgate.query.answer_columns import facts_in_lake

    facts = facts_in_lake(sql, [column.name for column in columns], lake.contracts, lake.databases)
    return tuple(
        ResultColumn(name=column.name, type=column.type, **facts_of_column._asdict())
        for column, facts_of_column in zip(columns, facts, strict=True)
    )


def stop(lake: LakePorts, caller: CallerIdentity, query_id: str) -> Query:
    """Stop a query."""
    if status(lake, caller, query_id).state in {"queued", "running"}:
        lake.queries.stop(query_id)
    return status(lake, caller, query_id)


def _check_right(lake: LakePorts, caller: CallerIdentity, sql: str) -> None:
    """Check that the caller may see the rows of a query, which another person may have started."""
    from headgate.query.personal_data import personal_tables, reads_personal_data

    if caller.may(Group.PERSONAL_DATA):
        return
    try:
        is_personal = reads_personal_data(sql, personal_tables(lake.contracts, lake.databases))
    except QueryError:  # started outside the API, and not readable here
        is_personal = True
    if is_personal:
        raise forbidden(
            f"This query reads personal data, which needs the group {Group.PERSONAL_DATA}. Run it again "
            "without those columns."
        )


def qualified_statement(lake: LakePorts, statement: str, values: Mapping[str, str] | None = None) -> str:
    """Return a statement with the databases of its tables, after a check of its tables and functions.

    Parameters have the values, else their defaults.
    """
    from headgate.query.declared_parameters import with_values
    from headgate.query.function_names import check_functions
    from headgate.query.qualify import qualify_tables
    from headgate.query.read_only_statements import check_tables, only_reading

    sql = qualify_tables(with_values(statement, values), lake.databases)
    if query := only_reading(sql):
        check_tables(query, lake.databases.tables(), lake.databases.prod)
        check_functions(sql)
    return sql


def _permitted(
    lake: LakePorts,
    caller: CallerIdentity,
    statement: str,
    values: Mapping[str, str] | None = None,
    question: str = "",
) -> str:
    """Return the statement, without the columns of personal data unless the caller may see them."""
    from headgate.query.personal_data import personal_tables, without_personal_data

    sql = qualified_statement(lake, statement, values)
    if caller.may(Group.PERSONAL_DATA):
        return sql
    try:
        return without_personal_data(
            sql, personal_tables(lake.contracts, lake.databases), Group.PERSONAL_DATA
        )
    except QueryError:
        if not question:
            raise
        raise forbidden(_NEEDS_GROUP.format(question=question, group=Group.PERSONAL_DATA)) from None


def _asked_statement(lake: LakePorts, asked: QueryAsked) -> str:
    if asked.sql.strip() and asked.question:
        raise invalid("body", "sql_or_question", "Send either `sql` or `question`, not both.")
    if not asked.sql.strip() and not asked.question:
        raise invalid("body.sql", "no_statement", "The statement is empty. Write one, such as SELECT 1.")
    if not asked.question:
        expect_no_numbers("body.sql", "statement", asked.sql)
        return asked.sql
    questions = saved_questions_of(lake)
    sql = next((question.sql for question in questions if question.name == asked.question), None)
    if sql is None:
        raise invalid(
            "body.question",
            "unknown_question",
            "There is no saved question of that name. GET /v1/questions lists all saved questions.",
        )
    return sql
