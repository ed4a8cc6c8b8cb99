"""Originals with card data leave raw once their files are accepted, and the lake can still be built again."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.cli.commands.files.quarantine import replay_all
from headgate.contracts.model import Column, ColumnType, Kind, Mask
from headgate.errors import NotFoundError, ServiceError
from headgate.intake.files.missing_rows import files_without_rows
from headgate.intake.files.process_file import FileProcessor
from headgate.intake.files.replace_original import replace_later, replaceable
from headgate.intake.files.replay_file import Replayer
from headgate.intake.files.revert_file import Reverter
from headgate.intake.rows import masked_original
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.senders import Senders
from headgate.lake.states import FileState, Originals
from tests.unit.api.lakes import PAYMENTS, MemoryLake
from tests.unit.intake.files.test_new_columns import Lake as NewColumnLake
from tests.unit.intake.files.test_new_columns import contract
from tests.unit.matching.test_mappings import FORMS, NAMES, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

KEY = "payments/a.csv"
NUMBERS = (b"4111111111111111", b"4111111111111112")
REGIONS = (
    b"region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
    b"R1,North,GB,EU,100,1.50,2024-01-01 10:00:00\n"
)


def lake_that(originals: Originals) -> MemoryLake:
    return MemoryLake(originals=originals)


def rows_of(lake: MemoryLake) -> dict[str, bytes]:
    """Every accepted and quarantined row."""
    zones = {"curated": f"{keys.INCREMENTS}/", "quarantine": ""}
    every = {
        f"{zone}/{key}": body
        for zone, prefix in zones.items()
        for key, body in lake.objects.contents(zone, prefix).items()
    }
    return {key: body for key, body in every.items() if key.endswith(".parquet")}


def delete_rows(lake: MemoryLake) -> None:
    for zone in ("curated", "quarantine"):
        for key in lake.objects.contents(zone):
            lake.objects.delete(ObjectRef(zone, key))


def originals_in_raw(lake: MemoryLake) -> list[str]:
    """Keys of every version in raw whose bytes hold a card number."""
    versions = [version for version in lake.objects.versions("raw", "") if not version.is_marker]
    return [
        version.ref.key
        for version in versions
        if any(number in lake.objects.read(version.ref) for number in NUMBERS)
    ]


def rebuild(lake: MemoryLake) -> list[dict[str, object]]:
    return [
        *replay_all(
            Replayer(*lake.gate),
            files_without_rows(lake.objects, lake.ledger.records(), "curated", "quarantine"),
        )
    ]


@pytest.mark.parametrize("originals", [Originals.MASK, Originals.DELETE])
def test_no_version_in_raw_holds_a_card_number_once_its_file_is_accepted(originals: Originals) -> None:
    lake = lake_that(originals)
    record = lake.receive(KEY, PAYMENTS)
    assert (record.state, record.accepted, record.quarantined) == (FileState.DONE, 1, 2)
    assert originals_in_raw(lake) == []
    assert not [version for version in lake.objects.versions("raw", "") if version.ref.key == KEY]


def test_originals_stay_where_the_policy_keeps_them() -> None:
    lake = lake_that(Originals.KEEP)
    assert not lake.receive(KEY, PAYMENTS).original
    assert originals_in_raw(lake) == [KEY]


def test_the_original_of_a_dataset_without_sensitive_columns_stays() -> None:
    lake = lake_that(Originals.MASK)
    record = lake.receive("regions/a.csv", REGIONS)
    assert record.state is FileState.DONE
    assert not record.original
    assert list(lake.objects.contents("raw")) == ["regions/a.csv"]


def test_a_file_in_which_an_undeclared_card_number_was_refused_is_masked() -> None:
    lake = lake_that(Originals.MASK)
    record = lake.receive(
        "regions/a.csv", REGIONS + b"R2,4111111111111111,GB,EU,100,1.50,2024-01-01 10:00:00\n"
    )
    assert record.reasons == {"undeclared_card_number": 1}
    assert originals_in_raw(lake) == []


def test_the_lake_is_the_same_whether_originals_are_kept_or_masked() -> None:
    kept, masked = lake_that(Originals.KEEP), lake_that(Originals.MASK)
    for lake in (kept, masked):
        lake.receive(KEY, PAYMENTS)
    assert rows_of(kept) == rows_of(masked)


def test_a_rebuild_from_masked_originals_gives_byte_equal_rows() -> None:
    lake = lake_that(Originals.MASK)
    before = lake.receive(KEY, PAYMENTS)
    rows = rows_of(lake)
    delete_rows(lake)
    assert [one["outcome"] for one in rebuild(lake)] == ["replayed"]
    assert rows_of(lake) == rows
    after = lake.ledger.get(before.file_id)
    same = (
        "received",
        "accepted",
        "quarantined",
        "duplicates",
        "reasons",
        "masked",
        "warnings",
        "written_as",
        "original",
    )
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


def test_a_rebuild_says_clearly_which_originals_were_deleted() -> None:
    lake = lake_that(Originals.DELETE)
    lake.receive(KEY, PAYMENTS)
    delete_rows(lake)
    (outcome,) = rebuild(lake)
    assert outcome["outcome"] == "raw_gone"
    assert "was deleted once the file was accepted" in str(outcome["reason"])


def test_the_event_of_the_masked_form_loads_nothing() -> None:
    lake = lake_that(Originals.MASK)
    lake.receive(KEY, PAYMENTS)
    (form,) = lake.objects.contents("raw")
    rows, records = rows_of(lake), list(lake.ledger.records())
    answered = lake.receive(form)
    assert (answered.state, answered.seen_before) == (FileState.IGNORED, True)
    assert (rows_of(lake), list(lake.ledger.records())) == (rows, records)


@pytest.mark.parametrize("has_version", [True, False])
@pytest.mark.parametrize("originals", [Originals.MASK, Originals.DELETE])
def test_an_event_that_is_delivered_again_finds_the_record(
    originals: Originals, *, has_version: bool
) -> None:
    """The message of an export's part names no version."""
    lake = lake_that(originals)
    record = lake.receive(KEY, PAYMENTS)
    again = FileProcessor(*lake.gate).process(ObjectRef("raw", KEY, record.version_id if has_version else ""))
    assert (again.file_id, again.seen_before) == (record.file_id, True)


def test_an_object_that_never_was_is_still_an_error() -> None:
    with pytest.raises(NotFoundError):
        FileProcessor(*lake_that(Originals.MASK).gate).process(ObjectRef("raw", "payments/none.csv", "v9"))


def test_a_copy_leaves_raw_and_takes_over_when_the_first_is_reverted() -> None:
    lake = lake_that(Originals.MASK)
    first = lake.receive(KEY, PAYMENTS)
    rows = rows_of(lake)
    copy = lake.receive("payments/b.csv", PAYMENTS)
    assert copy.state is FileState.SKIPPED_DUPLICATE
    assert originals_in_raw(lake) == []
    assert (
        Reverter(*lake.gate, Senders(lake.objects, "artifacts")).revert(first.file_id).accepted_as
        == "payments/b.csv"
    )
    assert [key for key in rows_of(lake) if key in rows] == [*rows]
    assert lake.ledger.get(copy.file_id).accepted == first.accepted


def test_a_reverted_file_is_accepted_again_from_its_masked_form() -> None:
    lake = lake_that(Originals.MASK)
    record = lake.receive(KEY, PAYMENTS)
    rows = rows_of(lake)
    Reverter(*lake.gate, Senders(lake.objects, "artifacts")).revert(record.file_id)
    assert rows_of(lake) == {}
    assert Replayer(*lake.gate).replay(record.file_id).outcome == "replayed"
    assert rows_of(lake) == rows


def test_a_rejected_file_keeps_its_original_until_a_replay_accepts_it() -> None:
    lake = lake_that(Originals.MASK)
    wrong = PAYMENTS.replace(b"amount", b"what,ever", 1)
    record = lake.receive(KEY, wrong)
    assert record.state in {FileState.REJECTED, FileState.NEEDS_MAPPING}
    assert originals_in_raw(lake) == [KEY]


def broken(*_: object) -> Path:
    raise OSError("no space left on device")


def failed(lake: MemoryLake, monkeypatch: pytest.MonkeyPatch) -> FileRecord:
    """A file whose original could not be masked."""
    with monkeypatch.context() as patched:
        patched.setattr(masked_original, "write", broken)
        with pytest.raises(ServiceError, match="is accepted, but its original could not be masked"):
            lake.receive(KEY, PAYMENTS)
    (record,) = lake.ledger.records()
    return record


def test_a_file_stays_accepted_when_its_original_cannot_be_masked_and_the_next_delivery_masks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error makes SQS deliver the message again; after the last delivery the dead-letter alarm rings."""
    lake = lake_that(Originals.MASK)
    record = failed(lake, monkeypatch)
    assert (record.state, record.accepted, dict(record.original)) == (
        FileState.DONE,
        1,
        {"form": "pending", "reason": "OSError"},
    )
    assert originals_in_raw(lake) == [KEY]
    rows = rows_of(lake)
    again = lake.receive(KEY)
    assert (again.original["form"], again.seen_before) == ("masked", True)
    assert originals_in_raw(lake) == []
    assert rows_of(lake) == rows


def test_a_delivery_after_the_deletion_failed_only_deletes(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = lake_that(Originals.MASK)

    def refuse(ref: ObjectRef) -> None:
        raise ServiceError(f"no {ref.key}")

    with monkeypatch.context() as patched:
        patched.setattr(lake.objects, "delete", refuse)
        with pytest.raises(ServiceError):
            lake.receive(KEY, PAYMENTS)
    assert originals_in_raw(lake) == [KEY]
    assert [one.key for one in replaceable(lake.objects, lake.ledger.records(), lake.contracts.source)] == [
        KEY
    ]
    assert lake.receive(KEY).seen_before
    assert originals_in_raw(lake) == []


def test_originals_from_before_the_policy_are_replaced_later() -> None:
    lake = lake_that(Originals.KEEP)
    first, copy = lake.receive(KEY, PAYMENTS), lake.receive("payments/b.csv", PAYMENTS)
    lake.receive("regions/a.csv", REGIONS)
    rows = rows_of(lake)
    masking = lake.gate_ports, replace(lake.gate_rules, originals=Originals.MASK)
    due = replaceable(lake.objects, lake.ledger.records(), lake.contracts.source)
    assert [one.file_id for one in due] == [first.file_id, copy.file_id]
    for record in due:
        assert replace_later(*masking, record.file_id).original["form"] == "masked"
    assert originals_in_raw(lake) == []
    assert rows_of(lake) == rows
    assert replaceable(lake.objects, lake.ledger.records(), lake.contracts.source) == []


def test_somebody_who_overwrites_a_masked_form_changes_no_row() -> None:
    lake = lake_that(Originals.MASK)
    record = lake.receive(KEY, PAYMENTS)
    lake.objects.delete(ObjectRef("raw", record.original["key"], record.original["version_id"]))
    lake.objects.write(ObjectRef("raw", record.original["key"]), b"PK\x03\x04 something else")
    assert Replayer(*lake.gate).replay(record.file_id).outcome == "raw_gone"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    "names", [NAMES, ["Amt" if name == "amount" else name for name in NAMES]], ids=["own", "mapped"]
)
@pytest.mark.parametrize("form", FORMS)
def test_files_of_every_form_and_header_are_rebuilt_from_their_masked_form(
    form: str, names: list[str], pack: Callable[[bytes], bytes]
) -> None:
    lake = lake_that(Originals.MASK)
    record = lake.receive("payments/a", pack(written(form, names)))
    assert (record.state, record.original["form"]) == (FileState.DONE, "masked")
    rows = rows_of(lake)
    delete_rows(lake)
    assert [one["outcome"] for one in rebuild(lake)] == ["replayed"]
    assert rows_of(lake) == rows
    after = lake.ledger.get(record.file_id)
    assert (after.mapping, after.written_as, after.masked) == (
        record.mapping,
        record.written_as,
        record.masked,
    )


@pytest.mark.parametrize("policy", ["ignore", "keep_as_text", "quarantine"])
def test_new_columns_are_in_the_masked_form_as_the_contract_says(policy: str) -> None:
    lake = NewColumnLake()
    by = contract(policy, "1", Column("card", ColumnType(Kind.STRING), mask=Mask.PAN))
    ports, rules = lake.gate(by)
    rules = replace(rules, originals=Originals.MASK)
    lake.objects.write(
        ObjectRef("raw", "sales/a.csv"),
        b"id,item,card,Filiale\n1,bell,4111111111111111,Nord\n2,lock,5555555555554444,\n",
    )
    record = FileProcessor(ports, rules).process(lake.objects.info(ObjectRef("raw", "sales/a.csv")).ref)
    assert (record.state, record.original["form"]) == (FileState.DONE, "masked")
    rows = lake.objects.contents("curated"), lake.objects.contents("quarantine")
    again = Replayer(ports, rules).replay(record.file_id).record
    accepted = {key: body for key, body in lake.objects.contents("curated").items() if key in rows[0]}
    assert (accepted, lake.objects.contents("quarantine")) == rows
    assert (again.new_columns, again.reasons) == (record.new_columns, record.reasons)


def test_an_original_whose_rows_only_masked_values_tell_apart_stays_and_is_pending() -> None:
    """With the codes gone both rows would be one: the original must not go for a form that loses a row."""
    lake = NewColumnLake()
    columns = (Column("item", ColumnType(Kind.STRING)), Column("cvv", ColumnType(Kind.STRING), mask=Mask.CVV))
    by = replace(contract(), key=(), columns=columns, properties={"headgate.identity": "whole_row"})
    ports, rules = lake.gate(by)
    rules = replace(rules, originals=Originals.MASK)
    lake.objects.write(ObjectRef("raw", "sales/a.csv"), b"item,cvv\nbell,123\nbell,456\n")
    ref = lake.objects.info(ObjectRef("raw", "sales/a.csv")).ref
    with pytest.raises(ServiceError, match="does not give the same rows"):
        FileProcessor(ports, rules).process(ref)
    (record,) = lake.ledger.records()
    assert (record.accepted, record.original["form"]) == (2, "pending")
    assert lake.objects.read(ref)
    assert list(lake.objects.contents("raw")) == ["sales/a.csv"]
