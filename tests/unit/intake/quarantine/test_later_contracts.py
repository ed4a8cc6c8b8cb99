"""A file that came before its contract is taken up once the contract is there."""

from __future__ import annotations

import datetime as dt
import gzip
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.formats.read_table import sample_table
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import ACCEPTED_ELSEWHERE, RAW_GONE, REPLAYED, STILL_REJECTED, Replayer
from headgate.intake.quarantine.list_quarantine import replayable
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.states import FileState
from headgate.matching.mappings import Mappings, Suggested
from headgate.profiling.kept_profiles import Profiles
from tests.unit.matching.test_dataset_evidence import LAGER, TICKETS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

KEY = "uploads/tickets.csv"
LANDED = dt.datetime(2026, 6, 2)
OF_TICKETS = draft_from_sample(TICKETS, "tickets", strict=False).contract
BEFORE = {"lager": LAGER}
AFTER = {**BEFORE, "tickets": OF_TICKETS}


@dataclass
class Lake:
    """A lake in memory; `contracts` are those that are deployed."""

    contracts: dict[str, Contract] = field(default_factory=lambda: dict(BEFORE))
    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: LANDED))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    @property
    def gate(self) -> tuple[GatePorts, GateRules]:
        mappings = Mappings(self.objects, "artifacts", self.contracts, sample_table)
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", lambda: LANDED, 300)
        return ports, GateRules(self.contracts, lambda: MaskingKey("k", b"0" * 32), mappings)

    def process(self, key: str, body: bytes) -> FileRecord:
        self.objects.write(ObjectRef("raw", key), body)
        profiles = Profiles(self.objects, "artifacts")
        processor = FileProcessor(
            *self.gate, profile_unknown=profiles.of_unknown, profile_uncontracted=profiles.of_uncontracted
        )
        return processor.process(self.objects.info(ObjectRef("raw", key)).ref)

    def take_up(self) -> list[tuple[str, FileRecord]]:
        """Take up files as the step after a deployment does."""
        replayer = Replayer(*self.gate)
        records = [replayer.recognised(record) for record in self.ledger.records()]
        chosen = replayable(records, self.contracts, pending=True)
        return [
            (done.outcome, done.record) for done in (replayer.replay(record.file_id) for record in chosen)
        ]


def misattributed(lake: Lake) -> FileRecord:
    """A record of an earlier version: its values alone made the file one of `lager`."""
    record = lake.process(KEY, TICKETS)
    suggested = Suggested("lager", "uploads", "abc", ("ticket",), ("artikelnummer",), (0.5,), ())
    wrong = replace(
        record,
        dataset="lager",
        state=FileState.NEEDS_MAPPING,
        contract=f"{LAGER.id}@{LAGER.version}",
        error={"rule": "needs_mapping", "suggestion": suggested.to_json()},
    )
    lake.ledger.reopen(record.file_id, now=LANDED, lease_s=1)
    lake.ledger.finish(wrong)
    return wrong


@pytest.mark.parametrize("key", [KEY, "tickets/a.csv", "a.csv"])
def test_a_profiled_file_is_taken_up_by_the_deployment_of_its_contract(key: str) -> None:
    lake = Lake()
    assert lake.process(key, TICKETS).state == "profiled"
    assert lake.take_up() == []
    lake.contracts = AFTER
    ((outcome, record),) = lake.take_up()
    assert (outcome, record.state, record.dataset, record.accepted, record.error) == (
        REPLAYED,
        "done",
        "tickets",
        60,
        {},
    )
    assert all("tickets" in name for name in lake.objects.contents("curated"))
    assert lake.take_up() == []


def test_a_file_that_is_pending_as_another_dataset_is_recognised_again() -> None:
    lake = Lake()
    before = misattributed(lake)
    assert lake.take_up() == []
    lake.contracts = AFTER
    done = Replayer(*lake.gate).replay(before.file_id)
    assert (done.outcome, done.record.dataset, done.record.state, done.record.accepted) == (
        REPLAYED,
        "tickets",
        "done",
        60,
    )


def test_what_is_suggested_for_a_pending_file_is_of_the_contract_that_fits_now() -> None:
    lake = Lake()
    stored = Suggested.from_json(misattributed(lake).error["suggestion"])
    lake.contracts = AFTER
    _, rules = lake.gate
    assert rules.mappings is not None
    assert rules.mappings.renewed(KEY, stored, TICKETS).dataset == "tickets"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"PAR1 and nothing else", "corrupt_parquet"),
        (gzip.compress(TICKETS)[:-20], "truncated_gzip"),
        (b" ", "empty_file"),
    ],
)
def test_a_replay_reports_what_is_wrong_with_a_damaged_file_of_no_contract(body: bytes, rule: str) -> None:
    lake = Lake()
    before = lake.process(KEY, body)
    done = Replayer(*lake.gate).replay(before.file_id)
    assert (done.outcome, done.reason["rule"], done.record) == (STILL_REJECTED, rule, before)


def test_a_file_that_no_contract_fits_stays_as_it_is() -> None:
    lake = Lake()
    before = lake.process(KEY, TICKETS)
    done = Replayer(*lake.gate).replay(before.file_id)
    assert (done.outcome, done.record) == (STILL_REJECTED, before)


def test_a_recognised_file_with_an_uncertain_column_is_pending_as_its_dataset_and_asked_about_once() -> None:
    lake = Lake()
    lake.process(KEY, TICKETS.replace(b"minuten", b"F7"))
    lake.contracts = AFTER
    ((outcome, record),) = lake.take_up()
    assert (outcome, record.state, record.dataset) == (STILL_REJECTED, "needs_mapping", "tickets")
    assert Suggested.from_json(record.error["suggestion"]).dataset == "tickets"
    assert lake.ledger.get(record.file_id) == record
    assert lake.take_up() == []


def test_a_recognised_file_that_the_contract_rejects_says_why_once() -> None:
    lake = Lake()
    lake.process(KEY, TICKETS)
    required = Column("region", ColumnType(Kind.STRING), required=True)
    lake.contracts = {**BEFORE, "tickets": replace(OF_TICKETS, columns=(*OF_TICKETS.columns, required))}
    ((outcome, record),) = lake.take_up()
    assert (outcome, record.state, record.dataset, record.error["rule"]) == (
        STILL_REJECTED,
        "rejected",
        "tickets",
        "missing_column",
    )
    assert lake.take_up() == []


def test_a_person_names_the_dataset_of_a_file_that_is_not_recognised() -> None:
    lake, names = Lake(AFTER), {b"ticket": b"A1", b"betreff": b"A2", b"kunde": b"A3", b"kosten": b"A4"}
    header, rows = TICKETS.split(b"\n", 1)
    body = b";".join(names.get(name, name) for name in header.split(b";")) + b"\n" + rows
    before = lake.process(KEY, body)
    assert before.state == "profiled"
    record = Replayer(*lake.gate).replay(before.file_id, "tickets").record
    assert (record.state, record.dataset) == ("needs_mapping", "tickets")
    assert Replayer(*lake.gate).replay(before.file_id, "nobody").record == record


def test_a_named_dataset_never_moves_rows_that_are_in_the_lake() -> None:
    lake = Lake(AFTER)
    done = lake.process(KEY, TICKETS)
    assert (done.state, done.dataset) == ("done", "tickets")
    assert Replayer(*lake.gate).replay(done.file_id, "lager").record.dataset == "tickets"


def test_a_file_that_was_sent_again_under_another_key_is_settled_by_that_file() -> None:
    lake = Lake()
    before = misattributed(lake)
    lake.contracts = AFTER
    again = lake.process("uploads/again.csv", TICKETS)
    ((outcome, record),) = lake.take_up()
    assert (outcome, record.file_id, record.closed_by) == (ACCEPTED_ELSEWHERE, before.file_id, again.file_id)
    assert lake.take_up() == []


def test_a_file_that_is_not_in_raw_any_more_is_not_recognised() -> None:
    lake = Lake()
    record = lake.process(KEY, TICKETS)
    lake.objects.delete(record.ref)
    lake.contracts = AFTER
    assert lake.take_up() == []
    assert Replayer(*lake.gate).replay(record.file_id).outcome == RAW_GONE


@dataclass
class CountedObjects(MemoryObjects):
    """Objects in memory that count downloads from raw."""

    downloads: list[str] = field(default_factory=list)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        self.downloads += [ref.key] if ref.bucket == "raw" else []
        super().download(ref, path, size_bytes)


def counted() -> tuple[Lake, list[str]]:
    objects = CountedObjects(clock=lambda: LANDED)
    lake = Lake(objects=objects)
    lake.process(KEY, TICKETS)
    objects.downloads.clear()
    return lake, objects.downloads


def test_a_file_that_no_contract_fits_is_downloaded_once_for_the_same_contracts() -> None:
    lake, downloads = counted()
    assert lake.take_up() == []
    assert downloads == [KEY]
    assert lake.take_up() == []
    assert downloads == [KEY]
    lake.contracts = AFTER
    assert [outcome for outcome, _ in lake.take_up()] == [REPLAYED]


def test_a_file_is_compared_again_after_a_person_decided_about_any_header() -> None:
    lake, downloads = counted()
    lake.take_up()
    lake.objects.write(
        ObjectRef("artifacts", "mappings/uploads/abc.json"), b'{"dataset": "lager", "fields": []}'
    )
    lake.take_up()
    assert downloads == [KEY, KEY]


def test_a_file_is_compared_again_where_a_person_asks_for_it() -> None:
    lake, downloads = counted()
    lake.take_up()
    for record in lake.ledger.records():
        Replayer(*lake.gate).recognised(record, again=True)
    assert downloads == [KEY, KEY]


def test_the_folder_of_a_file_names_its_dataset_without_a_download() -> None:
    objects = CountedObjects(clock=lambda: LANDED)
    lake = Lake(objects=objects)
    record = lake.process("tickets/today.csv", TICKETS)
    objects.downloads.clear()
    lake.contracts = AFTER
    assert Replayer(*lake.gate).recognised(record).dataset == "tickets"
    assert objects.downloads == []
