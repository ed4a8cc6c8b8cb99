"""Check a deployment that exists, in a minute: events reach the gate, the gate runs, Athena answers, and
nothing is stuck.

Examples:
    python scripts/smoke_test.py local
    python scripts/smoke_test.py aws --json

No row enters the lake. The check of events leaves one record of an ignored file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.request
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate.api.deployed_lake import DeployedLake
from headgate.api.files.uploads import uploads_of
from headgate.cli import command_deployment
from headgate.errors import HeadgateError, NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.lake.states import UNDER_WAY, FileState
from headgate.uploads.commit_upload import CHECKED, CHECKING
from headgate.wiring import operations, stores
from scripts.terraform_cli import STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.lake.ports import FileRecord
    from headgate.uploads.commit_upload import Uploads

LIMIT_S = 60
POLL_S = 0.2
CALLER = "smoke-test"
Found = TypeVar("Found")


class SmokeError(Exception):
    """A part of the deployment does not work; the message names it and the remedy."""


@dataclass(frozen=True)
class Outcome:
    """The result of one check."""

    name: str
    passed: bool
    seconds: float
    message: str


def check_events(lake: DeployedLake) -> str:
    """Check that an object in raw reaches the gate: S3 → SQS → function → ledger.

    The gate ignores its name, so it adds no rows.
    """
    ref = ObjectRef(lake.bucket("raw"), f"_smoke/_{uuid.uuid4().hex}")
    lake.objects.write(ref, b"smoke test")
    sent = lake.objects.info(ref).ref
    try:
        record = _awaited(
            lambda: _finished(lake, sent), "The gate did not finish with the object. Read `headgate logs`."
        )
    finally:
        lake.objects.delete(sent)
    if record.state is not FileState.IGNORED:
        raise SmokeError(
            f"The gate recorded the object as {record.state}, not as ignored. Read `headgate logs`."
        )
    return "an object in raw reached the gate"


def check_gate(lake: DeployedLake) -> str:
    """Check the gate's code, contracts and key with a dry run of a small file, which leaves no trace."""
    contract = next(iter(lake.contracts.source.values()))
    body = (
        (",".join(column.name for column in contract.columns) + "\n").encode()
        + uuid.uuid4().hex.encode()
        + b"\n"
    )
    uploads = uploads_of(lake)
    upload = uploads.begin(
        CALLER,
        name="smoke.csv",
        size_bytes=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        dataset=contract.dataset,
    )
    try:
        url = lake.uploads.part_url(uploads.content(upload.upload_id), upload.store_id, 1, LIMIT_S)
        urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT"), timeout=LIMIT_S).close()  # noqa: S310 the store's own URL
        uploads.complete(upload.upload_id)
        uploads.start_dry_run(upload.upload_id, lake.dry_runs.start)
        record = _awaited(
            lambda: _ended(uploads, upload.upload_id), "The dry run did not end. Read `headgate logs`."
        )
    finally:
        uploads.abort(upload.upload_id)
    if record["state"] != CHECKED:
        raise SmokeError("The dry run failed. Read `headgate logs --contains dry`.")
    return f"a dry run of {contract.dataset} ended"


def check_query(lake: DeployedLake) -> str:
    """Check that Athena answers a query of the lake's own table."""
    rows = stores.lake_tables(os.environ).sql(
        f"select count(*) as n from {lake.databases.curated}.quarantine"  # noqa: S608 names of the deployment
    )
    return f"Athena counts {rows['n'][0].as_py():,} rows in quarantine"


def check_runs(lake: DeployedLake) -> str:
    """Check that the state machine answers."""
    newest = lake.runs.newest(1)
    return f"the newest run is {newest[0].status.lower()}" if newest else "there was no run yet"


def check_dead_letters(deployed: command_deployment.Deployment) -> str:
    """Check that no message has failed as often as permitted."""
    dead = sum(
        operations.queues().depth(deployed.output(f"{name}_dead_letter_queue_url")).waiting
        for name in ("raw", "curated")
    )
    if dead:
        raise SmokeError(f"{dead} dead letters. `headgate dlq list` explains them.")
    return "no dead letters"


def run_checks(checks: Mapping[str, Callable[[], str]]) -> list[Outcome]:
    """Run each check; a failure does not stop the others."""
    return [_run_check(name, check) for name, check in checks.items()]


def _run_check(name: str, check: Callable[[], str]) -> Outcome:
    began = time.monotonic()
    try:
        message, passed = check(), True
    except (SmokeError, HeadgateError, OSError) as error:
        message, passed = str(error), False
    return Outcome(name, passed, round(time.monotonic() - began, 2), message)


def _finished(lake: DeployedLake, sent: ObjectRef) -> FileRecord:
    """Return the record of the object; NotFoundError while there is none, or a worker holds it."""
    record = lake.ledger.get(file_id_of(sent))
    if record.state in UNDER_WAY:
        raise NotFoundError("not finished yet")
    return record


def _ended(uploads: Uploads, upload_id: str) -> dict[str, object]:
    """Return the result of a dry run; NotFoundError while there is none."""
    stored = uploads.dry_run(uploads.get(upload_id))
    if stored is None or stored["state"] == CHECKING:
        raise NotFoundError("no result yet")
    return dict(stored)


def _awaited(look: Callable[[], Found], otherwise: str) -> Found:
    until = time.monotonic() + LIMIT_S / 2
    while True:
        try:
            return look()
        except NotFoundError:
            if time.monotonic() > until:
                raise SmokeError(otherwise) from None
            time.sleep(POLL_S)


def main() -> int:
    """Check, print, and return 0 if all checks passed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", help="the deployment below .headgate/")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    asked = parser.parse_args()
    os.chdir(STATE.parent)
    deployed = command_deployment.activate(asked.name)
    lake = DeployedLake(deployed.environment)
    checks = {
        "events": lambda: check_events(lake),
        "gate": lambda: check_gate(lake),
        "query": lambda: check_query(lake),
        "runs": lambda: check_runs(lake),
        "dead letters": lambda: check_dead_letters(deployed),
    }
    outcomes = run_checks(checks)
    seconds = round(sum(outcome.seconds for outcome in outcomes), 2)
    passed = all(outcome.passed for outcome in outcomes)
    if asked.json:
        print(
            json.dumps(
                {
                    "deployment": asked.name,
                    "passed": passed,
                    "seconds": seconds,
                    "checks": [asdict(outcome) for outcome in outcomes],
                }
            )
        )
    else:
        print(
            "\n".join(
                f"{'passed' if outcome.passed else 'FAILED'}  {outcome.name:12} {outcome.seconds:6.2f} s  "
                f"{outcome.message}"
                for outcome in outcomes
            )
        )
        print(f"{'All checks passed' if passed else 'The deployment does not work'}: {seconds} s")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
