"""Corrections of MiniStack's Athena, so that clients which read result files work on the emulator as on AWS.

MiniStack 1.5.33 writes the result of a query to `<id>.csv/<id>.csv`, though GetQueryExecution names
`<id>.csv`; its file does not distinguish a null from an empty text; GetWorkGroup may lack
EnforceWorkGroupConfiguration; and every decimal has scale 0. `awswrangler.athena.read_sql_query` fails on the
first (`NoFilesFound`) and the third (`KeyError`). A NextToken that it did not make is an internal error, and
a statement may use all memory of the machine. It does not know `FOR VERSION AS OF` and `FOR TIMESTAMP AS OF`,
which `ministack_iceberg.py` beside this file resolves. It lacks GetQueryRuntimeStatistics, whose number of
rows is answered here. Its words for a missing workgroup are not Athena's. It ignores the ClientRequestToken
of StartQueryExecution, so a request that is repeated until its queries have ended would start them again each
time.
"""

from __future__ import annotations

import functools
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb
from ministack.core.responses import AccountRegionScopedDict, error_response_json
from ministack.services import athena, s3

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Answer = tuple[int, dict[str, str], bytes]

# A statement of a person must leave the functions and jobs of the same machine room to work.
MEMORY_LIMIT = "4GB"

_AT_A_VERSION = re.compile(r"\bfor\s+(?:version|timestamp|system_time)\s+as\s+of\b", re.IGNORECASE)

_rewrite_data_paths = athena._rewrite_data_paths  # noqa: SLF001 there is no public way in
_get_work_group = athena._get_workgroup  # noqa: SLF001 as above
_start_query_execution = athena._start_query_execution  # noqa: SLF001 as above
_get_query_results = athena._get_query_results  # noqa: SLF001 as above
_handle_request = athena.handle_request
# By token: the answer of StartQueryExecution, and what was asked.
_started = AccountRegionScopedDict()


def correct() -> None:
    """Make this process's MiniStack answer as Athena does."""
    duckdb.connect = functools.partial(duckdb.connect, config={"memory_limit": MEMORY_LIMIT})
    athena._save_query_results = save_query_results  # noqa: SLF001 as above
    athena._datum_text = datum_text  # noqa: SLF001 as above
    athena._start_query_execution = start_query_execution  # noqa: SLF001 as above
    athena._get_workgroup = get_work_group  # noqa: SLF001 as above
    athena._get_query_results = get_query_results  # noqa: SLF001 as above
    athena._rewrite_data_paths = rewrite_data_paths  # noqa: SLF001 as above
    athena.handle_request = handle_request


async def handle_request(
    method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
) -> Answer:
    """Answer GetQueryRuntimeStatistics, and leave other calls to MiniStack."""
    if headers.get("x-amz-target", "").endswith(".GetQueryRuntimeStatistics"):
        return _answer(get_query_runtime_statistics(json.loads(body)))
    return _answer(await _handle_request(method, path, headers, body, query_params))


def get_query_runtime_statistics(data: dict[str, Any]) -> Answer:
    """Return the number of rows of a query."""
    execution = athena._executions.get(data.get("QueryExecutionId"))  # noqa: SLF001 as above
    if execution is None:
        return _answer(error_response_json("InvalidRequestException", "There is no such query.", 400))
    rows = {"OutputRows": len((execution["_results"] or {}).get("rows", []))}
    body = json.dumps({"QueryRuntimeStatistics": {"Rows": rows}}).encode()
    return 200, {"content-type": "application/x-amz-json-1.1"}, body


def start_query_execution(data: dict[str, Any]) -> Answer:
    """Start a query once per token.

    Source: Athena API, StartQueryExecution: the same token and the same request return the same query; the
    token with another request is an error.
    """
    token = data.get("ClientRequestToken")
    asked = {name: data.get(name) for name in ("QueryString", "QueryExecutionContext", "WorkGroup")}
    if token and token in _started:
        started, asked_before = _started[token]
        if asked != asked_before:
            reason = "Idempotent parameters do not match: the ClientRequestToken started another query."
            return _answer(error_response_json("InvalidRequestException", reason, 400))
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps(started).encode()
    answer = _answer(_start_query_execution(data))
    if token and answer[0] == 200:  # noqa: PLR2004 HTTP's own number
        _started[token] = json.loads(answer[2]), asked
    return answer


async def rewrite_data_paths(query: str, database: str | None, catalog: str | None = None) -> tuple[Any, ...]:
    """Return MiniStack's SQL with tables at a version replaced by the files of that version."""
    folders: list[str] = []
    if _AT_A_VERSION.search(query):
        from scripts.emulator import ministack_iceberg  # noqa: PLC0415 loads PyIceberg

        query = ministack_iceberg.at_versions(query, database or "default", folders)
    rewritten, buckets, others = await _rewrite_data_paths(query, database, catalog)
    return rewritten, buckets, [*folders, *others]


async def save_query_results(query_id: str) -> None:
    """Write a query's result to the place that GetQueryExecution returns."""
    execution = athena._executions.get(query_id)  # noqa: SLF001 as above
    results = execution["_results"]
    place = urlsplit(execution["ResultConfiguration"]["OutputLocation"])
    body = result_file([results["columns"], *results["rows"]])
    answer = s3._put_object(  # noqa: SLF001 as above
        place.netloc,
        place.path.lstrip("/"),
        body,
        {"content-type": "text/csv", "content-length": str(len(body))},
    )
    if answer[0] >= 300:  # noqa: PLR2004 HTTP's own number
        reason = f"The result could not be written to s3://{place.netloc}{place.path}: HTTP {answer[0]}."
        execution["Status"] |= {"State": "FAILED", "StateChangeReason": reason}


def result_file(lines: Iterable[Sequence[object]]) -> bytes:
    """Return a result file in Athena's form: values in quotes, and nothing for a null."""
    return "".join(",".join(map(_cell, line)) + "\n" for line in lines).encode()


def datum_text(value: object) -> str:
    """Return a value as Athena writes it: bytes in hexadecimal, and lists, maps and rows without quotes."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(datum_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{datum_text(key)}={datum_text(each)}' for key, each in value.items())}}}"
    return str(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = datum_text(value)
    return '"' + text.replace('"', '""') + '"'


def get_work_group(data: dict[str, Any]) -> Answer:
    """Return MiniStack's answer with EnforceWorkGroupConfiguration, and Athena's words for one that is gone.

    By these words Terraform knows that a workgroup is deleted, so an interrupted destroy can go on.
    """
    name = data.get("WorkGroup")
    group = athena._workgroups.get(name)  # noqa: SLF001 as above
    if not group:
        message = f"WorkGroup {name} is not found."
        return _answer(error_response_json("InvalidRequestException", message, 400))
    group["Configuration"] = {"EnforceWorkGroupConfiguration": True, **group.get("Configuration", {})}
    return _answer(_get_work_group(data))


def get_query_results(data: dict[str, Any]) -> Answer:
    """Return MiniStack's answer with the scale of decimals from their values."""
    token = data.get("NextToken")
    if token is not None and not (token.isascii() and token.isdigit()):
        return _answer(
            error_response_json("InvalidRequestException", "The NextToken is not one of this query's.", 400)
        )
    status, headers, body = _answer(_get_query_results(data))
    execution = athena._executions.get(data.get("QueryExecutionId"))  # noqa: SLF001 as above
    types = (execution or {}).get("_column_types") or []
    if status != 200 or "decimal" not in types:  # noqa: PLR2004 HTTP's own number
        return status, headers, body
    answer = json.loads(body)
    described = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    for place, column in enumerate(described):
        if column["Type"] == "decimal":
            column["Scale"] = _scale(row[place] for row in execution["_results"]["rows"])
    return status, headers, json.dumps(answer).encode()


def _scale(values: Iterable[object]) -> int:
    """Return the scale of a column of decimals, which is equal for all values from DuckDB."""
    for value in values:
        if isinstance(value, Decimal):
            exponent = value.as_tuple().exponent
            return -exponent if isinstance(exponent, int) else 0
    return 0


def _answer(reply: tuple[int, dict[str, str], bytes | str]) -> Answer:
    status, headers, body = reply
    return status, headers, body.encode() if isinstance(body, str) else body
