"""The OpenAPI document is current, complete, and of OpenAPI 3.1."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.api.routes import EVERY
from scripts import openapi

pytestmark = pytest.mark.unit

DOCS = Path(__file__).resolve().parents[3] / "docs"
DOCUMENT = json.loads((DOCS / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_document_in_docs_is_what_the_types_give() -> None:
    """`make docs` writes it."""
    assert (DOCS / "openapi.json").read_text(encoding="utf-8") == openapi.text()


def test_every_route_is_in_the_document_and_in_the_table_of_the_page() -> None:
    declared = {
        (one.method.lower(), one.path.replace("<", "{").replace(">", "}"))
        for routes in EVERY
        for one in routes.access
    }
    assert declared == {(method, path) for path, method, _ in OPERATIONS}
    page = (DOCS / "use" / "api.md").read_text(encoding="utf-8").replace("…", "/v1/queries/{query_id}")
    assert [path for _, path in declared if path not in page and not path.endswith("{query_id}/rows")] == []


@pytest.mark.parametrize(
    ("path", "method", "operation"), OPERATIONS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_operation_refers_to_the_shared_errors(
    path: str, method: str, operation: dict[str, object]
) -> None:
    """No operation repeats an error's body; the console's types have each of them once."""
    del path, method
    responses = operation["responses"]
    assert isinstance(responses, dict)
    assert {"401", "403", "422", "429", "500"} <= set(responses)
    assert [
        status for status, response in responses.items() if int(status) >= 300 and [*response] != ["$ref"]
    ] == []


def test_every_error_is_problem_details() -> None:
    for name, response in DOCUMENT["components"]["responses"].items():
        if name not in {
            "NotModified",
            "RequestHeaderFieldsTooLarge",
        }:  # without a body, the second from API Gateway itself
            assert list(response["content"]) == ["application/problem+json"]
            assert response["content"]["application/problem+json"]["schema"] == {
                "$ref": "#/components/schemas/Problem"
            }


def test_every_status_refers_to_its_own_error() -> None:
    """Each status has one shared response, and each shared response is used."""
    pairs = {
        (status, response["$ref"].rpartition("/")[2])
        for _, _, operation in OPERATIONS
        for status, response in operation["responses"].items()
        if "$ref" in response
    }
    assert sorted(name for _, name in pairs) == sorted(DOCUMENT["components"]["responses"])
    assert len({status for status, _ in pairs}) == len(pairs)
