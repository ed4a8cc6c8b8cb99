"""A file that is too much for its worker goes to a larger one, once, and becomes there what it would have
become here.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import random
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.aws.retry_throttled import retry_throttled
from headgate.contracts.registry import Registry
from headgate.errors import ServiceError, ThrottledError
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.workers.larger_worker import LargerWorker, from_address
from headgate.intake.workers.worker_sizing import FIRST, Worker, form_of, need, pace
from headgate.lake.ports import Claim, FileRecord, MaskingKey, MeasuredFile, ObjectRef
from headgate.lake.raw_objects import file_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

SOURCE = Registry.load().source
START = dt.datetime(2024, 1, 2, 3, 4, 5)
LEASE_S, RUN_S = 300, 40_000
GIB = 1 << 30
LARGE_BYTES = (
    2 << 20
)  # from this size on files are examined here: an eighth of what it is elsewhere, for fast tests
CALLS = ("info", "read", "write", "head", "download", "upload", "list", "delete")
SMALL, HUGE = Worker(512 << 20, 512 << 20), Worker(1 << 50, 1 << 50)
HEADER = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"


def regions(name: str, size_bytes: int = LARGE_BYTES) -> bytes:
    """Rows of which the first is as long as need be; it is refused, so that nothing of it stays."""
    short = (
        f"GB,{name},GB,EU,1,,2024-01-01 00:00:00\nFR,{name},FR,EU,x,,2024-01-01 00:00:00\n"
        f"GB,{name},GB,EU,1,,2024-01-01 00:00:00\n"
    )
    line = f"{'no code' * 100},a,b,c,,,\n"
    return (HEADER + short + line * (size_bytes // len(line) + 1)).encode()


@pytest.fixture(scope="module")
def large() -> bytes:
    return regions("one")


@dataclass
class Lake:
    """A lake in memory, with a function that has little and larger workers that have plenty."""

    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: START))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: dt.datetime = START
    started: dict[str, Mapping[str, str]] = field(default_factory=dict)
    refuses: bool = False

    def put(self, key: str, body: bytes) -> ObjectRef:
        self.objects.write(ObjectRef("raw", key), body)
        return self.objects.info(ObjectRef("raw", key)).ref

    def start(self, name: str, reported: Mapping[str, str]) -> None:
        if self.refuses:
            raise ServiceError("the state machine cannot be started")
        self.started[name] = reported

    def gate(self, lease_s: int, largest_bytes: int = GIB) -> tuple[GatePorts, GateRules]:
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", lambda: self.now, lease_s)
        return ports, GateRules(SOURCE, lambda: MaskingKey("k", b"0" * 32), largest_bytes=largest_bytes)

    def function(
        self, worker: Worker = SMALL, time_left_s: float = 300.0, *, again: bool = False
    ) -> FileProcessor:
        larger_worker = LargerWorker(
            worker, lambda: time_left_s, self.start, RUN_S, LARGE_BYTES, is_redelivery=lambda: again
        )
        return FileProcessor(
            *self.gate(LEASE_S, worker.largest_bytes),
            larger_worker=larger_worker,
            measured_from_bytes=LARGE_BYTES,
        )

    def job(self, run: str = "run-1") -> FileProcessor:
        return FileProcessor(*self.gate(RUN_S), run=run, measured_from_bytes=LARGE_BYTES)

    def passed_on(self) -> list[FileRecord]:
        """Return the larger workers' records of all that was handed to them."""
        return [
            self.job(name).process(from_address(reported["object"]))
            for name, reported in self.started.items()
        ]

    def contents(self) -> dict[str, bytes]:
        return {**self.objects.contents("curated"), **self.objects.contents("quarantine")}


def comparable(record: FileRecord) -> FileRecord:
    return replace(record, finished_at="", stage_times={}, seen_before=False)


def test_a_file_becomes_the_same_here_and_there(large: bytes) -> None:
    here, there = Lake(), Lake()
    record = here.function(HUGE).process(here.put("regions/a.csv", large))
    handed = there.function().process(there.put("regions/a.csv", large))
    assert (record.state, handed.state, here.started) == ("done", "handed_over", {})
    assert [comparable(one) for one in there.passed_on()] == [comparable(record)]
    assert there.contents() == here.contents()
    assert comparable(there.ledger.get(record.file_id)) == comparable(record)


def test_a_small_file_is_not_even_looked_at() -> None:
    lake = Lake()
    assert (
        lake.function(Worker(1, GIB), time_left_s=0)
        .process(lake.put("regions/a.csv", regions("small", 0)))
        .state
        == "done"
    )


def test_however_often_it_is_delivered_one_run_is_started_and_messages_are_acknowledged(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    records = [lake.function().process(ref) for _ in range(3)]
    assert [(record.state, record.seen_before) for record in records] == [
        ("handed_over", False),
        ("handed_over", True),
        ("handed_over", True),
    ]
    lake.now += dt.timedelta(seconds=2 * LEASE_S)  # a late one, while the run continues
    lake.function().process(ref)
    assert len(lake.started) == 1
    (done,) = lake.passed_on()
    assert (done.state, lake.function().process(ref).state, len(lake.started)) == ("done", "done", 1)


def test_the_run_gets_the_very_version_that_was_handed_over(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/ä file+1.csv", large)
    lake.function().process(ref)
    lake.put("regions/ä file+1.csv", b"another")
    (reported,) = lake.started.values()
    assert from_address(reported["object"]) == ref
    assert reported["file_id"] == file_id_of(ref)


def test_a_run_that_cannot_be_started_leaves_the_file_to_the_next_delivery(large: bytes) -> None:
    lake = Lake(refuses=True)
    ref = lake.put("regions/a.csv", large)
    with pytest.raises(ServiceError):
        lake.function().process(ref)
    lake.refuses = False
    assert (lake.function().process(ref).state, len(lake.started)) == ("handed_over", 1)


def test_a_hand_over_whose_answer_was_lost_is_not_asked_for_again_while_its_lease_runs(large: bytes) -> None:
    """Else the ledger says that a run has the file, the message is acknowledged, and there is no run."""
    lake = Lake()
    ref = lake.put("regions/a.csv", large)

    class Loses(MemoryLedger):
        def hand_over(self, record: FileRecord, *, now: dt.datetime, lease_s: int) -> Claim:
            super().hand_over(record, now=now, lease_s=lease_s)
            raise ThrottledError("the answer was lost")

    ledger, lake.ledger = lake.ledger, Loses()
    with pytest.raises(ServiceError) as failed:
        retry_throttled(partial(lake.function().process, ref), sleep=lambda _: None)
    assert not isinstance(failed.value, ThrottledError)
    ledger._records, ledger._leases, lake.ledger = lake.ledger._records, lake.ledger._leases, ledger
    lake.now += dt.timedelta(seconds=LEASE_S + 1)
    assert (lake.function().process(ref).state, len(lake.started)) == ("handed_over", 1)


def test_a_function_that_dies_before_the_start_is_followed_by_another(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)

    class DiedError(BaseException):
        """The process was stopped."""

    def dies(*_: object) -> None:
        raise DiedError

    function = lake.function()
    dying = FileProcessor(
        function.ports, function.rules, larger_worker=replace(function.larger_worker, start=dies)
    )  # type: ignore[type-var]  # it is there
    with pytest.raises(DiedError):
        dying.process(ref)
    lake.now += dt.timedelta(seconds=LEASE_S + 1)
    assert (function.process(ref).seen_before, len(lake.started)) == (False, 1)


def test_two_runs_for_one_file_do_not_work_side_by_side(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    lake.function().process(ref)
    record = lake.ledger.get(file_id_of(ref))
    assert lake.ledger.take_over(record, run="other", now=lake.now, lease_s=RUN_S).granted
    left = lake.job().process(ref)
    assert (left.state, left.seen_before, lake.contents()) == ("handed_over", True, {})
    assert lake.job("other").process(ref).state == "done"


def test_a_run_that_failed_gives_the_file_back_to_its_next_attempt(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    lake.function().process(ref)

    class Full(MemoryObjects):
        def upload(self, *_: object, **__: object) -> None:
            raise ServiceError("no room")

    job = lake.job()
    with pytest.raises(ServiceError):
        FileProcessor(
            replace(job.ports, objects=Full(_versions=lake.objects._versions)), job.rules, run=job.run
        ).process(ref)
    assert lake.ledger.get(file_id_of(ref)).state == "handed_over"
    assert lake.job("run-2").process(ref).state == "done"


def test_a_file_that_failed_there_is_handed_over_again_at_its_next_delivery(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    lake.function().process(ref)
    lake.ledger.finish(
        replace(
            lake.ledger.get(file_id_of(ref)),
            state="failed",
            error={"rule": "job_failed", "message": "TIMEOUT"},
        )
    )
    lake.now += dt.timedelta(seconds=1)
    assert (lake.function().process(ref).state, len(lake.started)) == ("handed_over", 2)


def test_the_content_of_a_file_that_failed_there_is_accepted_when_it_is_sent_again(large: bytes) -> None:
    lake = Lake()
    first, again = lake.put("regions/a.csv", large), lake.put("regions/again.csv", large)
    lake.function().process(first)
    record = lake.ledger.get(file_id_of(first))
    lake.ledger.finish(replace(record, state="failed", error={"rule": "job_failed", "message": "TIMEOUT"}))
    lake.function().process(again)
    assert lake.job("run-2").process(again).state == "done"


def test_one_large_file_does_not_hold_up_the_others(large: bytes) -> None:
    lake = Lake()
    lake.function().process(lake.put("regions/a.csv", large))
    assert lake.function().process(lake.put("regions/b.csv", regions("small", 0))).state == "done"


def test_the_same_large_content_under_another_name_is_skipped_there(large: bytes) -> None:
    lake = Lake()
    for name in ("a", "b"):
        lake.function().process(lake.put(f"regions/{name}.csv", large))
    assert sorted(record.state for record in lake.passed_on()) == ["done", "skipped_duplicate"]


def test_a_content_that_another_run_works_on_is_for_later(large: bytes) -> None:
    lake = Lake()
    first, second = (lake.put(f"regions/{name}.csv", large) for name in ("a", "b"))
    for ref in (first, second):
        lake.function().process(ref)
    record = lake.ledger.get(file_id_of(first))
    read = replace(record, content_sha256=hashlib.sha256(large).hexdigest())
    lake.ledger.take_over(read, run="1", now=lake.now, lease_s=RUN_S)
    with pytest.raises(ThrottledError):
        lake.job("2").process(second)


def test_a_file_that_grows_past_the_worker_when_unpacked_is_handed_over_then(large: bytes) -> None:
    lake = Lake()
    noise = random.Random(1).randbytes(750_000).hex()  # noqa: S311 seeded, so that it is the same each time
    packed = gzip.compress(
        (
            HEADER + "".join(f"{noise[at : at + 1000]},a,b,c,,,\n" for at in range(0, len(noise), 1000))
        ).encode(),
        1,
    )
    assert len(packed) < LARGE_BYTES < len(large)
    worker = Worker(GIB, 3_750_000)
    ref = lake.put("regions/a.csv.gz", packed)
    assert lake.function(worker).process(ref).state == "handed_over"
    assert lake.passed_on()[0].state == "done"


def test_what_no_worker_can_hold_is_refused_by_the_largest(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    lake.function().process(ref)
    record = FileProcessor(*lake.gate(RUN_S, largest_bytes=1_000_000), run="1").process(ref)
    assert (record.state, record.error["rule"]) == ("rejected", "too_large")


def test_what_no_worker_can_hold_is_refused_unread_whatever_its_dataset(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("nobody/knows.csv", large)
    record = FileProcessor(*lake.gate(RUN_S, largest_bytes=1_000_000), run="1").process(ref)
    assert (record.state, record.error["rule"]) == ("rejected", "too_large")


def test_a_file_whose_key_must_not_be_passed_to_a_job_is_refused(large: bytes) -> None:
    lake = Lake()
    record = lake.function().process(lake.put("regions/4111111111111111.csv", large))
    assert (record.state, record.error["rule"], lake.started) == ("rejected", "too_large", {})
    assert "4111111111111111" not in str(record)


def test_a_file_that_killed_a_worker_goes_to_a_larger_one(large: bytes) -> None:
    lake = Lake()
    ref = lake.put("regions/a.csv", large)
    lake.ledger.claim(
        FileRecord(file_id_of(ref), *vars(ref).values(), "regions", "processing"),
        now=lake.now,
        lease_s=LEASE_S,
    )
    with pytest.raises(ThrottledError):
        lake.function(HUGE).process(ref)
    lake.now += dt.timedelta(seconds=LEASE_S + 1)
    assert lake.function(HUGE).process(ref).state == "handed_over"


def test_a_small_file_that_killed_a_worker_goes_to_a_larger_one_when_it_comes_again() -> None:
    """A small archive or workbook may hold a lot.

    Three deaths would leave a dead letter and no word of why.
    """
    lake = Lake()
    ref = lake.put("regions/small.csv", regions("small", 0))
    lake.ledger.claim(
        FileRecord(file_id_of(ref), *vars(ref).values(), "regions", "processing"),
        now=lake.now,
        lease_s=LEASE_S,
    )
    lake.now += dt.timedelta(seconds=LEASE_S + 1)
    assert lake.function(HUGE, again=True).process(ref).state == "handed_over"
    (done,) = lake.passed_on()
    assert (done.state, lake.function(HUGE, again=True).process(ref).state) == ("done", "done")


def test_a_small_file_that_comes_again_after_a_failed_call_stays_with_the_function() -> None:
    lake = Lake()
    ref = lake.put("regions/small.csv", regions("small", 0))
    record = FileRecord(file_id_of(ref), *vars(ref).values(), "regions", "processing")
    lake.ledger.claim(record, now=lake.now, lease_s=LEASE_S)
    lake.ledger.release(record)
    assert lake.function(HUGE, again=True).process(ref).state == "done"


def test_a_file_that_only_met_a_failing_service_stays_with_the_worker_that_has_enough_for_it(
    large: bytes,
) -> None:
    """No job, which takes minutes and costs money, for one call that S3 throttled: nobody died of
    the file.
    """
    lake = Lake()
    ref, met = lake.put("regions/a.csv", large), ["SlowDown"]

    def upload(*reported: Any, **also: Any) -> None:  # noqa: ANN401 as the port has it
        if met:
            raise ThrottledError(met.pop())
        lake.objects.upload(*reported, **also)

    function = lake.function(HUGE)
    objects = cast(
        "MemoryObjects",
        SimpleNamespace(**{name: getattr(lake.objects, name) for name in CALLS} | {"upload": upload}),
    )
    record = retry_throttled(
        partial(replace(function, ports=replace(function.ports, objects=objects)).process, ref),
        sleep=lambda _: None,
    )
    assert (record.state, met, lake.started) == ("done", [], {})


def test_what_a_file_took_is_remembered_for_the_next_of_its_kind(large: bytes) -> None:
    lake = Lake()
    lake.function(HUGE).process(lake.put("regions/a.csv", large))
    (took,) = lake.ledger.measured("regions/csv")
    assert (took.size_bytes, took.unpacked_bytes) == (len(large), len(large))


def test_a_kind_of_file_that_was_fast_and_lean_stays_here() -> None:
    lake, worker = Lake(), Worker(GIB, 4 * GIB)
    assert need(400 << 20, FIRST["csv"]).beyond(worker, 300) == "memory"
    lake.ledger.measure("regions/csv", [MeasuredFile(10**8, 10**8, 4000, 480 << 20)])
    assert need(400 << 20, pace("csv", lake.ledger.measured("regions/csv"))).beyond(worker, 300) == ""
    lake.ledger.measure(
        "regions/csv",
        [MeasuredFile(10**8, 10**8, 4000, 480 << 20), MeasuredFile(10**8, 10**8, 400_000, 480 << 20)],
    )
    assert need(400 << 20, pace("csv", lake.ledger.measured("regions/csv"))).beyond(worker, 300) == "time"


@pytest.mark.parametrize(
    ("size_bytes", "worker", "time_left_s", "lacks"),
    [
        (16 << 20, Worker(3 * GIB, 9 * GIB), 300, ""),
        (2 * GIB, Worker(3 * GIB, 9 * GIB), 300, "memory"),
        (2 * GIB, Worker(64 * GIB, 9 * GIB), 300, "time"),
        (16 << 20, Worker(3 * GIB, 9 * GIB), 5, "time"),
        (4 * GIB, Worker(64 * GIB, 9 * GIB), 10**6, "disk"),
    ],
)
def test_the_estimate_is_compared_with_what_the_worker_has(
    size_bytes: int, worker: Worker, time_left_s: float, lacks: str
) -> None:
    assert need(size_bytes, FIRST["csv"]).beyond(worker, time_left_s) == lacks


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"a,b\n1,2\n", "csv"),
        (b'{"a": 1}\n{"a": 2}\n', "json"),
        (b"PAR1....", "parquet"),
        (gzip.compress(b"x"), "gzip"),
        (b"PK\x03\x04....", "zip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"", "csv"),
    ],
)
def test_the_form_is_recognised_by_the_first_bytes(head: bytes, form: str) -> None:
    assert form_of(head) == form
    assert form in FIRST
