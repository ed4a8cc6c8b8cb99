"""A 422 names the field, the rule of its value, and what to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.api.http.invalid_requests import PATTERNS
from tests.unit.api.lakes import Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit

OPENAPI = Path(__file__).parents[4] / "docs" / "openapi.json"
FRAUD = {"customer_id": 7, "terminal_id": 3, "amount": "5", "transacted_at": "2026-01-02T03:04:05"}


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/v1/files?limit=999", None, "`query.limit` must be 500 or less."),
        ("GET", "/v1/runs?limit=101", None, "`query.limit` must be 100 or less."),
        ("GET", "/v1/costs?days=0", None, "`query.days` must be 1 or more."),
        ("GET", "/v1/files?limit=many", None, "`query.limit` must be a whole number."),
        ("GET", "/v1/files?state=lost", None, "`query.state` must be 'processing', "),
        ("GET", "/v1/files/abc", None, "`path.file_id` must be an id from the API: 32 hexadecimal digits"),
        ("POST", "/v1/runs", {"onlyy": "x"}, "`body.onlyy` is not a field of this request. Remove it."),
        ("POST", "/v1/runs", [1], "`body` must be a JSON object."),
        ("POST", "/v1/queries", "{", "is not valid JSON. Correct its syntax."),
        (
            "POST",
            "/v1/predictions/fraud",
            FRAUD,
            "`body.amount` must be an amount in quotes with two decimals, such as 12.50.",
        ),
        ("POST", "/v1/runs", {"only": "nothing"}, "`only` must be one of compliance-guardian, "),
    ],
)
def test_the_message_has_the_field_and_its_rule(method: str, path: str, body: object, said: str) -> None:
    answer = Caller(MemoryLake()).call(method, path, body)
    assert answer.status == 422
    assert said in answer.json["detail"]
    assert said in answer.json["errors"][0]["message"]


def test_of_many_errors_three_are_in_words_and_the_others_are_listed() -> None:
    answer = Caller(MemoryLake()).call("POST", "/v1/predictions/fraud", {"x": 1})
    assert answer.json["detail"].endswith("`errors` lists 2 more.")
    assert len(answer.json["errors"]) == 5


def test_no_message_repeats_what_was_sent() -> None:
    answer = Caller(MemoryLake()).call(
        "POST", "/v1/predictions/fraud", {**FRAUD, "4111111111111111": "secret"}
    )
    assert "4111111111111111" not in answer.text
    assert "secret" not in answer.text


def test_every_pattern_of_the_api_has_words() -> None:
    assert {*_patterns(json.loads(OPENAPI.read_text(encoding="utf-8")))} <= set(PATTERNS)


def _patterns(stated: Any) -> Iterator[str]:  # noqa: ANN401 whatever JSON has
    if isinstance(stated, dict):
        if isinstance(stated.get("pattern"), str):
            yield stated["pattern"]
        for one in stated.values():
            yield from _patterns(one)
    elif isinstance(stated, list):
        for one in stated:
            yield from _patterns(one)
