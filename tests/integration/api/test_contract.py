"""The API keeps its OpenAPI document: Schemathesis sends what the document permits and what it forbids to every route."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.api.local_server import LocalApi, server
from tests.unit.api.lakes import PAYMENTS, MemoryLake
from tests.unit.api.test_predictions import EXPORTED, export

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
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
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_every_route_answers_as_its_document_says(address: str, tmp_path: Path) -> None:
    program = shutil.which("st", path=str(Path(sys.executable).parent))
    assert program
    config = ["--config-file", str(Path(__file__).parent / "schemathesis.toml")]
    asked = ["--url", address, "-H", f"Authorization: Bearer {TOKEN}", "--phases", "examples,coverage,fuzzing"]
    bounds = ["--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink", "--no-color", "--request-timeout", "20", "--warnings", "off"]
    command = [program, *config, "run", str(ROOT / "docs" / "openapi.json"), *asked, *bounds]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
