"""A day of faults on a deployed lake: files in random order, every fault mixed in, a restart in the middle.

The last line is JSON.

    make drill-day [FILES=200]

The lake lies on an emulator of its own that keeps its state (`PERSIST_STATE`). Besides valid files there are
broken ones, copies, corrections, refused rows and the files of the fault harness; events come twice and late;
messages are broken, objects are deleted before the gate reads them, permissions are taken away for a while,
and the emulator is stopped while files are processed. Then the lake rests, what died is redriven, and its
rows are compared with those of a quiet run over the same files, in memory. Exit code 0 where the rows are
equal and every dead letter is explained.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from benchmarks.deployed.deployed_lake import ROOT, payments
from benchmarks.experiments.deployed import Target
from headgate.aws import clients
from headgate.aws.events import created_objects
from headgate.aws.secrets import Secrets
from headgate.contracts.registry import Registry
from headgate.formats.read_table import sample_table
from headgate.lake.ports import ObjectRef
from headgate.lake.states import UNDER_WAY
from headgate.matching.mappings import Mappings
from headgate.values.parquet_tables import table_of
from headgate.wiring import operations
from scripts.emulator import emulator
from tests.faults import inputs
from tests.faults.lake import KEY, Lake

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from headgate.intake.files.gate import GateRules
    from headgate.lake.ports import MaskingKey
    from tests.faults.lake import Ports

NAME = "drill-day"
FOLDER = ROOT / ".headgate" / NAME
SEED, ROWS = 20, 20
VARIABLES = ("quiet_s=3600", "redelivery_s=10", "max_receive_count=2")
DENIED = {0.25: "s3:PutObject", 0.65: "dynamodb:PutItem"}  # at these shares of the files
DENIED_S = 15
RESTART_AT = 0.5
KINDS = {"valid": 60, "copied": 10, "corrected": 10, "broken": 20}
EVENT_AGAIN, NO_EVENT, DELETED = 0.1, 0.02, 0.03  # shares of the files after which something happens
QUIET_S = 900
Upload = tuple[str, bytes]


def uploads(files: int, dice: random.Random) -> list[Upload]:
    """Return about so many files in random order; versions of one object are in it too."""
    harness = [
        (key, body)
        for name, group in inputs.GROUPS.items()
        if name != "all"
        for key, body in group
        if body is not None
    ]
    made = list(harness)
    number = 0
    while len(made) < files:
        number += 1
        body, key = payments(ROWS, number), f"payments/day-{number}.csv"
        (kind,) = dice.choices(list(KINDS), list(KINDS.values()))
        made.append((key, _broken(body, dice) if kind == "broken" else body))
        if kind == "copied":
            made.append((f"payments/day-{number} copy.csv", body))
        elif kind == "corrected":
            made.append((key, body.replace(b"captured", b"refunded")))
    dice.shuffle(made)
    return made[: max(files, len(harness))]


def _broken(body: bytes, dice: random.Random) -> bytes:
    """A file with a fault: nothing in it, cut, no table, without a column, or with rows to refuse."""
    header, rows = body.split(b"\n", 1)
    faults = [
        b"",
        gzip.compress(body, mtime=0)[:-20],
        b"PAR1 not parquet PAR1",
        header.replace(b"payment_id,", b"") + b"\n" + rows,
        body + b"x,\n",
        header + b"\n" + b"x," * 11 + b"x\n" + rows,
    ]
    return dice.choice(faults)


@dataclass
class QuietLake(Lake):
    """A lake in memory with all contracts and the masking key of the deployed one; nothing befalls it."""

    files: Sequence[Upload] = ()
    key: MaskingKey = KEY

    def __post_init__(self) -> None:
        for key, body in self.files:
            self.objects.write(ObjectRef("raw", key), body)
            self.refs.append(self.objects.info(ObjectRef("raw", key)).ref)

    def gate_rules(self, ports: Ports) -> GateRules:
        """Return the rules of the gate with every source contract."""
        sources = Registry.load().source
        mappings = Mappings(ports.objects, self.bucket("artifacts"), sources, sample_table)
        return replace(
            super().gate_rules(ports), contracts=sources, mappings=mappings, masking_key=lambda: self.key
        )


@dataclass
class Day:
    """The faults of a day in a deployed lake.

    Attributes:
        gone: objects that were deleted before the gate could read them.
    """

    target: Target
    dice: random.Random
    refs: list[ObjectRef] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    messages_without_event: int = 0

    def send(self, files: Sequence[Upload]) -> None:
        """Send all files with the faults of the day."""
        happens = {int(share * len(files)): action for share, action in DENIED.items()}
        for number, (key, body) in enumerate(files):
            self.refs.append(self.target.send(body, key))
            self._disturb()
            if number in happens:
                self._deny_for_a_while(happens[number])
            if number == int(RESTART_AT * len(files)):
                print(
                    f"restarted {emulator.restart(FOLDER).url} with its state", flush=True
                )  # while functions work

    def _disturb(self) -> None:
        """Send some events again, messages that are no events, and objects that are deleted at once."""
        if self.dice.random() < EVENT_AGAIN:
            self.target.deliver([self.dice.choice(self.refs)] * self.dice.randint(1, 3))
        if self.dice.random() < NO_EVENT:
            self.messages_without_event += 1
            self.target.client("sqs").send_message(
                QueueUrl=self.target.outputs["raw_queue_url"], MessageBody="no event"
            )
        if self.dice.random() < DELETED:
            ref = self.target.send(
                b"", f"payments/gone-{len(self.gone)}.csv"
            )  # without rows, in case that the gate is faster
            self.target.client("s3").delete_object(Bucket=ref.bucket, Key=ref.key, VersionId=ref.version_id)
            self.gone.add(ref.key)

    def _deny_for_a_while(self, action: str) -> None:
        iam, role = self.target.client("iam"), self.target.outputs["functions"]["raw_to_curated"]["role"]
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}],
        }
        iam.put_role_policy(RoleName=role, PolicyName=NAME, PolicyDocument=json.dumps(document))
        self.target.deliver(self.refs[-20:])  # work meets the missing permission
        time.sleep(DENIED_S)
        iam.delete_role_policy(RoleName=role, PolicyName=NAME)

    def rest(self) -> None:
        """All files are processed; what died is redriven once."""
        self._await_quiet()
        command = [
            sys.executable,
            "-m",
            "headgate.cli.main",
            "dlq",
            "redrive",
            "--yes",
            "--json",
            "--deployment",
            NAME,
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        print(f"redrive: {done.stdout.strip() or done.stderr.strip()}", flush=True)
        self._await_quiet()

    def _await_quiet(self) -> None:
        if not self.target.is_quiet(QUIET_S):
            raise SystemExit(f"The raw queue did not become empty within {QUIET_S} s.")

    def dead_letters(self, quiet: QuietLake) -> Counter[str]:
        """Return why the messages of the dead-letter queue are there, counted."""
        letters = operations.queues().look(self.target.outputs["raw_dead_letter_queue_url"], 10_000)
        dead = {ref.key for ref in quiet.dead}
        return Counter(self._explained(letter.body, dead) for letter in letters)

    def _explained(self, body: str, dead_in_quiet_run: Collection[str]) -> str:
        try:
            refs = list(created_objects(body))
        except ValueError:
            refs = []
        if not refs:
            return "a message that is no event"
        if refs[0].key in dead_in_quiet_run:
            return "a message that dies in the quiet run, too: its file is no manifest"
        record = self.target.record(refs[0])
        if refs[0].key in self.gone:
            return "an object that was deleted before the gate read it"
        if record and record.state not in UNDER_WAY:
            return f"its file is {record.state}: another delivery was processed, or the file is rejected"
        return f"unexplained: {refs[0].key} is {record.state if record else 'unknown'}"

    def rows(self) -> Counter[str]:
        """Return the accepted rows of the deployed lake."""
        s3, bucket = self.target.client("s3"), os.environ["HEADGATE_CURATED_BUCKET"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="increments/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return counted({key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys})


def quiet_run(files: Sequence[Upload]) -> QuietLake:
    """Return a lake in memory to which each of the same files came once."""
    key = Secrets(clients.secretsmanager()).masking_key(os.environ["HEADGATE_MASKING_KEY_SECRET"])
    lake = QuietLake("no data", files=files, key=key)
    lake.deliver(lake.refs)
    return lake


def counted(objects: Mapping[str, bytes]) -> Counter[str]:
    """Return each row of the increments as text with its dataset, and how often it is there."""
    counts: Counter[str] = Counter()
    for key, body in objects.items():
        if key.endswith(".parquet") and not key.endswith(".deleted.parquet"):
            dataset = key.split("/")[1]
            counts.update(f"{dataset} {row}" for row in table_of(body).to_pylist())
    return counts


@contextmanager
def deployed_lake() -> Iterator[Target]:
    """A lake on an emulator of its own that keeps its state; nothing of it stays."""
    state = FOLDER / "state"
    shutil.rmtree(state, ignore_errors=True)  # of a day that was cut off
    emulator.keep_state(state)
    variables = [part for variable in VARIABLES for part in ("--var", variable)]
    subprocess.run(
        [sys.executable, "scripts/deploy.py", "apply", "emulator", "--name", NAME, "--own", *variables],
        cwd=ROOT,
        check=True,
    )
    try:
        yield Target(NAME, "emulator")
    finally:
        emulator.stop(FOLDER)
        shutil.rmtree(state, ignore_errors=True)


@contextmanager
def _timed(part: str, seconds: dict[str, int]) -> Iterator[None]:
    """Note and print how long a part of the day took."""
    began = time.monotonic()
    yield
    seconds[part] = round(time.monotonic() - began)
    print(f"{part}: {seconds[part]} s", flush=True)


def main() -> int:
    """Run the day; 0 when all is well."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=int(os.environ.get("FILES") or 200))
    dice = random.Random(SEED)
    files = uploads(parser.parse_args().files, dice)
    with deployed_lake() as target:
        target.lake  # noqa: B018 it sets the environment of this process
        day, seconds = Day(target, dice), dict[str, int]()
        with _timed("sending", seconds):
            day.send(files)
        with _timed("rest", seconds):
            day.rest()
        with _timed("quiet run", seconds):
            quiet = quiet_run(files)
            expected = counted(
                {
                    key: body
                    for key, body in quiet.contents("curated").items()
                    if key.startswith("increments/")
                }
            )
        with _timed("comparison", seconds):
            letters, rows = day.dead_letters(quiet), day.rows()
    for reason, count in letters.most_common():
        print(f"dead letters: {count} x {reason}")
    unexplained = sum(count for reason, count in letters.items() if reason.startswith("unexplained"))
    missing, surplus = (expected - rows).total(), (rows - expected).total()
    result = {
        "files": len(files),
        "seconds": sum(seconds.values()),
        "seconds_of": seconds,
        "rows": rows.total(),
        "rows_missing": missing,
        "rows_surplus": surplus,
        "dead_letters": letters.total(),
        "unexplained": unexplained,
    }
    print(json.dumps(result))
    return int(bool(missing or surplus or unexplained))


if __name__ == "__main__":
    sys.exit(main())
