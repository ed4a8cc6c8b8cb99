"""A request's route as traces name it: a template, and nothing that somebody typed."""

from __future__ import annotations

import pytest

from headgate.api.app import Application
from tests.unit.api.lakes import MemoryLake

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/v1/files", ("GET", "/v1/files")),
        ("GET", "/machine/v1/files/4111111111111111", ("GET", "/v1/files/<file_id>")),
        ("GET", "/v1/nothing/4111111111111111", ("GET", "")),
        ("4111111111111111", "/v1/files", ("", "")),
    ],
)
def test_the_route_is_a_template(method: str, path: str, route: tuple[str, str]) -> None:
    event = {"rawPath": path, "requestContext": {"http": {"method": method}}}
    assert Application(MemoryLake()).route_of(event) == route
