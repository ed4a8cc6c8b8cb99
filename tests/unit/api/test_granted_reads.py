"""The tests of the API read the artifacts bucket with the rights that the function behind a route has."""

from __future__ import annotations

import pytest

from headgate.errors import ServiceError
from headgate.lake.ports import ObjectRef
from tests.unit.api.granted_reads import function_of, granted_reads
from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("route", "function"),
    [
        ("GET /v1/files", "lake"),
        ("PUT /v1/mails", "lake"),
        ("POST /v1/mails/preview", "queries"),
        ("GET /v1/datasets/payments/profile", "queries"),
        ("GET /v1/queries/q1/rows", "queries"),
        ("POST /v1/files/f1/revert", "revert"),
        ("GET /v1/datasets/payments/removal", "lake"),
        ("DELETE /v1/datasets/payments/removal", "revert"),
        ("GET /v1/systems/hub/tables/sales/rows", "tables"),
    ],
)
def test_a_route_is_answered_by_the_function_that_terraform_names(route: str, function: str) -> None:
    assert function_of(*route.split()) == function


def test_the_rights_are_those_of_the_policies() -> None:
    own = {"definitions/current.json", "definitions/versions/*/*", "definitions/created/*"}
    assert granted_reads("GET", "/v1/systems/hub/tables/sales/rows") == own
    mails = {"dashboards/*", "questions/*", "uploaders/*", "models/*/days/*/card.json"}
    assert granted_reads("POST", "/v1/mails/send") == own | mails
    assert granted_reads("POST", "/v1/files/f1/revert") == {
        *("uploaders/*", "mappings/*", "contract_drafts/*"),
        *own,
    }
    assert granted_reads("GET", "/v1/files") is None


def test_an_object_that_the_role_may_not_read_is_refused_as_on_aws() -> None:
    lake = MemoryLake()
    ref = ObjectRef("artifacts", "questions/ana.json")
    lake.objects.write(ref, b"[]")
    assert Caller(lake).call("GET", "/v1/kept-questions").status == 200
    lake.objects.granted = granted_reads("GET", "/v1/systems/hub/tables/sales/rows")
    with pytest.raises(ServiceError, match="AccessDenied"):
        lake.objects.read(ref)
