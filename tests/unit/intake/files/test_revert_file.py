"""Undoing an upload: the merged table is the one of a lake that the file never came to, and the file can be
accepted again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.curated import curated_contract
from headgate.errors import ThrottledError
from headgate.intake.files.revert_file import Reverter, newest_upload
from headgate.intake.quarantine.corrected_files import CorrectionCloser
from headgate.intake.quarantine.list_quarantine import replayable
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.senders import Senders
from headgate.lake.states import Action
from headgate.lake.versions import last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from tests.duckdb_memory import MEMORY
from tests.unit.intake.files.test_replay_file import (
    KEY,
    LANDED,
    KilledError,
    Killing,
    Lake,
    body_of,
    contract,
)

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

BY = contract(10)
CURATED = curated_contract(BY)
KEYS = ("things/a.csv", "things/b.csv")


@dataclass
class Versions(Lake):
    """A lake whose objects are each a second younger than the one before, and its merge."""

    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)

    def __post_init__(self) -> None:
        self.objects.clock = self.clock
        self.catalog.create("curated", "things", "s3://curated/empty/")

    def sent(self, *amounts: int, key: str = KEY) -> FileRecord:
        return self.process(BY, self.put(body_of(*amounts), key))

    def reverting(self, objects: Any = None, ledger: Any = None) -> Reverter:  # noqa: ANN401 twins of the ports
        replayer = self.replaying(BY, objects, ledger)
        return Reverter(replayer.ports, replayer.rules, Senders(self.objects, "artifacts"))

    def merged(self) -> list[dict[str, Any]]:
        """The rows of the newest snapshot."""
        with TemporaryDirectory() as folder:
            ports = (
                self.objects,
                self.catalog,
                {"things": CURATED},
                "curated",
                "curated",
                Path(folder),
                audit,
            )
            Merging(*ports, last_arrivals=lambda: last_arrivals(self.ledger.records()), memory=MEMORY).merge()
        prefix = self.catalog.current("curated", "things").location.removeprefix("s3://curated/")
        body = self.objects.read(ObjectRef("curated", keys.part(prefix)))
        return list(pq.read_table(pa.BufferReader(body)).to_pylist())

    def amounts(self) -> dict[int, int]:
        return {row["id"]: row["amount"] for row in self.merged()}

    def close(self) -> None:
        CorrectionCloser(self.objects, self.ledger, "quarantine", self.clock, 300).close(
            self.ledger.records()
        )

    def stored(self) -> dict[str, bytes]:
        curated = self.objects.contents("curated", keys.INCREMENTS)
        return {**curated, **self.objects.contents("quarantine")}


def test_rows_of_a_reverted_file_leave_curated_and_quarantine_and_the_original_stays() -> None:
    lake = Versions()
    sent = lake.sent(5, 99)
    reverted = lake.reverting().revert(sent.file_id)
    assert (reverted.accepted, reverted.quarantined, reverted.accepted_as) == (1, 1, "")
    assert lake.stored() == {}
    assert lake.objects.read(ObjectRef("raw", KEY)) == body_of(5, 99)
    record = lake.ledger.get(sent.file_id)
    assert record == reverted.record
    assert (record.state, record.received, record.accepted, record.quarantined, record.reasons) == (
        "reverted",
        0,
        0,
        0,
        {},
    )
    assert record.error["rule"] == "reverted"
    assert record.error["message"] == (
        "the file was reverted: the next run takes out the rows that only this file brought. "
        "Before the undo it had 2 rows: 1 accepted, 1 refused, 0 duplicates"
    )
    assert lake.merged() == []


def test_rows_that_the_file_superseded_come_back() -> None:
    lake = Versions()
    lake.sent(1, 2)
    wrong = lake.sent(7, 8, 9)
    assert lake.amounts() == {0: 7, 1: 8, 2: 9}
    lake.reverting().revert(wrong.file_id)
    assert lake.amounts() == {0: 1, 1: 2}


def test_the_same_content_sent_again_is_accepted_and_no_duplicate() -> None:
    lake = Versions()
    lake.reverting().revert(lake.sent(1, 2).file_id)
    assert lake.sent(1, 2).state == "done"
    assert lake.amounts() == {0: 1, 1: 2}


def test_a_replay_accepts_a_reverted_file_again() -> None:
    lake = Versions()
    sent = lake.sent(1, 99)
    before = lake.stored()
    lake.reverting().revert(sent.file_id)
    assert lake.replaying(BY).replay(sent.file_id).outcome == "replayed"
    assert {key: body for key, body in lake.stored().items() if not keys.edition_of(key)} == before
    record = lake.ledger.get(sent.file_id)
    assert (record.state, record.accepted, record.quarantined, record.error) == ("done", 1, 1, {})


def test_a_replay_of_a_reverted_file_whose_content_was_sent_again_changes_nothing() -> None:
    lake = Versions()
    sent = lake.sent(1, 2)
    lake.reverting().revert(sent.file_id)
    again = lake.sent(1, 2)
    assert lake.replaying(BY).replay(sent.file_id).outcome == "accepted_elsewhere"
    assert (lake.ledger.get(sent.file_id).state, lake.ledger.get(again.file_id).state) == ("reverted", "done")


def test_a_second_delivery_of_a_reverted_file_and_a_new_contract_leave_it_reverted() -> None:
    lake = Versions()
    ref = lake.put(body_of(1, 99))
    sent = lake.process(BY, ref)
    lake.reverting().revert(sent.file_id)
    assert lake.process(BY, ref).state == "reverted"
    assert replayable(lake.ledger.records(), {"things": contract(100, "2")}, again=True) == []
    assert lake.stored() == {}


def test_a_copy_that_was_skipped_is_accepted_instead() -> None:
    lake = Versions()
    sent, copy, third = (
        lake.sent(1, 99),
        lake.sent(1, 99, key="things/copy.csv"),
        lake.sent(1, 99, key="things/third.csv"),
    )
    assert lake.reverting().revert(sent.file_id).accepted_as == "things/copy.csv"
    assert (lake.ledger.get(copy.file_id).state, lake.ledger.get(copy.file_id).accepted) == ("done", 1)
    assert (lake.ledger.get(third.file_id).state, lake.ledger.get(third.file_id).duplicate_of) == (
        "skipped_duplicate",
        copy.file_id,
    )
    assert lake.amounts() == {0: 1}


def test_a_reverted_copy_takes_no_row_of_the_file_that_owns_the_content() -> None:
    lake = Versions()
    owner, copy = lake.sent(1, 2), lake.sent(1, 2, key="things/copy.csv")
    before = lake.stored()
    assert lake.reverting().revert(copy.file_id).accepted_as == KEY
    assert lake.stored() == before
    assert (lake.ledger.get(owner.file_id).state, lake.ledger.get(copy.file_id).state) == ("done", "reverted")


def test_a_rejected_file_can_be_reverted_and_is_not_pending_any_more() -> None:
    lake = Versions()
    rejected = lake.process(BY, lake.put(b"other\n1\n"))
    assert rejected.state == "rejected"
    lake.reverting().revert(rejected.file_id)
    assert lake.ledger.get(rejected.file_id).state == "reverted"
    assert replayable(lake.ledger.records(), {"things": BY}, again=True) == []


def test_reverting_a_correction_opens_the_rows_that_it_had_closed() -> None:
    lake = Versions()
    old, new = lake.sent(5, 99), lake.sent(5, 9)
    lake.close()
    assert lake.ledger.get(old.file_id).closed_by == new.file_id
    lake.reverting().revert(new.file_id)
    lake.close()
    assert lake.ledger.get(old.file_id).closed_by == ""
    assert lake.rows("quarantine")[2]["closed_by"] is None


def test_a_file_is_reverted_once_and_never_while_a_worker_holds_it() -> None:
    lake = Versions()
    sent, other = lake.sent(1), lake.sent(2, key="things/b.csv")
    lake.reverting().revert(sent.file_id)
    with pytest.raises(ThrottledError, match="reverted"):
        lake.reverting().revert(sent.file_id)
    lake.ledger.reopen(other.file_id, now=lake.now, lease_s=300)
    with pytest.raises(ThrottledError, match="replaying"):
        lake.reverting().revert(other.file_id)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2])
@pytest.mark.parametrize("port", ["objects", "ledger"])
def test_a_revert_that_dies_anywhere_is_completed_by_the_next(
    port: str, dies_at: int, *, after: bool
) -> None:
    lake = Versions()
    sent = lake.sent(1, 99)
    with pytest.raises(KilledError):
        lake.reverting(**{port: Killing(getattr(lake, port), dies_at, after)}).revert(sent.file_id)
    lake.now += dt.timedelta(seconds=600)
    if lake.ledger.get(sent.file_id).state != "reverted":
        lake.reverting().revert(sent.file_id)
    assert lake.stored() == {}
    assert lake.ledger.get(sent.file_id).state == "reverted"
    assert lake.sent(1, 99).state == "done"


def test_a_copy_that_comes_while_its_original_is_reverted_is_delivered_again() -> None:
    lake = Versions()
    sent = lake.sent(1, 2)
    lake.ledger.reopen(sent.file_id, now=lake.now, lease_s=300, action=Action.REVERT)
    with pytest.raises(ThrottledError, match="deliver it again"):
        lake.sent(1, 2, key="things/copy.csv")


def test_the_newest_upload_is_the_newest_content_of_a_key_with_its_repetitions() -> None:
    lake = Versions()
    first, second, again = lake.sent(1), lake.sent(2), lake.sent(2)
    records = list(lake.ledger.records())
    assert [one.file_id for one in newest_upload(records, KEY)] == [again.file_id, second.file_id]
    assert [one.file_id for one in newest_upload(records, first.file_id)] == [first.file_id]
    assert newest_upload(records, "things/other.csv") == []
    for one in newest_upload(records, KEY):
        lake.reverting().revert(one.file_id)
    assert [one.file_id for one in newest_upload(lake.ledger.records(), KEY)] == [first.file_id]
    assert lake.amounts() == {0: 1}


Upload = tuple[str, tuple[int, ...]]
UPLOADS = st.lists(
    st.tuples(
        st.sampled_from(KEYS), st.lists(st.sampled_from([1, 2, 99]), min_size=1, max_size=3).map(tuple)
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=5)
@given(UPLOADS, st.data())
def test_a_lake_after_a_revert_is_the_lake_that_the_file_never_came_to(
    uploads: list[Upload], data: st.DataObject
) -> None:
    undone = data.draw(st.integers(0, len(uploads) - 1))
    merged_between = data.draw(st.booleans())
    lake, quiet = Versions(), Versions()
    records = [lake.sent(*amounts, key=key) for key, amounts in uploads]
    if merged_between:
        lake.merged()
        lake.close()
    lake.reverting().revert(records[undone].file_id)
    for at, (key, amounts) in enumerate(uploads):
        quiet.now = LANDED + dt.timedelta(seconds=100 * at)
        if at != undone:
            quiet.sent(*amounts, key=key)
    assert lake.merged() == quiet.merged()
    lake.close()
    quiet.close()
    assert accepted(lake) == accepted(quiet)
    assert quarantined(lake) == quarantined(quiet)
    assert counts(lake) == counts(quiet)


def accepted(lake: Versions) -> dict[str, bytes]:
    """Every increment's bytes, without the marks of those that were replayed."""
    return {
        key: body
        for key, body in lake.objects.contents("curated", keys.INCREMENTS).items()
        if not keys.edition_of(key)
    }


def quarantined(lake: Versions) -> list[tuple[object, ...]]:
    """Every row in quarantine, and whether a correction has closed it."""
    bodies = lake.objects.contents("quarantine").values()
    rows = [row for body in bodies for row in pq.read_table(pa.BufferReader(body)).to_pylist()]
    return sorted(
        (row["content_sha256"], row["source_row"], row["rule"], row["closed_by"] is None) for row in rows
    )


def counts(lake: Versions) -> list[tuple[object, ...]]:
    records = [record for record in lake.ledger.records() if record.state != "reverted"]
    return sorted(
        (record.key, record.content_sha256, record.state.value, record.accepted, record.quarantined)
        for record in records
    )
