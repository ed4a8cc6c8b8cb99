from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query as InQuery

from headgate.api.analytics import kept_questions, queries
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, IdempotencyKey, Lake, QueryId
from headgate.api.shapes.tables import (
    BoardArranged,
    KeptQuestionAsked,
    KeptQuestionList,
    Query,
    QueryAsked,
    QueryFile,
    QueryRows,
    QuestionRenamed,
    Questions,
)

routes = Routes("Queries")


@routes.get("/v1/questions", Group.VIEWER, cached=True)
def list_questions(lake: Lake) -> Questions:
    """The saved questions with their SQL."""
    return queries.questions(lake)


@routes.get("/v1/kept-questions", Group.VIEWER, cached=True)
def list_kept_questions(lake: Lake) -> KeptQuestionList:
    """The questions that people saved in the lake, with author and time."""
    return kept_questions.every_kept(lake)


@routes.put("/v1/kept-questions", Group.VIEWER, problems=[409])
def keep_question(lake: Lake, caller: Caller, body: KeptQuestionAsked) -> KeptQuestionList:
    """Save a question of the caller, replacing the caller's question of the same name."""
    return kept_questions.keep(lake, caller, body)


@routes.put("/v1/kept-questions/name", Group.VIEWER, problems=[404, 409])
def rename_question(lake: Lake, caller: Caller, body: QuestionRenamed) -> KeptQuestionList:
    """Rename a question of the caller, which keeps its place on the dashboard."""
    return kept_questions.rename(lake, caller, body)


@routes.put("/v1/kept-questions/dashboard", Group.VIEWER, problems=[409])
def arrange_questions(lake: Lake, caller: Caller, body: BoardArranged) -> KeptQuestionList:
    """Order the questions of the caller's own dashboard, and set their widths."""
    return kept_questions.arrange(lake, caller, body)


@routes.delete("/v1/kept-questions", Group.VIEWER, problems=[409])
def forget_question(
    lake: Lake, caller: Caller, name: Annotated[str, InQuery(min_length=1, max_length=200)]
) -> KeptQuestionList:
    """Delete a question of the caller. Repeating is safe."""
    return kept_questions.forget(lake, caller, name)


@routes.post("/v1/queries", Group.VIEWER, status=202)
def start_query(lake: Lake, caller: Caller, body: QueryAsked, idempotency_key: IdempotencyKey = "") -> Query:
    """Start a read-only query, which is stopped at the scan limit of the workgroup."""
    return queries.start(lake, caller, body, idempotency_key)


@routes.get("/v1/queries/<query_id>", Group.VIEWER, problems=[404], cached=True)
def get_query(lake: Lake, caller: Caller, query_id: QueryId) -> Query:
    """A query's state, scanned bytes and cost."""
    return queries.status(lake, caller, query_id)


@routes.get("/v1/queries/<query_id>/rows", Group.VIEWER, problems=[404, 409])
def list_query_rows(
    lake: Lake,
    caller: Caller,
    query_id: QueryId,
    limit: Annotated[int, InQuery(ge=1, le=999)] = 500,
    cursor: Annotated[str, InQuery(max_length=8_000, description="`next_cursor` of the previous page.")] = "",
) -> QueryRows:
    """Rows of a query that succeeded, page by page."""
    return queries.page(lake, caller, query_id, limit, cursor)


@routes.get("/v1/queries/<query_id>/download", Group.VIEWER, problems=[404, 409])
def download_query(lake: Lake, caller: Caller, query_id: QueryId) -> QueryFile:
    """The number of rows of a query that succeeded, and the download URL of all of them as a file."""
    return queries.download(lake, caller, query_id)


@routes.delete("/v1/queries/<query_id>", Group.VIEWER, problems=[404])
def stop_query(lake: Lake, caller: Caller, query_id: QueryId) -> Query:
    """Stop a running query. Repeating is safe."""
    return queries.stop(lake, caller, query_id)
