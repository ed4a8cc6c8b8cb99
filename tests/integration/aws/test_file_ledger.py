"""One set of rules for every FileLedger: the twin in memory and DynamoDB must not differ."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.aws.in_memory_ports import MemoryLedger
from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.lake.ports import FileLedger, FileRecord, MeasuredFile
from headgate.lake.states import Action
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC).replace(tzinfo=None)
LEASE_S = 60
LATER = NOW + timedelta(seconds=LEASE_S + 1)


def dynamo_ledger(emulator: Emulator) -> DynamoLedger:
    client, table = emulator.client("dynamodb"), unique("files")
    client.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "file_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "file_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return DynamoLedger(client, table)


@pytest.fixture(
    params=[
        pytest.param("memory", marks=pytest.mark.unit),
        pytest.param("dynamodb", marks=pytest.mark.integration),
    ]
)
def ledger(request: pytest.FixtureRequest) -> FileLedger:
    if request.param == "memory":
        return MemoryLedger()
    return dynamo_ledger(request.getfixturevalue("emulator"))


def file(name: str, content: str = "c0ffee", dataset: str = "orders") -> FileRecord:
    return FileRecord(
        file_id=f"raw/{name}#v1",
        bucket="raw",
        key=name,
        version_id="v1",
        dataset=dataset,
        state="processing",
        content_sha256=content,
    )


def finished(record: FileRecord) -> FileRecord:
    return replace(
        record,
        state="done",
        received=10,
        accepted=7,
        quarantined=2,
        duplicates=1,
        reasons={"minimum": 2, "duplicate_row": 1},
        warned={"maximum:amount": 2},
        masked={"card_number": 7, "notes": 1},
        new_columns={"Filiale": 4},
        finished_at="2024-05-01T12:00:09",
    )


def test_a_renewed_claim_keeps_others_away_from_object_and_content(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.renew(file("a.csv"), now=NOW + timedelta(seconds=LEASE_S - 1), lease_s=LEASE_S)
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).answer == "busy"
    assert ledger.claim(file("copy.csv"), now=LATER, lease_s=LEASE_S).answer == "busy"


def test_nothing_is_renewed_that_another_file_owns_or_that_has_ended(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.renew(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.renew(file("copy.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.get(before.file_id) == before
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).owner == before.file_id
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S) == before


def test_the_first_to_ask_is_granted(ledger: FileLedger) -> None:
    claim = ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert (claim.granted, claim.answer) == (True, "granted")
    assert ledger.get("raw/a.csv#v1").state == "processing"


def test_a_second_worker_on_the_same_object_finds_it_busy(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    claim = ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert (claim.granted, claim.answer) == (False, "busy")


def test_the_same_content_in_work_under_another_name_is_busy(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    claim = ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S)
    assert (claim.granted, claim.answer, claim.owner) == (False, "busy", "raw/a.csv#v1")
    with pytest.raises(NotFoundError, match=r"raw/b\.csv#v1\. `headgate files --json` lists"):
        ledger.get("raw/b.csv#v1")


def test_a_finished_object_is_done(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    claim = ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S)
    assert (claim.granted, claim.answer) == (False, "done")


def test_a_finished_content_under_another_name_is_a_duplicate_of_its_owner(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    claim = ledger.claim(file("b.csv"), now=LATER, lease_s=LEASE_S)
    assert (claim.granted, claim.answer, claim.owner) == (False, "duplicate", "raw/a.csv#v1")


def test_the_same_content_in_another_dataset_is_not_a_duplicate(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.claim(file("b.csv", dataset="payments"), now=NOW, lease_s=LEASE_S).granted


def test_files_without_a_content_hash_do_not_meet(ledger: FileLedger) -> None:
    assert ledger.claim(file("a.csv", content=""), now=NOW, lease_s=LEASE_S).granted
    assert ledger.claim(file("b.csv", content=""), now=NOW, lease_s=LEASE_S).granted


def test_a_lease_that_ran_out_is_taken_over(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.claim(file("a.csv"), now=NOW + timedelta(seconds=LEASE_S), lease_s=LEASE_S).granted


def test_a_content_whose_lease_ran_out_is_taken_over_by_another_file(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.claim(file("b.csv"), now=LATER, lease_s=LEASE_S).granted
    claim = ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S)
    assert (claim.answer, claim.owner) == ("busy", "raw/b.csv#v1")


def test_a_worker_that_lost_its_content_cannot_finish_and_becomes_a_duplicate(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.claim(file("b.csv"), now=LATER, lease_s=LEASE_S)
    with pytest.raises(ConflictError):
        ledger.finish(finished(file("a.csv")))
    ledger.finish(finished(file("b.csv")))
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).answer == "duplicate"


def test_finishing_twice_changes_nothing(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    ledger.finish(finished(file("a.csv")))
    assert list(ledger.records()) == [finished(file("a.csv"))]


def test_a_record_comes_back_exactly_as_it_was_finished(ledger: FileLedger) -> None:
    record = replace(
        finished(file("a.csv")), error={"rule": "empty_file", "message": "it is empty"}, warnings=3
    )
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(record)
    assert ledger.get(record.file_id) == record


def test_a_refused_content_may_be_sent_again_under_another_name(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(replace(file("a.csv"), state="rejected"))
    assert ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S).answer == "done"
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).granted


def test_a_rejection_leaves_the_owner_its_content(ledger: FileLedger) -> None:
    ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S)
    ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S)
    ledger.finish(replace(file("b.csv"), state="rejected"))
    ledger.finish(finished(file("a.csv")))
    assert ledger.claim(file("c.csv"), now=NOW, lease_s=LEASE_S).owner == "raw/a.csv#v1"


def test_a_skipped_duplicate_does_not_take_the_content(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    ledger.finish(replace(file("b.csv"), state="skipped_duplicate", duplicate_of="raw/a.csv#v1"))
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).answer == "done"
    assert ledger.claim(file("c.csv"), now=NOW, lease_s=LEASE_S).owner == "raw/a.csv#v1"


def test_a_released_claim_is_granted_at_once(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.release(file("a.csv"))
    assert ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S).granted


def test_a_released_content_is_granted_to_another_name_at_once(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.release(file("a.csv"))
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).granted


def test_what_a_worker_took_is_left_undone_until_it_finishes_it_or_gives_it_back(ledger: FileLedger) -> None:
    """A lease that ran out by itself is that of a worker that died."""
    record = file("a.csv")
    assert not ledger.is_left_undone(record.file_id)
    ledger.claim(record, now=NOW, lease_s=LEASE_S)
    assert ledger.is_left_undone(record.file_id)
    ledger.release(record)
    assert not ledger.is_left_undone(record.file_id)
    ledger.claim(record, now=LATER, lease_s=LEASE_S)
    assert ledger.is_left_undone(record.file_id)
    ledger.finish(replace(record, state="done"))
    assert not ledger.is_left_undone(record.file_id)


def test_releasing_what_is_finished_changes_nothing(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    ledger.release(file("a.csv"))
    assert ledger.get("raw/a.csv#v1") == finished(file("a.csv"))
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).answer == "duplicate"


def test_releasing_what_was_never_claimed_changes_nothing(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.release(file("b.csv"))
    assert ledger.claim(file("c.csv"), now=NOW, lease_s=LEASE_S).answer == "busy"
    with pytest.raises(NotFoundError):
        ledger.get("raw/b.csv#v1")


def test_records_are_files_only(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.claim(file("b.csv", content="beef"), now=NOW, lease_s=LEASE_S)
    assert sorted(record.key for record in ledger.records()) == ["a.csv", "b.csv"]


def test_an_unknown_file_is_not_found(ledger: FileLedger) -> None:
    with pytest.raises(NotFoundError):
        ledger.get("raw/never#v1")


def test_of_many_workers_at_once_one_is_granted(ledger: FileLedger) -> None:
    names = ["a.csv", "b.csv"] * 4
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda name: ledger.claim(file(name), now=NOW, lease_s=LEASE_S), names))
    assert [claim.answer for claim in claims if claim.granted] == ["granted"]
    assert {claim.answer for claim in claims if not claim.granted} == {"busy"}


def ended(ledger: FileLedger, state: str = "done") -> FileRecord:
    """A file that the gate has ended with."""
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    record = finished(file("a.csv")) if state == "done" else replace(file("a.csv"), state=state)
    ledger.finish(record)
    return record


@pytest.mark.parametrize("state", ["done", "rejected"])
def test_an_ended_file_is_reopened_as_it_stands(ledger: FileLedger, state: str) -> None:
    before = ended(ledger, state)
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S) == before
    assert ledger.get(before.file_id) == replace(before, state="replaying")
    ledger.finish(before)
    assert ledger.get(before.file_id) == before


def test_a_reopened_file_is_nobody_elses_until_its_lease_ends(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S)
    with pytest.raises(ThrottledError, match="replaying"):
        ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S)
    assert ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S).answer == "busy"
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).answer == "duplicate"
    assert ledger.reopen(before.file_id, now=LATER, lease_s=LEASE_S) == replace(before, state="replaying")


def test_a_released_replay_can_be_reopened_at_once_and_says_that_it_was_begun(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S)
    ledger.release(before)
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S).state == "replaying"


def test_a_finished_replay_can_be_replayed_again(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S)
    again = replace(before, contract="headgate.source.orders@2.0.0")
    ledger.finish(again)
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S) == again


def test_what_is_not_ended_is_not_reopened(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    with pytest.raises(ThrottledError, match="processing"):
        ledger.reopen("raw/a.csv#v1", now=LATER, lease_s=LEASE_S)
    with pytest.raises(NotFoundError):
        ledger.reopen("raw/never#v1", now=NOW, lease_s=LEASE_S)


def test_a_file_that_is_handed_over_is_for_nobody_else_until_its_lease_runs_out(ledger: FileLedger) -> None:
    assert ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S).granted
    assert ledger.get("raw/a.csv#v1").state == "handed_over"
    assert ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S).answer == "handed_over"
    assert ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S).answer == "handed_over"
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).granted


def test_the_content_of_a_file_that_is_handed_over_is_free(ledger: FileLedger) -> None:
    ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).granted
    assert ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S).answer == "busy"


def test_a_hand_over_that_is_kept_outlasts_its_lease(ledger: FileLedger) -> None:
    ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.keep_handed_over("raw/a.csv#v1", now=NOW, lease_s=100 * LEASE_S)
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).answer == "handed_over"


def test_what_is_finished_is_not_kept_for_a_larger_worker(ledger: FileLedger) -> None:
    ended(ledger)
    ledger.keep_handed_over("raw/a.csv#v1", now=NOW, lease_s=LEASE_S)
    ledger.keep_handed_over("nobody", now=NOW, lease_s=LEASE_S)
    assert list(ledger.records()) == [finished(file("a.csv"))]


def test_one_run_takes_over_what_was_handed_over_and_every_attempt_of_it(ledger: FileLedger) -> None:
    ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S).granted
    assert ledger.get("raw/a.csv#v1").state == "handed_over"
    assert ledger.take_over(file("a.csv"), run="2", now=NOW, lease_s=LEASE_S).answer == "busy"
    assert ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S).granted
    assert ledger.take_over(file("a.csv"), run="2", now=LATER, lease_s=LEASE_S).granted
    ledger.finish(finished(file("a.csv")))
    assert ledger.take_over(file("a.csv"), run="1", now=LATER, lease_s=LEASE_S).answer == "done"
    assert ledger.claim(file("copy.csv"), now=LATER, lease_s=LEASE_S).answer == "duplicate"


def test_a_larger_worker_waits_for_a_worker_that_is_under_way(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S).answer == "busy"
    assert ledger.take_over(file("a.csv"), run="1", now=LATER, lease_s=LEASE_S).granted


def test_a_larger_worker_finds_a_duplicate(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.finish(finished(file("a.csv")))
    ledger.hand_over(file("b.csv"), now=NOW, lease_s=LEASE_S)
    assert ledger.take_over(file("b.csv"), run="1", now=NOW, lease_s=LEASE_S).answer == "duplicate"


def test_what_is_given_back_may_be_taken_at_once(ledger: FileLedger) -> None:
    ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S)
    ledger.release(file("a.csv"))
    assert ledger.take_over(file("a.csv"), run="2", now=NOW, lease_s=LEASE_S).granted
    ledger.release(file("a.csv"))
    assert ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S).granted


def test_a_file_that_failed_may_be_claimed_again(ledger: FileLedger) -> None:
    ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S)
    for ask in (
        lambda: ledger.claim(file("a.csv"), now=NOW, lease_s=LEASE_S),
        lambda: ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S),
        lambda: ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S),
    ):
        ledger.finish(
            replace(file("a.csv"), state="failed", error={"rule": "job_failed", "message": "out of memory"})
        )
        assert ask().granted


def test_a_late_worker_cannot_change_how_a_file_ended(ledger: FileLedger) -> None:
    before = ended(ledger)
    for state in ("rejected", "needs_mapping", "ignored", "failed", "skipped_duplicate"):
        with pytest.raises(ConflictError, match=f"cannot become {state}"):
            ledger.finish(replace(before, state=state))
    assert ledger.get(before.file_id) == before


def test_a_late_worker_cannot_restore_a_reverted_file(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT)
    with pytest.raises(ConflictError, match="cannot become done"):
        ledger.finish(before)
    ledger.finish(replace(before, state="reverted"))
    with pytest.raises(ConflictError, match="cannot become done"):
        ledger.finish(before)
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).granted


def test_only_a_reverted_or_replayed_file_becomes_reverted(ledger: FileLedger) -> None:
    before = ended(ledger)
    with pytest.raises(ConflictError, match="cannot become reverted"):
        ledger.finish(replace(before, state="reverted"))
    with pytest.raises(ConflictError, match="cannot become reverted"):
        ledger.finish(replace(before, state="reverted", content_sha256=""))
    assert ledger.get(before.file_id) == before
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).answer == "duplicate"


@pytest.mark.parametrize("state", ["done", "rejected", "ignored", "failed"])
def test_a_file_that_nobody_claimed_cannot_be_finished(ledger: FileLedger, state: str) -> None:
    with pytest.raises(ConflictError, match="Deliver it again"):
        ledger.finish(replace(file("a.csv"), state=state))
    assert list(ledger.records()) == []
    assert ledger.claim(file("b.csv"), now=NOW, lease_s=LEASE_S).granted


def test_a_larger_worker_that_was_given_up_records_what_it_stored(ledger: FileLedger) -> None:
    ledger.hand_over(file("a.csv"), now=NOW, lease_s=LEASE_S)
    ledger.take_over(file("a.csv"), run="1", now=NOW, lease_s=LEASE_S)
    ledger.finish(replace(file("a.csv"), state="failed"))
    ledger.finish(finished(file("a.csv")))
    assert ledger.get("raw/a.csv#v1").state == "done"


def test_what_files_took_is_remembered_by_kind_and_is_no_record(ledger: FileLedger) -> None:
    took = (MeasuredFile(100, 1000, 20), MeasuredFile(200, 2000, 30, 4000))
    assert ledger.measured("orders/csv") == ()
    ledger.measure("orders/csv", took)
    assert (ledger.measured("orders/csv"), ledger.measured("orders/json")) == (took, ())
    assert list(ledger.records()) == []


def test_a_reverted_file_gives_its_content_back(ledger: FileLedger) -> None:
    before = ended(ledger)
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT) == before
    assert ledger.get(before.file_id).state == "reverting"
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).answer == "duplicate"
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).answer == "busy"
    reverted = replace(before, state="reverted", accepted=0)
    ledger.finish(reverted)
    assert ledger.get(before.file_id) == reverted
    assert ledger.claim(file("a.csv"), now=LATER, lease_s=LEASE_S).answer == "done"
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).granted


def test_a_reverted_copy_leaves_the_content_with_its_owner(ledger: FileLedger) -> None:
    owner = ended(ledger)
    copy = replace(file("copy.csv"), state="skipped_duplicate", duplicate_of=owner.file_id)
    ledger.finish(copy)
    assert ledger.reopen(copy.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT) == copy
    ledger.finish(replace(copy, state="reverted"))
    assert ledger.claim(file("third.csv"), now=NOW, lease_s=LEASE_S).owner == owner.file_id


def test_a_reverted_file_can_be_replayed_and_not_reverted_twice(ledger: FileLedger) -> None:
    before = ended(ledger)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT)
    with pytest.raises(ThrottledError, match="reverting"):
        ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT)
    ledger.release(before)
    ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S, action=Action.REVERT)
    ledger.finish(replace(before, state="reverted"))
    with pytest.raises(ThrottledError, match="reverted"):
        ledger.reopen(before.file_id, now=LATER, lease_s=LEASE_S, action=Action.REVERT)
    assert ledger.reopen(before.file_id, now=NOW, lease_s=LEASE_S).state == "reverted"
    ledger.finish(before)
    assert ledger.claim(file("copy.csv"), now=NOW, lease_s=LEASE_S).answer == "duplicate"
