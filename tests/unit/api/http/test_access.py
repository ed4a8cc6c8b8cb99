"""Every route of the OpenAPI document asks for a token and a group; a new route cannot be forgotten."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from headgate.api.http.access import Group
from headgate.api.routes import EVERY
from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit

DOCUMENT = json.loads(
    (Path(__file__).resolve().parents[4] / "docs" / "openapi.json").read_text(encoding="utf-8")
)
ROUTES = [
    (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
IDS = [f"{method} {path}" for method, path, _ in ROUTES]
LESS = {"viewer": (), "uploader": ("viewer",), "operator": ("viewer", "uploader")}


def concrete(path: str) -> str:
    """The path with an id for each parameter."""
    known = {
        "zone": "source",
        "query_id": "q-1",
        "name": "payments",
        "dataset": "payments",
        "system": "s",
        "table": "t",
    }
    return re.sub(r"{(\w+)}", lambda found: known.get(found[1], "0" * 32), path)


def needed(operation: dict[str, Any]) -> str:
    match = re.search(r"Needs the group `(\w+)`", operation["description"])
    assert match
    return match[1]


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=IDS)
def test_without_a_token_every_route_answers_401(method: str, path: str, operation: dict[str, Any]) -> None:
    del operation
    answer = Caller(MemoryLake(), None).call(method, concrete(path))
    assert (answer.status, answer.json["type"]) == (401, "urn:headgate:problem:unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=IDS)
def test_with_the_wrong_group_every_route_answers_403_before_it_reads_the_request(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    for groups in ((), ("stranger",), LESS[needed(operation)]):
        answer = Caller(MemoryLake(), groups).call(method, concrete(path), "{")
        assert (answer.status, answer.json["type"]) == (403, "urn:headgate:problem:forbidden"), groups


@pytest.mark.parametrize(("method", "path", "operation"), ROUTES, ids=IDS)
def test_with_the_right_group_no_route_answers_401_or_403(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    answer = Caller(MemoryLake(), (needed(operation),)).call(
        method, concrete(path), {} if "requestBody" in operation else None
    )
    assert answer.status not in {401, 403, 500, 502}


def test_a_machine_that_signs_with_iam_has_the_rights_that_its_policy_gives() -> None:
    caller = Caller(MemoryLake())
    event = {
        "rawPath": "/machine/v1/runs",
        "headers": {},
        "requestContext": {
            "stage": "$default",
            "authorizer": {"iam": {"userArn": "arn:aws:iam::1:role/etl"}},
            "http": {"method": "GET", "path": "/machine/v1/runs"},
        },
    }
    assert caller.app.answer(event)["statusCode"] == 200


def test_groups_are_read_as_api_gateway_writes_them_and_as_a_list() -> None:
    lake = MemoryLake()
    assert Caller(lake, ("uploader", "stranger")).call("GET", "/v1/me").json == {
        "name": "ana",
        "groups": ["viewer", "uploader"],
    }
    assert {one.group for routes in EVERY for one in routes.access} == set(Group) - {
        Group.PERSONAL_DATA
    }  # columns, not routes


def test_an_id_token_is_no_access_token() -> None:
    """API Gateway accepts both: their audience is the same client.

    An ID token is meant for the console alone.
    """
    caller = Caller(MemoryLake())
    claims = {"token_use": "access", "username": "ana", "cognito:groups": "[operator]"}
    http = {"method": "GET", "path": "/v1/me"}

    def status(of: dict[str, str]) -> object:
        context = {"stage": "$default", "authorizer": {"jwt": {"claims": of}}, "http": http}
        return caller.app.answer({"rawPath": "/v1/me", "headers": {}, "requestContext": context})[
            "statusCode"
        ]

    without = {name: text for name, text in claims.items() if name != "token_use"}
    assert [status(claims), status(claims | {"token_use": "id"}), status(without)] == [200, 401, 401]


def test_a_method_that_a_path_does_not_have_is_a_405_with_those_that_it_has() -> None:
    answer = Caller(MemoryLake()).call("DELETE", "/v1/uploads/" + "0" * 32 + "/dry-run")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_a_body_that_is_not_json_is_a_415(kind: str) -> None:
    answer = Caller(MemoryLake()).send("POST", "/v1/runs", "{}", {"content-type": kind})
    assert answer.status == 415
