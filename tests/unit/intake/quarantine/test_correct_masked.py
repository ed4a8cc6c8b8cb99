"""One cell of a file whose original is kept masked: the cells that were not sent come from the kept row."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.intake.files.replay_file import Replayer
from headgate.intake.quarantine.correct_rows import corrected_csv
from headgate.intake.quarantine.list_quarantine import quarantined_rows
from headgate.lake import keys
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.states import FileState, Originals
from headgate.values.parquet_tables import table_of
from tests.unit.api.lakes import PAYMENTS, MemoryLake, processor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

CONTRACT = Registry.load().source["payments"]
CARD, OTHER_CARD = "4111111111111111", "5555555555554444"
BROKEN_CARD, BROKEN_AMOUNT = 2, 3
SENT_WHOLE = dict(zip(*csv.reader(StringIO("\n".join(PAYMENTS.decode().splitlines()[:2]))), strict=True))


@pytest.fixture
def lake() -> MemoryLake:
    return MemoryLake(originals=Originals.MASK)


@pytest.fixture
def file(lake: MemoryLake) -> FileRecord:
    return lake.receive("payments/today.csv", PAYMENTS)


def correct(
    lake: MemoryLake, file: FileRecord, corrections: Mapping[int, Mapping[str, str | None]]
) -> FileRecord:
    rows = quarantined_rows(lake.objects, "quarantine", file)
    body = corrected_csv(None, CONTRACT, corrections, rows, file.file_id)
    return lake.receive(keys.corrected_rows_key("payments", file.file_id, "a" * 16), body)


def token_of(lake: MemoryLake, record: FileRecord) -> str:
    (token,) = table_of(lake.objects.read(ObjectRef("curated", record.curated_key)))["card_token"]
    return str(token.as_py())


def test_a_new_card_number_is_masked_and_a_kept_one_keeps_its_token(
    lake: MemoryLake, file: FileRecord
) -> None:
    first = token_of(lake, file)
    kept = correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00"}})
    changed = correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00", "card_number": OTHER_CARD}})
    assert token_of(lake, kept) == first != token_of(lake, changed)
    assert changed.masked == {"card_number": 1}
    assert not any(number.encode() in body for number in (CARD, OTHER_CARD) for body in raw(lake))


def raw(lake: MemoryLake) -> list[bytes]:
    return list(lake.objects.contents("raw").values())


def test_rows_under_an_old_and_a_new_masking_key_are_one_correction(
    lake: MemoryLake, file: FileRecord
) -> None:
    ports, rules = lake.gate
    rotated = replace(rules, masking_key=lambda: MaskingKey("k2", b"1" * 32))
    body = corrected_csv(
        None,
        CONTRACT,
        {BROKEN_CARD: {"card_number": OTHER_CARD}, BROKEN_AMOUNT: {"amount": "1.00"}},
        quarantined_rows(lake.objects, "quarantine", file),
        file.file_id,
    )
    ref = ObjectRef("raw", keys.corrected_rows_key("payments", file.file_id, "b" * 16))
    lake.objects.write(ref, body)
    record = processor(ports, rotated).process(lake.objects.info(ref).ref)
    rows = table_of(lake.objects.read(ObjectRef("curated", record.curated_key)))
    assert [text.as_py()[:3] for text in rows["card_token"]] == ["k2:", "k1:"]


def test_a_correction_is_replayed_and_corrected_again_from_its_own_masked_form(
    lake: MemoryLake, file: FileRecord
) -> None:
    refused = correct(lake, file, {BROKEN_AMOUNT: {"amount": "no number"}})
    assert (refused.accepted, refused.reasons) == (0, {"type": 1})
    accepted = correct(lake, refused, {1: {"amount": "12.00"}})
    assert (accepted.accepted, token_of(lake, accepted)) == (1, token_of(lake, file))
    again = Replayer(*lake.gate).replay(accepted.file_id)
    assert (again.outcome, again.record.accepted) == ("replayed", 1)


def test_a_verification_code_is_kept_nowhere_once_the_correction_is_accepted(
    lake: MemoryLake, file: FileRecord
) -> None:
    correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00", "card_cvv": "739"}})
    assert not any(b",739," in body for body in raw(lake))


@pytest.mark.parametrize(
    ("row", "values", "message"),
    [
        (BROKEN_CARD, {"amount": "1.00"}, "without its value of card_number"),
        (9, {"amount": "1.00"}, "not in quarantine"),
        (BROKEN_AMOUNT, {"price": "1.00"}, "does not have"),
    ],
)
def test_a_cell_that_the_kept_row_lacks_is_asked_for_by_name(
    lake: MemoryLake, file: FileRecord, row: int, values: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInputError, match=message):
        correct(lake, file, {row: values})


def test_a_cell_whose_digits_are_hidden_is_asked_for_by_name(lake: MemoryLake) -> None:
    """A card number in the column of orders: nobody knows which cells have moved."""
    moved = PAYMENTS.replace(b"3,A3,card,4111111111111111", b"3," + CARD.encode() + b",card,")
    file = lake.receive("payments/moved.csv", moved)
    with pytest.raises(BadInputError, match=r"without its value of .*order_id"):
        correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00"}})


def test_a_number_sign_before_digits_that_are_shown_hides_nothing(lake: MemoryLake) -> None:
    file = lake.receive("payments/order.csv", PAYMENTS.replace(b"3,A3,", b"3,A #3,"))
    assert correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00"}}).accepted == 1


def test_a_row_of_a_deleted_original_is_given_with_every_column(lake: MemoryLake, file: FileRecord) -> None:
    rows = quarantined_rows(lake.objects, "quarantine", file)
    with pytest.raises(BadInputError, match="original of row 3 was deleted"):
        corrected_csv(None, CONTRACT, {BROKEN_AMOUNT: {"amount": "12.00"}}, rows)
    body = corrected_csv(None, CONTRACT, {BROKEN_AMOUNT: SENT_WHOLE}, rows)
    assert body.splitlines()[1] == PAYMENTS.splitlines()[1]


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("{file_id}/9", "card_number"),
        ("{file_id}/x", "card_number"),
        (f"{{file_id}}/{'9' * 30}", "card_number"),
        ("another/3", "card_number"),
        ("{file_id}/3", "amount"),
    ],
)
def test_a_correction_that_the_api_did_not_write_is_rejected(
    lake: MemoryLake, file: FileRecord, row: str, kept: str
) -> None:
    rows = quarantined_rows(lake.objects, "quarantine", file)
    body = corrected_csv(None, CONTRACT, {3: {"amount": "1.00"}}, rows, file.file_id).decode()
    forged = body.replace(f"{file.file_id}/3", row.format(file_id=file.file_id)).replace(
        "card_number card_cvv notes", kept
    )
    assert forged != body
    record = lake.receive(keys.corrected_rows_key("payments", file.file_id, "c" * 16), forged.encode())
    assert (record.state, record.error["rule"]) == (FileState.REJECTED, "correction")


def test_a_correction_of_a_file_without_a_masked_form_is_rejected(lake: MemoryLake, file: FileRecord) -> None:
    rows = quarantined_rows(lake.objects, "quarantine", file)
    body = corrected_csv(None, CONTRACT, {BROKEN_AMOUNT: {"amount": "1.00"}}, rows, file.file_id)
    record = lake.receive(keys.corrected_rows_key("payments", "f" * 32, "c" * 16), body)
    assert (record.state, record.error["rule"]) == (FileState.REJECTED, "correction")


def test_a_row_of_another_width_is_accepted_with_other_corrections(lake: MemoryLake) -> None:
    """The masked form has no row with a wrong number of cells, and such a row takes no cell from it."""
    lines = PAYMENTS.rstrip(b"\n") + b"\n9,A9,card\n"
    file = lake.receive("payments/short.csv", lines)
    ragged = len(PAYMENTS.splitlines())
    whole = {**SENT_WHOLE, "payment_id": "9", "card_number": OTHER_CARD}
    record = correct(lake, file, {BROKEN_AMOUNT: {"amount": "12.00"}, ragged: whole})
    assert (record.accepted, record.quarantined) == (2, 0)


def test_a_row_without_cells_to_take_is_named(lake: MemoryLake, file: FileRecord) -> None:
    rows = quarantined_rows(lake.objects, "quarantine", file)
    body = corrected_csv(None, CONTRACT, {BROKEN_AMOUNT: {"amount": "1.00"}}, rows, file.file_id)
    forged = body.replace(f"{file.file_id}/3".encode(), f"{file.file_id}/9".encode())
    record = lake.receive(keys.corrected_rows_key("payments", file.file_id, "d" * 16), forged)
    assert "no complete row 9" in record.error["message"]
