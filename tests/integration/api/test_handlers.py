"""The API's handlers over the real adapters: an upload is checked without a trace, committed, and processed
by the gate.
"""

from __future__ import annotations

import hashlib
import urllib.request
from typing import TYPE_CHECKING

import pytest

from headgate.api.app import Application
from headgate.api.deployed_lake import DeployedLake
from headgate.lake.ports import ObjectRef
from headgate.wiring import api, intake, stores
from tests.unit.api.lakes import PAYMENTS, Caller

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration


class Here(DeployedLake):
    """The deployed lake, whose dry runs run in this process."""

    @property
    def dry_runs(self) -> Here:  # type: ignore[override]
        return self

    def start(self, upload_id: str) -> None:
        api.dry_runner(self._env).run(upload_id)


@pytest.fixture
def caller(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Caller:
    staging = lake.bucket("raw").removesuffix("-raw") + "-staging"
    lake.emulator.client("s3").create_bucket(Bucket=staging)
    environment = {**lake.environment, "HEADGATE_STAGING_BUCKET": staging}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = Caller(None)  # type: ignore[arg-type]  # its application is given
    made.__dict__["app"] = Application(Here(environment))
    return made


def test_a_file_goes_from_an_upload_through_a_dry_run_to_its_record(lake: Lake, caller: Caller) -> None:
    asked = {
        "name": "api.csv",
        "size_bytes": len(PAYMENTS),
        "sha256": hashlib.sha256(PAYMENTS).hexdigest(),
        "dataset": "payments",
    }
    begun = caller.call("POST", "/v1/uploads", asked)
    assert begun.status == 201, begun.text
    path = f"/v1/uploads/{begun.json['upload_id']}"
    (part,) = caller.call("GET", f"{path}/parts").json["parts"]
    with urllib.request.urlopen(  # noqa: S310 the emulator's
        urllib.request.Request(part["url"], PAYMENTS, method="PUT"),  # noqa: S310 the emulator's
        timeout=30,
    ) as answer:
        assert answer.status == 200
    assert caller.call("POST", f"{path}/complete").json["state"] == "complete"
    found = caller.call("POST", f"{path}/dry-run").json
    assert (found["state"], found["outcome"], found["accepted"], len(found["rejected_rows"])) == (
        "checked",
        "done",
        1,
        3,
    )
    assert list(stores.ledger(lake.environment).records()) == []
    for zone in ("raw", "curated", "quarantine", "artifacts"):
        assert list(stores.objects().list(lake.bucket(zone), "")) == [], zone
    committed = caller.call("POST", f"{path}/commit").json
    record = intake.file_processor(lake.environment).process(ObjectRef(lake.bucket("raw"), committed["key"]))
    assert (record.file_id, record.accepted) == (committed["file_id"], found["accepted"])
    story = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert [stage["state"] for stage in story["stages"]] == [
        "done",
        "done",
        "done",
        "warning",
        "done",
        "done",
    ]  # two of four rows are refused
    assert [file["file_id"] for file in caller.call("GET", "/v1/files").json["files"]] == [record.file_id]
    assert caller.call("POST", "/v1/uploads", asked).json["state"] == "duplicate"
    rows = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json
    assert (rows["total"], "4111111111111111" in str(rows)) == (3, False)
    reverted = caller.call("POST", f"/v1/files/{record.file_id}/revert")
    assert (reverted.status, reverted.json["accepted"]) == (200, 1), reverted.text
