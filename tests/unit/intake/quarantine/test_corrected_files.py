"""A corrected file closes the refused rows of its older versions: each once, seen as closed, and never while
somebody holds them.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import BadInputError, ServiceError
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.revert_file import Reverter
from headgate.intake.quarantine.corrected_files import Closed, CorrectionCloser, corrected, returned
from headgate.intake.quarantine.list_quarantine import count_quarantined, replayable, waiting_files
from headgate.lake.senders import Senders
from headgate.lake.states import FileState
from headgate.lake.versions import History, unsettled
from tests.unit.intake.files.test_replay_file import KEY, KilledError, Killing, Lake, body_of, contract

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

BY = contract(10)


class Versions(Lake):
    """A lake whose objects are each a second younger than the one before."""

    def __init__(self) -> None:
        super().__init__()
        self.objects.clock = self.clock

    def sent(self, *amounts: int) -> FileRecord:
        return self.process(BY, self.put(body_of(*amounts)))

    def close(self, objects: Any = None, ledger: Any = None) -> list[Closed]:  # noqa: ANN401 twins of the ports
        return [*self.closing(objects, ledger).close((ledger or self.ledger).records()).closed]

    def closing(self, objects: Any = None, ledger: Any = None) -> CorrectionCloser:  # noqa: ANN401 twins of the ports
        return CorrectionCloser(objects or self.objects, ledger or self.ledger, "quarantine", self.clock, 300)

    def reverting(self) -> Reverter:
        ports = GatePorts(self.objects, self.ledger, "curated", "quarantine", self.clock, 300)
        return Reverter(
            ports, GateRules({BY.dataset: BY}, lambda: self.key), Senders(self.objects, "artifacts")
        )

    def closed_by(self) -> dict[tuple[str, int], str | None]:
        rows = self.rows_of_all()
        return {(row["content_sha256"], row["source_row"]): row["closed_by"] for row in rows}

    def rows_of_all(self) -> list[dict[str, Any]]:
        return [
            row
            for body in self.objects.contents("quarantine").values()
            for row in pq.read_table(io.BytesIO(body)).to_pylist()
        ]


def test_the_old_versions_rows_are_closed_by_the_one_accepted_since_and_its_own_stay_open() -> None:
    lake = Versions()
    old, new = lake.sent(5, 99, 98), lake.sent(5, 9, 97)
    assert lake.close() == [Closed(old.file_id, KEY, new.file_id, 2)]
    assert lake.closed_by() == {
        (old.content_sha256, 2): new.file_id,
        (old.content_sha256, 3): new.file_id,
        (new.content_sha256, 3): None,
    }
    assert (lake.ledger.get(old.file_id).closed_by, lake.ledger.get(new.file_id).closed_by) == (
        new.file_id,
        "",
    )
    assert lake.ledger.get(old.file_id) == replace(old, closed_by=new.file_id)


def test_a_closing_returns_all_records_as_they_are_afterwards() -> None:
    lake = Versions()
    old, new = lake.sent(5, 99), lake.sent(5, 9)
    records = [*lake.ledger.records()]
    later = lake.sent(5, 8)
    closing = lake.closing().close(records)
    assert closing.records == [replace(old, closed_by=new.file_id), new]
    assert later.file_id not in {record.file_id for record in closing.records}


def test_closing_again_closes_nothing_more_and_the_first_correction_stands() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(98)
    lake.close()
    newest = lake.sent(1)
    assert [(one.file_id, one.closed_by) for one in lake.close()] == [(new.file_id, newest.file_id)]
    assert lake.close() == []
    assert lake.closed_by()[old.content_sha256, 1] == new.file_id


def test_a_version_that_is_refused_itself_closes_nothing() -> None:
    lake = Versions()
    lake.sent(99)
    assert lake.process(BY, lake.put(b"nothing of the kind\n")).state == "rejected"
    assert lake.close() == []


def test_a_rejected_file_is_closed_too() -> None:
    lake = Versions()
    refused = lake.process(BY, lake.put(b"nothing of the kind\n"))
    new = lake.sent(1)
    assert lake.close() == [Closed(refused.file_id, KEY, new.file_id, 0)]
    assert lake.ledger.get(refused.file_id).state == "rejected"


def test_what_is_closed_is_not_listed_as_waiting_and_not_replayed_unless_asked_for() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(98)
    records = list(lake.ledger.records())
    assert [one.file_id for one in count_quarantined(records, {}, by_file=True)] == [new.file_id]
    assert {
        one.file_id: one.corrected_by for one in count_quarantined(records, {}, by_file=True, closed=True)
    } == {
        old.file_id: new.file_id,
        new.file_id: "",
    }
    lake.close()
    after = list(lake.ledger.records())
    assert count_quarantined(after, {}) == count_quarantined(records, {})
    later = {BY.dataset: contract(10, "2")}
    assert [one.file_id for one in replayable(after, later)] == [new.file_id]
    assert {one.file_id for one in replayable(after, later, again=True)} == {old.file_id, new.file_id}


def test_a_file_that_a_replay_holds_is_left_for_the_next_time() -> None:
    lake = Versions()
    old, _ = lake.sent(99), lake.sent(1)
    lake.ledger.reopen(old.file_id, now=lake.now, lease_s=300)
    assert lake.close() == []
    lake.now += dt.timedelta(seconds=600)
    assert lake.close() == []  # it died half-way: replaying it completes it
    lake.replaying(BY).replay(old.file_id)
    assert [one.file_id for one in lake.close()] == [old.file_id]


def test_a_replay_opens_the_rows_again_and_the_next_merge_closes_them() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    lake.close()
    lake.replaying(contract(10, "2")).replay(old.file_id)
    assert lake.closed_by() == {(old.content_sha256, 1): None}
    assert [one.file_id for one in lake.close()] == [old.file_id]
    assert lake.closed_by() == {(old.content_sha256, 1): new.file_id}


def test_an_object_that_goes_back_to_what_it_held_opens_that_version_again_and_closes_the_one_between() -> (
    None
):
    """A, B, A: the third is skipped as a duplicate of the first, whose refused rows are quarantined now."""
    lake = Versions()
    first, between = lake.sent(5, 99), lake.sent(5, 98)
    lake.close()
    again = lake.sent(5, 99)
    assert (again.state, again.duplicate_of) == ("skipped_duplicate", first.file_id)
    assert lake.close() == [Closed(between.file_id, KEY, again.file_id, 1)]
    assert lake.closed_by() == {(first.content_sha256, 2): None, (between.content_sha256, 2): again.file_id}
    assert [one.file_id for one in count_quarantined(list(lake.ledger.records()), {}, by_file=True)] == [
        first.file_id
    ]
    assert lake.close() == []
    last = lake.sent(5, 6)
    assert lake.close() == [Closed(first.file_id, KEY, last.file_id, 1)]


def test_an_object_that_goes_back_before_any_merge_never_closes_what_it_holds() -> None:
    lake = Versions()
    first, between, again = lake.sent(5, 99), lake.sent(5, 98), lake.sent(5, 99)
    assert lake.close() == [Closed(between.file_id, KEY, again.file_id, 1)]
    assert lake.ledger.get(first.file_id).closed_by == ""


def test_a_correction_that_came_under_another_name_first_closes_the_old_version_all_the_same() -> None:
    lake = Versions()
    old = lake.sent(5, 99)
    elsewhere = lake.process(BY, lake.put(body_of(5, 9), key=f"{KEY}.corrected"))
    new = lake.sent(5, 9)
    assert (new.state, new.duplicate_of) == ("skipped_duplicate", elsewhere.file_id)
    assert lake.close() == [Closed(old.file_id, KEY, new.file_id, 1)]


def test_rows_wait_again_once_another_object_came_back_to_their_content() -> None:
    """It is what the merge shows then."""
    lake = Versions()
    first, second = lake.sent(5, 99), lake.sent(5, 98)
    lake.close()
    other = f"{KEY}.other"
    between = lake.process(BY, lake.put(body_of(7, 97), key=other))
    again = lake.process(BY, lake.put(body_of(5, 99), key=other))
    assert lake.close() == [Closed(between.file_id, other, again.file_id, 1)]
    assert lake.closed_by() == {
        (first.content_sha256, 2): None,
        (second.content_sha256, 2): None,
        (between.content_sha256, 2): again.file_id,
    }


def test_what_is_closed_stays_so_where_its_object_came_back_to_it_and_left_it_again() -> None:
    lake = Versions()
    first, second = lake.sent(5, 99), lake.sent(5, 98)
    lake.close()
    back, _ = lake.sent(5, 99), lake.sent(5, 6)
    assert lake.close() == [Closed(second.file_id, KEY, back.file_id, 1)]
    assert lake.ledger.get(first.file_id).closed_by == second.file_id


def test_what_is_closed_stays_so_though_nothing_is_known_any_more_of_what_closed_it() -> None:
    closed = replace(Versions().sent(5, 99), closed_by="gone")
    assert returned([closed], History.of([closed])) == []


def test_a_copy_under_another_name_and_the_same_bytes_sent_again_open_nothing() -> None:
    lake = Versions()
    first, second = lake.sent(5, 99), lake.sent(5, 98)
    lake.close()
    lake.process(BY, lake.put(body_of(5, 99), key=f"{KEY}.copy"))
    lake.sent(5, 98)
    assert lake.close() == []
    assert lake.ledger.get(first.file_id).closed_by == second.file_id


def test_a_version_that_is_being_replayed_corrects_what_it_had_corrected() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    lake.ledger.reopen(new.file_id, now=lake.now, lease_s=300)
    assert lake.close() == [Closed(old.file_id, KEY, new.file_id, 1)]


@given(st.integers(1, 4), st.booleans())
def test_a_closing_that_dies_anywhere_is_completed_by_the_next_or_by_a_replay(
    dies_at: int, after: bool
) -> None:
    lake = Versions()
    old, new = lake.sent(99, 1), lake.sent(1, 1)
    objects, ledger = Killing(lake.objects, dies_at, after), Killing(lake.ledger, dies_at, after)
    try:
        lake.close(objects, ledger)
    except KilledError:
        lake.now += dt.timedelta(seconds=600)
        if lake.ledger.get(old.file_id).state == "replaying":
            lake.replaying(BY).replay(old.file_id)
        lake.close()
    assert lake.closed_by() == {(old.content_sha256, 1): new.file_id}
    assert lake.ledger.get(old.file_id).state == "done"
    assert lake.close() == []


def test_a_service_that_fails_leaves_the_file_to_the_next_closing() -> None:
    class Failing:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 whatever the port has
            if name == "write":
                raise ServiceError("s3: try again")
            return getattr(lake.objects, name)

    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    with pytest.raises(ServiceError):
        lake.close(objects=Failing())
    assert lake.ledger.get(old.file_id) == old
    assert lake.close() == [Closed(old.file_id, KEY, new.file_id, 1)]


def test_rows_that_a_reverted_version_settled_wait_again_before_the_next_run() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    lake.close()
    assert waiting_files(lake.ledger.records(), {}) == []
    lake.reverting().revert(new.file_id)
    assert [record.file_id for record, _ in waiting_files(lake.ledger.records(), {})] == [old.file_id]
    assert unsettled([lake.ledger.get(old.file_id)]) == []  # without the reverted file nothing is known of it
    assert lake.ledger.get(old.file_id) in unsettled(lake.ledger.records())


def test_what_a_person_settles_while_a_merge_runs_stays_settled_by_that_file() -> None:
    lake, old, other = corrected_under_another_name()
    newer = lake.sent(7)
    records = [*lake.ledger.records()]
    lake.closing().settle(old, other)
    assert lake.closing().close(records).closed == []
    assert lake.ledger.get(old.file_id).closed_by == other.file_id
    assert newer.file_id not in lake.closed_by().values()


def test_a_version_that_is_reverted_while_a_merge_runs_closes_nothing() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    records = [*lake.ledger.records()]
    lake.reverting().revert(new.file_id)
    assert lake.closing().close(records).closed == []
    assert lake.ledger.get(old.file_id).closed_by == ""


def test_a_record_that_is_deleted_while_a_merge_runs_ends_no_run() -> None:
    lake = Versions()
    old, new = lake.sent(99), lake.sent(1)
    records = [*lake.ledger.records()]
    del lake.ledger._records[old.file_id]
    closing = lake.closing().close(records)
    assert (closing.closed, closing.records) == ([], [new])


def test_of_two_versions_of_one_second_neither_corrects_the_other() -> None:
    lake = Versions()
    one = lake.sent(99)
    twin = replace(one, file_id="f" * 32, version_id="v2", content_sha256="f" * 64)
    past = History.of([one, twin])
    assert [past.settled_by(version) for version in (one, twin)] == [None, None]
    assert corrected([one, twin], past) == []


def corrected_under_another_name() -> tuple[Versions, FileRecord, FileRecord]:
    lake = Versions()
    old = lake.sent(5, 99)
    return lake, old, lake.process(BY, lake.put(body_of(9), KEY.replace(".csv", "-corrected.csv")))


def test_a_person_settles_a_file_by_a_file_of_another_name() -> None:
    lake, old, new = corrected_under_another_name()
    assert lake.close() == []
    assert lake.closing().settle(old, new) == Closed(old.file_id, KEY, new.file_id, 1)
    assert lake.closed_by() == {(old.content_sha256, 2): new.file_id}
    assert count_quarantined(lake.ledger.records(), {}) == []
    assert lake.close() == []


def test_a_rejected_file_is_settled_by_a_file_of_another_name() -> None:
    lake = Versions()
    rejected = lake.process(BY, lake.put(b"nothing of the kind\n"))
    new = lake.process(BY, lake.put(body_of(9), KEY.replace(".csv", "-corrected.csv")))
    lake.closing().settle(rejected, new)
    assert History.of(lake.ledger.records()).is_settled(lake.ledger.get(rejected.file_id))


def test_rows_are_open_again_when_the_file_that_settled_them_is_reverted() -> None:
    lake, old, new = corrected_under_another_name()
    lake.closing().settle(old, new)
    lake.reverting().revert(new.file_id)
    lake.close()
    assert lake.closed_by() == {(old.content_sha256, 2): None}


def test_a_file_is_settled_only_by_an_accepted_later_file_of_its_dataset() -> None:
    lake, old, new = corrected_under_another_name()
    refusals = [
        (new, old, "has no refused rows"),
        (old, old, "did not come after"),
        (old, replace(new, received_at="2000-01-01T00:00:00"), "did not come after"),
        (old, replace(new, dataset="refunds"), "belongs to refunds"),
        (old, replace(new, accepted=0), "No row of"),
        (old, replace(new, state=FileState.REVERTED), "No row of"),
    ]
    for settled, by, why in refusals:
        with pytest.raises(BadInputError, match=why):
            lake.closing().settle(settled, by)
    assert lake.closed_by() == {(old.content_sha256, 2): None}
