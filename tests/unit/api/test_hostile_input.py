"""Hostile text in any place of a request is refused with a clear answer or changes nothing, and is never
repeated.
"""

from __future__ import annotations

import json
import logging
from typing import Any
from urllib.parse import quote

import pytest

from headgate.masking.redaction import redact_text
from tests.unit.api.http.test_access import IDS, ROUTES, concrete
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake

pytestmark = pytest.mark.unit

HOSTILE = {
    "sql": "x'; DROP TABLE orders; --",
    "traversal": "../../etc/passwd",
    "formula": '=HYPERLINK("http://x","y")',
    "script": "<script>alert(1)</script>",
    "nul": "a\0b",
    "rtl": "a\u202egnp.exe",
    "card": "4111 1111 1111 1111",
    "long": "x" * 100_000,
    "surrogate": "\ud800",
}


def parameters(operation: dict[str, Any]) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one["in"] == "query"]


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=IDS)
def test_hostile_text_in_path_query_and_body_is_answered_4xx_or_inert(
    method: str, path: str, operation: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caller = Caller(MemoryLake())
    before = caller.lake.contents()
    for kind, text in HOSTILE.items():
        asked = quote(text, errors="surrogatepass")
        paths = [
            path.replace("{", "").replace("}", "") and concrete(path) + f"?{name}={asked}"
            for name in parameters(operation)
        ]
        paths += [concrete(path).replace("0" * 32, asked)] if "0" * 32 in concrete(path) else []
        for place in paths:
            answer = caller.call(method, place, {} if "requestBody" in operation else None)
            assert answer.status < 500, (kind, place[:80], answer.text[:300])
            assert text not in answer.text
        for body in (
            json.dumps(text),
            json.dumps(dict.fromkeys(("name", "sql", "question", "as_of", "only", "columns", "rows"), text)),
        ):
            answer = caller.call(method, concrete(path), body)
            assert answer.status < 500, (kind, answer.text[:300])
            assert text not in answer.text
    assert caller.lake.contents() == before
    assert redact_text(caplog.text) == caplog.text


def test_a_body_of_ten_megabytes_is_refused_unread() -> None:
    answer = Caller(MemoryLake()).call("POST", "/v1/queries", "x" * 10_000_000)
    assert (answer.status, answer.json["title"]) == (413, "Too large")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', "1", '{"sql": 1}', "[" * 100_000, '{"sql": "\\ud800"}']
)
def test_a_body_that_is_not_what_was_asked_for_is_a_422(body: str) -> None:
    answer = Caller(MemoryLake()).call("POST", "/v1/queries", body)
    assert answer.status == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_media_type_is_a_415() -> None:
    answer = Caller(MemoryLake()).send("POST", "/v1/queries", "<xml/>", {"content-type": "text/xml"})
    assert answer.status == 415


def test_an_unforeseen_error_is_a_500_that_says_nothing_of_its_text(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryLake):
        @property
        def files(self) -> Any:  # type: ignore[override]  # noqa: ANN401
            raise ValueError("4111111111111111 is in this text")

    with caplog.at_level(logging.ERROR):
        answer = Caller(Broken()).call("GET", "/v1/files")
    assert (answer.status, answer.json["type"], answer.json["instance"]) == (
        500,
        "urn:headgate:problem:internal-error",
        "r-1",
    )
    assert "4111" not in answer.text + caplog.text
    assert caplog.messages == ["request failed"]


def test_each_request_leaves_one_line_that_holds_nothing_of_its_path(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="headgate.api.app"):
        answer = Caller(MemoryLake()).call("GET", "/v1/files/4111111111111111")
    (line,) = [vars(record) for record in caplog.records]
    assert {name: line[name] for name in ("message", "status", "request")} == {
        "message": "answered",
        "status": answer.status,
        "request": "r-1",
    }
    assert "4111" not in str(line)


def test_sql_cannot_write_or_name_a_card_number() -> None:
    caller = Caller(MemoryLake())
    refused = [
        "drop table orders",
        "select 1; select 2",
        "select * from read_csv('/etc/passwd')",
        "select * from information_schema.tables",
    ]
    refused += ["select '4111111111111111'", "create table x as select 1", "select * from nowhere"]
    for sql in refused:
        answer = caller.call("POST", "/v1/queries", {"sql": sql})
        assert answer.status == 422, (sql, answer.text)
        assert "4111111111111111" not in answer.text
    assert caller.lake.queries.asked == {}


def test_a_formula_in_a_file_name_is_inert_text() -> None:
    caller = Caller(MemoryLake())
    asked = {"name": "=cmd.csv", "size_bytes": len(PAYMENTS), "sha256": "0" * 64}
    answer = caller.call("POST", "/v1/uploads", asked)
    assert (answer.status, answer.headers["X-Content-Type-Options"]) == (201, "nosniff")
