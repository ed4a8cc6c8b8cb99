"""A file that is too much for the function: handed over, accepted by the job, and equal in every byte to what
the function makes of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.aws import clients
from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.workers.larger_worker import from_address
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.wiring import intake, stores
from tests.conftest import unique
from tests.integration.glue_jobs.test_glue_jobs import run_job

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)
KEY = MaskingKey("k1", bytes(range(32)))


def payments(rows: int) -> bytes:
    """Return about 17 MB with 160,000 rows, of which a few are refused and a few come twice."""
    lines = [
        f"{row % (rows - 5)},O-{row},card,411111111111111{'12'[row % 1000 == 7]},917,2027-12,{row % 90}.50,"
        "GBP,2011-12-09 12:50:00,"
        f"captured,thanks for number {row},2011-12-09 12:50:00\n"
        for row in range(rows)
    ]
    return (HEADER + "".join(lines)).encode()


@pytest.fixture
def machine(lake: Lake) -> str:
    """A state machine that does nothing but remember its input."""
    definition = {"StartAt": "Settled", "States": {"Settled": {"Type": "Pass", "End": True}}}
    role = lake.emulator.role("states")
    made = lake.emulator.client("stepfunctions").create_state_machine(
        name=unique("large"), definition=json.dumps(definition), roleArn=role
    )
    return made["stateMachineArn"]


def of_function(body: bytes, ref: ObjectRef, lake: Lake) -> tuple[FileRecord, dict[str, bytes]]:
    """Return the function's outcome for the same object where it has enough of everything."""
    landed = stores.objects().info(ref).modified_at
    objects = MemoryObjects(clock=lambda: landed)
    objects.write(ObjectRef(ref.bucket, ref.key), body)
    contracts, zones = Registry.load().source, (lake.bucket("curated"), lake.bucket("quarantine"))
    ports = GatePorts(objects, MemoryLedger(), *zones, lambda: landed, 300)
    record = FileProcessor(ports, GateRules(contracts, lambda: KEY)).process(
        objects.info(ObjectRef(ref.bucket, ref.key)).ref
    )
    return record, {zone: next(iter(objects.contents(zone).values())) for zone in zones}


def test_the_job_makes_of_a_file_what_the_function_makes_of_it(
    lake: Lake, machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in lake.environment.items():
        monkeypatch.setenv(name, value)
    clients.s3.cache_clear()
    clients.dynamodb.cache_clear()
    clients.stepfunctions.cache_clear()
    body, key = payments(160_000), f"payments/{unique('large')} ü.csv"
    lake.emulator.client("s3").put_object(Bucket=lake.bucket("raw"), Key=key, Body=body)
    ref = stores.objects().info(ObjectRef(lake.bucket("raw"), key)).ref
    little = {"HEADGATE_MEMORY_MB": "512", "HEADGATE_DISK_MB": "1024", "HEADGATE_LARGE_MACHINE_ARN": machine}

    handed = intake.runs({**lake.environment, **little}).receive(ref)
    assert (handed.state, handed.file_id) == ("handed_over", file_id_of(ref))
    states = lake.emulator.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=machine)["executions"]
    reported = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
    assert from_address(reported["object"]) == ref

    run = run_job(lake, "curate_large.py", {"--object": reported["object"], "--run": execution["name"]})
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    record, contents = of_function(body, ref, lake)
    settled = stores.ledger(lake.environment).get(handed.file_id)
    set_again = {"file_id": "", "version_id": "", "finished_at": "", "profile": {}, "stage_times": {}}
    assert replace(settled, **set_again) == replace(record, **set_again)
    assert (settled.state, settled.received, settled.accepted, settled.duplicates) == (
        "done",
        160_000,
        159_834,
        4,
    )
    for zone, expected in contents.items():
        name = settled.curated_key if zone == lake.bucket("curated") else settled.quarantine_key
        assert stores.objects().read(ObjectRef(zone, name)) == expected
    assert len(stores.ledger(lake.environment).measured("payments/csv")) == 1


def test_a_job_for_an_object_that_is_gone_fails_and_names_it(lake: Lake) -> None:
    run = run_job(
        lake, "curate_large.py", {"--object": f"s3://{lake.bucket('raw')}/payments/gone.csv", "--run": "r"}
    )
    assert (run["JobRunState"], run["ErrorMessage"].partition(":")[0]) == ("FAILED", "NotFoundError"), run[
        "ErrorMessage"
    ]
