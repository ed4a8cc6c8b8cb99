"""A replay moves each row once: what may pass now leaves quarantine, what may not enters it, and nothing is
lost or doubled.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.api.files.stages import stages_of
from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask, Rule
from headgate.costs.recorded import gate_s
from headgate.errors import NotFoundError, ServiceError, ThrottledError
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replay_file import Replayer
from headgate.intake.quarantine.find_old_tokens import old_tokens
from headgate.intake.quarantine.list_quarantine import (
    count_quarantined,
    quarantined_rows,
    records_named,
    replayable,
)
from headgate.lake import keys
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

LANDED = dt.datetime(2024, 1, 2, 3, 4, 5)
KEY = "things/a.csv"
VISA = "4111111111111111"


def contract(at_most: int, version: str = "1", *columns: Column) -> Contract:
    return Contract(
        id="headgate.source.things",
        dataset="things",
        zone="source",
        version=version,
        key=("id",),
        columns=(
            Column("id", ColumnType(Kind.BIGINT), required=True, rules=(Rule("required"),)),
            Column("amount", ColumnType(Kind.BIGINT), rules=(Rule("maximum", at_most),)),
            *columns,
        ),
    )


def body_of(*amounts: int) -> bytes:
    return "\n".join(["id,amount", *(f"{at},{amount}" for at, amount in enumerate(amounts))]).encode() + b"\n"


class KilledError(Exception):
    """The process was stopped."""


@dataclass
class Killing:
    """A port whose process dies before, or right after, its n-th changing call."""

    port: Any
    dies_at: float
    after: bool
    calls: int = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 whatever the port has
        found = getattr(self.port, name)
        return self._counted(found) if name in {"write", "upload", "delete", "finish", "reopen"} else found

    def _counted(self, call: Any) -> Any:  # noqa: ANN401 as above
        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 as above
            self.calls += 1
            if self.calls == self.dies_at and not self.after:
                raise KilledError
            result = call(*arguments, **named)
            if self.calls == self.dies_at:
                raise KilledError
            return result

        return counted


@dataclass
class Lake:
    """A lake in memory whose clock advances by a second at each reading."""

    objects: MemoryObjects = field(default_factory=lambda: MemoryObjects(clock=lambda: LANDED))
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: dt.datetime = LANDED
    key: MaskingKey = field(default_factory=lambda: MaskingKey("k1", b"0" * 32))

    def clock(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    def put(self, body: bytes, key: str = KEY) -> ObjectRef:
        self.objects.write(ObjectRef("raw", key), body)
        return self.objects.info(ObjectRef("raw", key)).ref

    def process(self, by: Contract, ref: ObjectRef) -> FileRecord:
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", self.clock, 300)
        return FileProcessor(ports, GateRules({by.dataset: by}, lambda: self.key)).process(ref)

    def replaying(self, by: Contract, objects: Any = None, ledger: Any = None) -> Replayer:  # noqa: ANN401 twins of the ports
        ports = GatePorts(
            objects or self.objects, ledger or self.ledger, "curated", "quarantine", self.clock, 300
        )
        return Replayer(ports, GateRules({by.dataset: by}, lambda: self.key))

    def rows(self, bucket: str) -> dict[int, dict[str, Any]]:
        """Rows by source row; there is one file."""
        name = "_source_row" if bucket == "curated" else "source_row"
        bodies = [body for key, body in self.objects.contents(bucket).items() if key.endswith(".parquet")]
        return {row[name]: row for body in bodies for row in pq.read_table(io.BytesIO(body)).to_pylist()}

    def marks(self) -> list[str]:
        return [key for key in self.objects.contents("curated") if keys.edition_of(key)]


def fresh(by: Contract, body: bytes, key: MaskingKey | None = None) -> Lake:
    """A lake that knew no contract but this one."""
    lake = Lake(key=key or MaskingKey("k1", b"0" * 32))
    lake.process(by, lake.put(body))
    return lake


def counts(record: FileRecord) -> tuple[object, ...]:
    return (
        record.state,
        record.received,
        record.accepted,
        record.quarantined,
        record.duplicates,
        dict(record.reasons),
        record.contract,
    )


def stored(lake: Lake) -> dict[str, bytes]:
    objects = {**lake.objects.contents("curated"), **lake.objects.contents("quarantine")}
    return {key: body for key, body in objects.items() if not keys.edition_of(key)}


def assert_equal(lake: Lake, quiet: Lake) -> None:
    """Byte for byte, but for the marks of what was replayed."""
    assert stored(lake) == stored(quiet)
    assert [counts(record) for record in lake.ledger.records()] == [
        counts(record) for record in quiet.ledger.records()
    ]


def test_rows_that_may_pass_now_leave_quarantine_and_are_accepted() -> None:
    lake = fresh(contract(10), body_of(1, 50, 500))
    before = next(lake.ledger.records())
    done = lake.replaying(contract(100, "2")).replay(before.file_id)
    assert (done.outcome, done.left, done.entered) == ("replayed", 1, 0)
    assert (sorted(lake.rows("curated")), sorted(lake.rows("quarantine"))) == ([1, 2], [3])
    assert lake.ledger.get(before.file_id) == done.record
    assert done.record.contract == "headgate.source.things@2"
    assert_equal(lake, fresh(contract(100, "2"), body_of(1, 50, 500)))


def test_rows_that_may_not_pass_any_more_go_to_quarantine() -> None:
    lake = fresh(contract(1000), body_of(1, 50, 500))
    done = lake.replaying(contract(10, "2")).replay(next(lake.ledger.records()).file_id)
    assert (done.left, done.entered) == (0, 2)
    assert_equal(lake, fresh(contract(10, "2"), body_of(1, 50, 500)))


def test_a_second_replay_changes_nothing() -> None:
    lake = fresh(contract(10), body_of(1, 50, 500))
    replaying, file_id = lake.replaying(contract(100, "2")), next(lake.ledger.records()).file_id
    replaying.replay(file_id)
    before = {**lake.objects.contents("curated"), **lake.objects.contents("quarantine")}
    again = replaying.replay(file_id)
    assert (again.left, again.entered) == (0, 0)
    assert {**lake.objects.contents("curated"), **lake.objects.contents("quarantine")} == before


def test_when_all_or_nothing_passes_there_is_no_empty_object() -> None:
    lake = fresh(contract(10), body_of(50))
    file_id = next(lake.ledger.records()).file_id
    assert lake.replaying(contract(100, "2")).replay(file_id).record.quarantine_key == ""
    assert not lake.objects.contents("quarantine")
    assert lake.replaying(contract(10, "3")).replay(file_id).record.curated_key == ""
    assert not lake.objects.contents("curated")


def test_an_increment_has_one_edition_that_says_what_it_holds() -> None:
    lake = fresh(contract(10), body_of(1, 50, 500))
    file_id = next(lake.ledger.records()).file_id
    assert lake.marks() == []
    lake.replaying(contract(100, "2")).replay(file_id)
    (first,) = lake.marks()
    lake.replaying(contract(1000, "3")).replay(file_id)
    (second,) = lake.marks()
    assert first != second
    lake.replaying(contract(100, "2")).replay(file_id)
    assert lake.marks() == [first]


def test_a_refused_file_is_accepted_once_its_contract_knows_its_columns() -> None:
    body = b"id,amount,colour\n1,5,red\n"
    lake = fresh(contract(10), body)
    refused = next(lake.ledger.records())
    assert refused.state == "rejected"
    known = contract(10, "2", Column("colour", ColumnType(Kind.STRING)))
    assert lake.replaying(known).replay(refused.file_id).record.state == "done"
    assert_equal(lake, fresh(known, body))
    copy = lake.process(known, lake.put(body, "things/copy.csv"))
    assert copy.state == "skipped_duplicate"


def test_a_refused_file_whose_content_was_accepted_elsewhere_is_not_accepted_twice() -> None:
    body = b"id,amount,colour\n1,5,red\n"
    lake = fresh(contract(10), body)
    refused = next(lake.ledger.records())
    known = contract(10, "2", Column("colour", ColumnType(Kind.STRING)))
    lake.process(known, lake.put(body, "things/copy.csv"))
    assert lake.replaying(known).replay(refused.file_id).outcome == "accepted_elsewhere"
    assert lake.ledger.get(refused.file_id) == refused


def test_a_file_that_the_new_contract_rejects_stays_unchanged() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    before = next(lake.ledger.records())
    rows = stored(lake)
    stricter = contract(10, "2", Column("must", ColumnType(Kind.STRING), required=True))
    done = lake.replaying(stricter).replay(before.file_id)
    assert (done.outcome, done.reason["rule"], done.record) == ("still_rejected", "missing_column", before)
    assert lake.ledger.get(before.file_id) == before
    assert stored(lake) == rows


def test_a_file_whose_original_is_gone_stays_as_it_was_and_says_so() -> None:
    lake = fresh(contract(10), body_of(50))
    before = next(lake.ledger.records())
    lake.objects.delete(ObjectRef("raw", KEY, before.version_id))
    assert lake.replaying(contract(100, "2")).replay(before.file_id).outcome == "raw_gone"
    assert lake.ledger.get(before.file_id) == before


def test_the_very_version_is_replayed_not_the_newest() -> None:
    lake = fresh(contract(10), body_of(50))
    lake.put(body_of(7, 8, 9))
    assert lake.replaying(contract(100, "2")).replay(next(lake.ledger.records()).file_id).record.accepted == 1


def test_one_file_is_replayed_by_one_worker_at_a_time() -> None:
    lake = fresh(contract(10), body_of(50))
    record = next(lake.ledger.records())
    lake.ledger.reopen(record.file_id, now=lake.clock(), lease_s=300)
    with pytest.raises(ThrottledError):
        lake.replaying(contract(100, "2")).replay(record.file_id)
    with pytest.raises(ThrottledError):
        lake.process(contract(10), ObjectRef(record.bucket, record.key, record.version_id))


def test_files_that_are_not_ended_or_not_known_are_not_replayed() -> None:
    lake = fresh(contract(10), body_of(50))
    copy = lake.process(contract(10), lake.put(body_of(50), "things/copy.csv"))
    with pytest.raises(ThrottledError, match="skipped_duplicate"):
        lake.replaying(contract(100, "2")).replay(copy.file_id)
    with pytest.raises(NotFoundError):
        lake.replaying(contract(100, "2")).replay("nobody")


def test_a_service_that_fails_leaves_a_file_that_can_be_replayed_at_once() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    record = next(lake.ledger.records())

    class Failing(MemoryObjects):
        def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "") -> None:
            raise ServiceError(f"{ref.key}: {len(body)} {content_type}")

    with pytest.raises(ServiceError):
        lake.replaying(contract(100, "2"), objects=Failing(_versions=lake.objects._versions)).replay(
            record.file_id
        )
    assert lake.ledger.get(record.file_id).state == "replaying"
    assert lake.replaying(contract(100, "2")).replay(record.file_id).outcome == "replayed"
    assert_equal(lake, fresh(contract(100, "2"), body_of(1, 50)))


AMOUNTS = st.lists(st.integers(0, 9), min_size=1, max_size=8)
BOUNDS = st.integers(-1, 9)


# An example gates a file twice and replays it. A few dozen reach every relation of the two bounds to the
# amounts.
@examples(10)
@given(amounts=AMOUNTS, repeats=st.integers(0, 2), old=BOUNDS, new=BOUNDS)
def test_a_replayed_lake_is_the_lake_that_knew_the_new_contract_from_the_start(
    amounts: list[int], repeats: int, old: int, new: int
) -> None:
    body = body_of(*amounts) + b"".join(body_of(*amounts).splitlines(keepends=True)[1 : repeats + 1])
    lake = fresh(contract(old), body)
    was_out = set(lake.rows("quarantine"))
    done = lake.replaying(contract(new, "2")).replay(next(lake.ledger.records()).file_id)
    is_out = set(lake.rows("quarantine"))
    assert (done.left, done.entered) == (len(was_out - is_out), len(is_out - was_out))
    assert_equal(lake, fresh(contract(new, "2"), body))


def test_new_tokens_take_the_place_of_old_ones() -> None:
    card = Column("card_number", ColumnType(Kind.STRING), mask=Mask.PAN)
    by, body = contract(10, "1", card), f"id,amount,card_number\n1,5,{VISA}\n2,50,{VISA}\n".encode()
    lake = fresh(by, body)
    lake.key = MaskingKey("k2", b"1" * 32)
    lake.replaying(by).replay(next(lake.ledger.records()).file_id)
    assert [row["card_token"].partition(":")[0] for row in lake.rows("curated").values()] == ["k2"]
    assert_equal(lake, fresh(by, body, lake.key))


def listing(lake: Lake, **wanted: Any) -> list[tuple[object, ...]]:  # noqa: ANN401 options of the list
    return [
        (line.rule, line.files, line.files_rejected, line.rows)
        for line in count_quarantined(lake.ledger.records(), {}, **wanted)
    ]


def test_the_list_counts_rows_and_files_by_rule() -> None:
    lake = fresh(contract(10), body_of(1, 50, 500))
    lake.process(contract(10), lake.put(body_of(1, 70), "things/b.csv"))
    lake.process(contract(10), lake.put(b"nothing,known\n1,2\n", "things/c.csv"))
    assert listing(lake) == [("maximum", 2, 0, 3), ("not_a_table", 1, 1, 0)]
    assert listing(lake, by_file=True) == [
        ("maximum", 1, 0, 2),
        ("maximum", 1, 0, 1),
        ("not_a_table", 1, 1, 0),
    ]


def test_the_list_reports_which_file_a_later_version_has_corrected() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    wrong = next(lake.ledger.records())
    lake.objects.clock = lambda: LANDED + dt.timedelta(hours=1)
    right = lake.process(contract(10), lake.put(body_of(1, 5)))
    lake.process(contract(10), lake.put(body_of(1, 60), "things/other.csv"))
    lines = {
        line.file_id: line.corrected_by
        for line in count_quarantined(lake.ledger.records(), {}, by_file=True, closed=True)
    }
    assert lines.pop(wrong.file_id) == right.file_id
    assert set(lines.values()) == {""}


def test_rows_are_shown_by_rule() -> None:
    lake = fresh(contract(10), body_of(1, 50, 500) + b"0,1\n")
    record = next(lake.ledger.records())
    assert quarantined_rows(lake.objects, "quarantine", record)["source_row"].to_pylist() == [2, 3, 4]
    assert quarantined_rows(lake.objects, "quarantine", record, rule="duplicate_row")[
        "source_row"
    ].to_pylist() == [4]


def test_files_are_named_by_id_or_by_key_newest_first() -> None:
    lake = fresh(contract(10), body_of(50))
    first = next(lake.ledger.records())
    second = lake.process(contract(10), lake.put(body_of(51)))
    records = list(lake.ledger.records())
    assert records_named(records, KEY) == [second, first]
    assert records_named(records, first.file_id) == [first]


def candidates(lake: Lake, now: Mapping[str, Contract], **wanted: Any) -> list[str]:  # noqa: ANN401 options of the choice
    return [record.key for record in replayable(lake.ledger.records(), now, **wanted)]


def test_only_files_that_a_changed_contract_may_let_more_of_in_are_replayed() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    lake.process(contract(10), lake.put(body_of(2), "things/clean.csv"))
    now = {"things": contract(10)}
    changed = {"things": contract(100, "2")}
    assert candidates(lake, now) == []
    assert candidates(lake, now, again=True) == [KEY]
    assert candidates(lake, changed) == [KEY]
    assert candidates(lake, changed, rule="required") == []
    assert candidates(lake, changed, dataset="other") == []
    lake.ledger.reopen(next(lake.ledger.records()).file_id, now=LANDED, lease_s=1)
    assert candidates(lake, now) == [KEY]


def test_a_changed_rule_makes_files_replayable_although_the_version_stays() -> None:
    """A contract is edited without a new version: the files that it refused rows of are checked again, and
    then no more.
    """
    lake = fresh(contract(10), body_of(1, 50))
    described = replace(
        contract(10), columns=tuple(replace(column, description="new") for column in contract(10).columns)
    )
    assert candidates(lake, {"things": described}) == []
    masked = (contract(10).columns[0], replace(contract(10).columns[1], unmasked=True))
    for changed in (contract(100), replace(contract(10), columns=masked)):
        assert candidates(lake, {"things": changed}, dataset="things") == [KEY]
    lake.replaying(contract(100)).replay(next(lake.ledger.records()).file_id)
    assert candidates(lake, {"things": contract(100)}, dataset="things", again=True) == []


def test_a_file_rejected_as_a_whole_is_replayable_once_a_rule_changes() -> None:
    lake = fresh(contract(10), b"other,known\n1,2\n")
    assert candidates(lake, {"things": contract(10)}) == []
    assert candidates(lake, {"things": contract(100)}) == [KEY]


def test_a_rule_that_no_row_broke_shows_no_rows() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    assert (
        quarantined_rows(lake.objects, "quarantine", next(lake.ledger.records()), rule="required").num_rows
        == 0
    )


def test_the_previous_record_keeps_what_a_replay_does_not_know() -> None:
    lake = fresh(contract(10), body_of(1, 50))
    before = next(lake.ledger.records())
    done = lake.replaying(contract(100, "2")).replay(before.file_id)
    same = replace(
        done.record,
        **{
            name: getattr(before, name)
            for name in (
                "contract",
                "contract_rules",
                "accepted",
                "quarantined",
                "reasons",
                "quarantine_key",
                "finished_at",
                "stage_times",
            )
        },
    )
    assert same == before


def test_the_time_until_a_replay_is_no_work_of_the_gate() -> None:
    """The record has the times of its newest way through the gate, from which its duration and its cost
    follow.
    """
    lake = fresh(contract(10), body_of(1, 50))
    before = next(lake.ledger.records())
    lake.now += dt.timedelta(minutes=14)
    record = lake.replaying(contract(100, "2")).replay(before.file_id).record
    assert gate_s(before) < 20
    assert gate_s(record) < 20
    took = {stage.name: stage.seconds for stage in stages_of(record)}
    assert took["trigger"] is None
    assert all(seconds < 20 for seconds in took.values() if seconds is not None)


def old(lake: Lake, by: Contract, current: str) -> list[tuple[str, tuple[str, ...]]]:
    records = old_tokens(lake.objects, "curated", lake.ledger.records(), {"things": by}, current)
    return [(one.record.key, one.key_ids) for one in records]


def test_files_with_tokens_of_another_key_are_named_until_they_are_replayed() -> None:
    card = Column("card_number", ColumnType(Kind.STRING), mask=Mask.PAN)
    by = contract(10, "1", card)
    lake = fresh(by, f"id,amount,card_number\n1,5,{VISA}\n2,5,\n".encode())
    lake.process(by, lake.put(b"id,amount,card_number\n3,5,\n", "things/no_cards.csv"))
    assert old(lake, by, "k1") == []
    assert old(lake, by, "k2") == [(KEY, ("k1",))]
    lake.key = MaskingKey("k2", b"1" * 32)
    lake.process(by, lake.put(b"id,amount,card_number\n4,5,5555555555554444\n", "things/new.csv"))
    assert old(lake, by, "k2") == [(KEY, ("k1",))]
    lake.replaying(by).replay(next(lake.ledger.records()).file_id)
    assert old(lake, by, "k2") == []


def test_tokens_of_files_whose_original_is_gone_stay_and_are_named() -> None:
    by = contract(10, "1", Column("card_number", ColumnType(Kind.STRING), mask=Mask.PAN))
    lake = fresh(by, f"id,amount,card_number\n1,5,{VISA}\n".encode())
    record = next(lake.ledger.records())
    lake.objects.delete(ObjectRef("raw", KEY, record.version_id))
    lake.key = MaskingKey("k2", b"1" * 32)
    assert lake.replaying(by).replay(record.file_id).outcome == "raw_gone"
    assert old(lake, by, "k2") == [(KEY, ("k1",))]


def test_datasets_without_cards_have_no_tokens_to_replace() -> None:
    assert old(fresh(contract(10), body_of(1)), contract(10), "k2") == []
