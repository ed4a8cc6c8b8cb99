"""The card-data audit reads the logs that it is told of, by itself."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from headgate import wiring
from headgate.aws import clients
from headgate.errors import NotFoundError
from headgate.lake.snapshots import LakeSnapshot
from headgate.quality.pci_audit import pci_audit
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

PAN = "4111111111111111"  # a test number that payment gateways publish
EMPTY = LakeSnapshot("0" * 16, date(2024, 1, 31), {})


@pytest.fixture(autouse=True)
def _shell_of_this_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in lake.environment.items():
        monkeypatch.setenv(variable, value)
    for cached in (clients.s3, clients.dynamodb, clients.logs):
        cached.cache_clear()


def log_group(lake: Lake, *lines: str) -> str:
    logs, name = lake.emulator.client("logs"), f"/aws/lambda/{unique('audited')}"
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=[{"timestamp": now, "message": line} for line in lines])
    return name


def environment(lake: Lake, *groups: str) -> dict[str, str]:
    results = {"HEADGATE_RESULTS_BUCKET": lake.bucket("artifacts")}
    return {**lake.environment, **results, **({"HEADGATE_LOG_GROUPS": json.dumps(groups)} if groups else {})}


def test_a_card_number_in_a_log_is_found_and_a_clean_log_passes(lake: Lake) -> None:
    clean, leaking = log_group(lake, "file done", "12 rows"), log_group(lake, f"cannot read {PAN}", "file done")
    told = pci_audit(wiring.leak_scans(environment(lake, clean, leaking), EMPTY))
    of_logs = {row["subject"]: row for row in told.to_dict("records") if (row["zone"], row["check_name"]) == ("logs", "card_number")}
    assert [(of_logs[name]["cells_scanned"], of_logs[name]["findings"]) for name in (leaking, clean)] == [(2, 1), (2, 0)]
    assert [of_logs[name]["passed"] for name in (leaking, clean)] == [False, True]
    assert PAN not in told.to_csv()


def test_a_log_that_is_not_there_stops_the_audit(lake: Lake) -> None:
    with pytest.raises(NotFoundError):
        wiring.leak_scans(environment(lake, "/aws/lambda/never"), EMPTY)


def test_without_logs_the_rest_is_audited(lake: Lake) -> None:
    assert "logs" not in {scan.zone for scan in wiring.leak_scans(environment(lake), EMPTY)}
