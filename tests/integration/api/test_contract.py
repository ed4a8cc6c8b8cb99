"""The API keeps its OpenAPI document: Schemathesis sends what the document permits and what it forbids to
every route.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from headgate.api.local_server import LocalApi, server
from tests.domains.retail.predictions.test_predictions import EXPORTED, export
from tests.integration.api.document_check import failures
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

TOKEN = "t" * 43
EXAMPLES, SECONDS = 3, 900


@pytest.fixture
def address() -> Iterator[str]:
    """The address of `headgate serve` over a lake in memory."""
    lake = MemoryLake()
    lake.receive("payments/today.csv", PAYMENTS)
    for system, name, scorer in EXPORTED:
        export(lake, system, name, scorer)
    running = server(LocalApi(lake, TOKEN), 0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_every_route_answers_as_its_document_says(address: str, tmp_path: Path) -> None:
    asked = ("--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES))
    assert failures(address, {"Authorization": f"Bearer {TOKEN}"}, tmp_path, *asked, timeout_s=SECONDS) == ""
