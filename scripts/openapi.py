"""The OpenAPI document, generated from the routes and shapes.

Example:
    python scripts/openapi.py > docs/openapi.json
"""

from __future__ import annotations

import json
import sys
from http import HTTPStatus
from typing import Any

from headgate.api.app import resolver
from headgate.api.routes import EVERY

VERSION = "1.0.0"
_DESCRIPTION = """Upload files, follow them through the gate, read the systems' tables and ask SQL.

People send a Cognito access token as `Authorization: Bearer`; the groups `viewer`, `uploader` and `operator` include one another in
this order. Machines sign their requests with IAM and use the same paths below `/machine`. Errors are problem details (RFC 9457)."""  # noqa: E501 a file's text
_GENERATED = {
    "HTTPValidationError",
    "ValidationError",
    "ResponseValidationError",
}  # Powertools' own error bodies, which are never sent


def document() -> dict[str, Any]:
    """Return the document, OpenAPI 3.1; equal routes give equal documents."""
    generated: dict[str, Any] = json.loads(
        resolver().get_openapi_json_schema(title="Headgate", version=VERSION, description=_DESCRIPTION)
    )
    generated["tags"] = [{"name": routes.tag} for routes in EVERY]
    generated["security"] = [{"token": []}]
    schemas = generated["components"]["schemas"]
    for name in _GENERATED & set(schemas):
        del schemas[name]
    generated["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for path in generated["paths"].values():
        for operation in path.values():
            _complete(operation)
            _share(operation["responses"], generated["components"].setdefault("responses", {}))
    return generated


def _complete(operation: dict[str, Any]) -> None:
    """Add facts that Powertools omits.

    304 has no body, a cached answer has an ETag, and 431 never comes from a function.
    """
    responses = operation["responses"]
    responses["431"] = {
        "description": (
            "The request's line and headers are too long together: API Gateway answers, without a body"
        )
    }
    operation["responses"] = dict(sorted(responses.items()))
    if "304" in responses:
        responses["304"].pop("content", None)
        responses["200"]["headers"] = {
            "ETag": {"schema": {"type": "string"}, "description": "Tag of this state, for If-None-Match"}
        }


def _share(responses: dict[str, Any], shared: dict[str, Any]) -> None:
    """Move the error answers, which are equal in all operations, to `shared` by the status's name."""
    for status, response in responses.items():
        if int(status) >= HTTPStatus.MULTIPLE_CHOICES:
            name = HTTPStatus(int(status)).name.title().replace("_", "")
            shared[name] = response
            responses[status] = {"$ref": f"#/components/responses/{name}"}


def text() -> str:
    """Return the document as it is checked in."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
