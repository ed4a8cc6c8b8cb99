"""SQL and saved questions.

`headgate.query` decides which statements may run; the workgroup limits what they read.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.api.analytics.questions import every
from headgate.api.http.access import Group
from headgate.api.http.problems import conflict, forbidden, invalid, not_found
from headgate.api.shapes.tables import Query, QueryAsked, QueryRows, Questions, ResultColumn
from headgate.errors import NotFoundError, QueryError

if TYPE_CHECKING:
    from headgate.api.http.access import CallerIdentity
    from headgate.api.lake_ports import LakePorts

# List price of Athena in US dollars, and the least that a query is charged for. Source: Amazon Athena
# pricing.
USD_PER_TB = Decimal(5)
LEAST_BYTES = 10 * 1024**2
_TB = Decimal(1024**4)
_NEEDS_GROUP = (
    "The saved question {question} reads personal data, which needs the group {group}. Ask an operator "
    "to add you to the group."
)


def questions(lake: LakePorts) -> Questions:
    """Return the saved questions with this lake's database names."""
    return Questions(questions=every(lake))


def start(lake: LakePorts, caller: CallerIdentity, asked: QueryAsked, key: str) -> Query:
    """Start a query that reads; the same Idempotency-Key and statement start it once.

    For callers who may not see personal data, the statement is rewritten without the columns about people.
    First rows are asked of the statement that the caller may ask.
    """
    from headgate.masking.redaction import redact_text
    from headgate.query.first_rows import first_rows_statement

    whole = _permitted(lake, caller, _statement(lake, asked), asked.question)
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
    """Check that the caller may ask a statement.

    Raises:
        ProblemError: 422, it has a card number or SSN.
        QueryError: it does more than read, reads something else than the lake's tables, or names a column
            about people that the caller may not see.
    """
    _permitted(lake, caller, _statement(lake, QueryAsked(sql=sql, question="")))


def status(lake: LakePorts, caller: CallerIdentity, query_id: str) -> Query:
    """Return how a query stands; 403 where it reads personal data that the caller may not see."""
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
    """Return the list price of a query that read so many bytes; one that read nothing is free."""
    billed = max(scanned_bytes, LEAST_BYTES) if scanned_bytes else 0
    return format((USD_PER_TB * billed / _TB).quantize(Decimal("0.0000001")).normalize(), "f")


def page(lake: LakePorts, caller: CallerIdentity, query_id: str, limit: int, cursor: str) -> QueryRows:
    """Return some rows of a query that succeeded."""
    from headgate.api.analytics.table_rows import cell

    answered = status(lake, caller, query_id)
    if answered.state != "succeeded":
        raise conflict(
            f"The query is {answered.state}: it has no rows. GET /v1/queries/{{query_id}} says why."
        )
    try:
        answer = lake.queries.page(query_id, limit, cursor)
    except QueryError:
        raise invalid(
            "query.cursor", "cursor", "The cursor is not one of this query. Begin again without `cursor`."
        ) from None
    return QueryRows(
        columns=tuple(ResultColumn(name=column.name, type=column.type) for column in answer.columns),
        rows=tuple(tuple(cell(value) for value in row) for row in answer.rows),
        next_cursor=answer.after,
    )


def stop(lake: LakePorts, caller: CallerIdentity, query_id: str) -> Query:
    """Stop a query."""
    if status(lake, caller, query_id).state in {"queued", "running"}:
        lake.queries.stop(query_id)
    return status(lake, caller, query_id)


def _check_right(lake: LakePorts, caller: CallerIdentity, sql: str) -> None:
    """Check that the caller may see the rows of a statement, which another person may have asked.

    Raises:
        ProblemError: 403, it reads a column about people.
    """
    from headgate.query.personal_data import personal_tables, reads_personal_data

    if caller.may(Group.PERSONAL_DATA):
        return
    try:
        is_personal = reads_personal_data(sql, personal_tables(lake.contracts, lake.databases))
    except QueryError:  # asked outside the API: nobody knows what it shows
        is_personal = True
    if is_personal:
        raise forbidden(
            f"This query reads personal data, which needs the group {Group.PERSONAL_DATA}. Ask it again "
            "without these columns."
        )


def _permitted(lake: LakePorts, caller: CallerIdentity, statement: str, question: str = "") -> str:
    """Return a statement as the caller may ask it: without the columns about people, unless the caller sees
    them.
    """
    from headgate.query.personal_data import personal_tables, without_personal_data
    from headgate.query.qualify import qualify_tables
    from headgate.query.read_only_statements import check_tables, only_reading

    sql = qualify_tables(statement, lake.databases)
    if query := only_reading(sql):
        check_tables(query, lake.databases.tables(), lake.databases.prod)
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


def _statement(lake: LakePorts, asked: QueryAsked) -> str:
    from headgate.masking.redaction import redact_text

    if bool(asked.sql.strip()) == bool(asked.question):
        raise invalid("body", "sql_or_question", "Send either `sql` or `question`, and not both.")
    if not asked.question:
        if redact_text(asked.sql) != asked.sql:
            raise invalid(
                "body.sql",
                "card_number",
                "`sql` contains a card or social security number. The lake has tokens only.",
            )
        return asked.sql
    sql = next((question.sql for question in every(lake) if question.name == asked.question), None)
    if sql is None:
        raise invalid(
            "body.question",
            "unknown_question",
            "There is no saved question of that name. GET /v1/questions lists them.",
        )
    return sql
