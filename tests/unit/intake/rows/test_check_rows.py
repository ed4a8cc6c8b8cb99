import datetime as dt
import gzip
import io
import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.contracts.curated import curated_contract
from headgate.contracts.model import Comparison, Content, Contract, Level, Mask, Rule
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError, BadInputError
from headgate.intake import CheckedRows, check_bytes
from headgate.intake.rows.redact_source_rows import without_numbers
from headgate.lake.ports import MaskingKey
from headgate.snapshots.publishing import conform, parquet_bytes
from tests.examples import examples

pytestmark = pytest.mark.unit

REGISTRY = Registry.load()
PAYMENTS, CUSTOMERS, ORDERS = (REGISTRY.source[name] for name in ("payments", "customers", "orders"))
KEY = MaskingKey("k1", b"0123456789abcdef0123456789abcdef")
LANDED = dt.datetime(2024, 1, 2, 3, 4, 5)
PAN, OTHER_PAN, CVV, SSN = "4111111111111111", "2223003122003222", "917", "123-45-6789"

GOOD = {
    "payment_id": "1",
    "order_id": "A1",
    "method": "card",
    "card_number": PAN,
    "card_cvv": CVV,
    "card_expiry": "2026-01",
    "amount": "10.50",
    "currency": "GBP",
    "paid_at": "2024-01-01 10:00:00",
    "status": "captured",
    "notes": "thanks",
    "updated_at": "2024-01-01 10:00:00",
}
CUSTOMER = {
    "customer_id": "7",
    "email": "jane@example.com",
    "full_name": "Jane Doe",
    "ssn": SSN,
    "region_id": "NA",
    "signed_up_at": "2024-01-01 00:00:00",
    "marketing_opt_in": "true",
    "updated_at": "2024-01-01 00:00:00",
}


def csv_of(*rows: dict[str, str | None]) -> bytes:
    out = io.BytesIO()
    pa_csv.write_csv(
        pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}), out
    )
    return out.getvalue()


def payment(**cells: str | None) -> dict[str, str | None]:
    return {**GOOD, **cells}


def gate(body: bytes, contract: Contract = PAYMENTS) -> CheckedRows:
    gated = check_bytes(body, contract, KEY, object_key=f"{contract.dataset}/in.csv", received_at=LANDED)
    for rows, kept in (
        (gated.accepted, curated_contract(contract)),
        (gated.quarantine_rows, REGISTRY.lake["quarantine"]),
    ):
        stored = pq.read_schema(io.BytesIO(parquet_bytes(rows)))
        assert (stored.names, stored.types) == (arrow_schema(kept).names, arrow_schema(kept).types)
    return replace(gated, accepted=conform(curated_contract(contract), gated.accepted))


def passed(*rows: dict[str, str | None]) -> CheckedRows:
    return gate(csv_of(*rows))


def reasons_of(gated: CheckedRows) -> list[tuple[int, str, str | None]]:
    return [(row["source_row"], row["rule"], row["column_name"]) for row in gated.quarantine_rows.to_pylist()]


def written(gated: CheckedRows) -> str:
    """Everything that would be written, as one text."""
    return json.dumps(
        [gated.accepted.to_pylist(), gated.quarantine_rows.to_pylist()], default=str, ensure_ascii=False
    )


def test_a_valid_row_is_accepted_masked_and_with_its_lineage() -> None:
    gated = passed(payment())
    (row,) = gated.accepted.to_pylist()
    assert re.fullmatch(r"k1:[0-9a-f]{64}", row.pop("card_token"))
    assert row == {
        "payment_id": 1,
        "order_id": "A1",
        "method": "card",
        "card_brand": "visa",
        "card_last4": "1111",
        "card_expiry": "2026-01",
        "amount": Decimal("10.5000"),
        "currency": "GBP",
        "paid_at": dt.datetime(2024, 1, 1, 10),
        "status": "captured",
        "notes": "thanks",
        "updated_at": dt.datetime(2024, 1, 1, 10),
        "_content_sha256": gated.counts.content_sha256,
        "_source_row": 1,
    }
    assert (
        gated.counts.received,
        gated.counts.quarantined,
        gated.counts.duplicates,
        gated.counts.reasons,
    ) == (1, 0, 0, {})


def test_a_refused_row_carries_its_first_reason_all_rules_and_the_masked_row() -> None:
    gated = passed(
        payment(),
        payment(
            payment_id="2",
            amount="10.50001",
            currency="gbp",
            status=None,
            notes='say "hi"\n\\ 4111 1111 1111 1111',
        ),
    )
    (row,) = gated.quarantine_rows.to_pylist()
    record = json.loads(row.pop("record"))
    assert record == {
        **GOOD,
        "payment_id": "2",
        "amount": "10.50001",
        "currency": "gbp",
        "status": None,
        "notes": 'say "hi"\n\\ [PAN ****1111]',
        "card_number": "[PAN ****1111]",
        "card_cvv": "[CVV]",
    }
    assert json.loads(row.pop("all_rules")) == ["type:amount", "pattern:currency", "required:status"]
    assert row == {
        "dataset": "payments",
        "content_sha256": gated.counts.content_sha256,
        "source_row": 2,
        "disposition": "refused",
        "rule": "type",
        "column_name": "amount",
        "reason": "Amount is not a number with at most 10 digits before the decimal sign and 4 behind it. "
        "Write it as 1234.5.",
        "masked_value": "10.50001",
        "object_key": "payments/in.csv",
        "received_at": LANDED,
        "byte_offset": len(csv_of(payment())),
        "sheet_row": None,
        "closed_by": None,
    }


@pytest.mark.parametrize(
    ("cells", "rule", "column"),
    [
        ({"payment_id": "007"}, "type", "payment_id"),
        ({"payment_id": None}, "required", "payment_id"),
        ({"payment_id": "0"}, "minimum", "payment_id"),
        ({"order_id": "X" * 21}, "max_length", "order_id"),
        ({"method": "cash"}, "valid_values", "method"),
        ({"card_number": "4111111111111112"}, "card_number", "card_number"),
        ({"card_number": "none"}, "card_number", "card_number"),
        ({"card_number": f"{PAN}1227"}, "card_number_and_more", "card_number"),
        ({"card_number": f"{PAN} 12/27"}, "card_number_and_more", "card_number"),
        ({"card_number": f"Visa {PAN}"}, "card_number_and_more", "card_number"),
        ({"card_number": "4.11E+15"}, "destroyed_number", "card_number"),
        ({"card_expiry": "01/26"}, "pattern", "card_expiry"),
        ({"paid_at": "2023-13-45 10:00:00"}, "type", "paid_at"),
        ({"order_id": PAN}, "undeclared_card_number", "order_id"),
        ({"payment_id": PAN}, "undeclared_card_number", "payment_id"),
        ({"order_id": "4.11111111111111E+15"}, "undeclared_card_number", "order_id"),
        ({"order_id": SSN}, "undeclared_ssn", "order_id"),
        ({"order_id": f"cvv {CVV}"}, "undeclared_cvv", "order_id"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_for_it(
    cells: dict[str, str | None], rule: str, column: str
) -> None:
    gated = passed(payment(), payment(**{"payment_id": "2", **cells}))
    assert reasons_of(gated) == [(2, rule, column)]
    assert (gated.accepted.num_rows, gated.counts.quarantined, gated.counts.reasons) == (1, 1, {rule: 1})


@pytest.mark.parametrize(
    "number", ["1700000000123", "9780306406157", "20240102000123", "4111111111111112", "9223372036854775807"]
)
def test_a_long_number_that_is_no_card_is_accepted(number: str) -> None:
    assert passed(payment(payment_id=number)).accepted["payment_id"].to_pylist() == [int(number)]


def test_a_numeric_column_may_state_that_its_long_numbers_are_no_cards() -> None:
    columns = tuple(replace(column, unmasked=column.name == "payment_id") for column in PAYMENTS.columns)
    assert gate(csv_of(payment(payment_id=PAN)), replace(PAYMENTS, columns=columns)).accepted[
        "payment_id"
    ].to_pylist() == [int(PAN)]


ARTICLE = "30012345679095"  # a GTIN-14 that is a Diners Club number by range, length and check digit


@pytest.mark.parametrize(
    ("text", "is_accepted", "is_accepted_unmasked"),
    [
        (ARTICLE, False, True),
        ("4222222222222", True, True),
        ("card 4222222222222", False, False),
        (PAN, False, False),
        (f"see {PAN}", False, False),
    ],
)
def test_a_text_column_that_states_to_hold_no_cards_may_hold_article_numbers(
    text: str, *, is_accepted: bool, is_accepted_unmasked: bool
) -> None:
    """Numbers of 13 digits and fewer need a context in every column that is not declared for cards."""
    columns = tuple(replace(column, unmasked=column.name == "order_id") for column in PAYMENTS.columns)
    gated = gate(csv_of(payment(order_id=text)), replace(PAYMENTS, columns=columns))
    assert (gated.accepted.num_rows == 1) is is_accepted_unmasked
    assert (passed(payment(order_id=text)).accepted.num_rows == 1) is is_accepted


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Content.PHONE, "501853120001"),
        (Content.PHONE, "378282246310005"),
        (Content.TAX_NUMBER, "30569309025904"),
        (Content.GTIN, ARTICLE),
        (Content.TRACKING_NUMBER, "6205500000000000004"),
        (Content.BANK_ACCOUNT, PAN),
    ],
)
def test_a_column_that_states_its_content_is_not_searched_by_length_alone(
    content: Content, text: str
) -> None:
    columns = tuple(
        replace(column, content=content if column.name == "order_id" else None) for column in PAYMENTS.columns
    )
    contract = replace(PAYMENTS, columns=columns)
    assert gate(csv_of(payment(order_id=text)), contract).accepted["order_id"].to_pylist() == [text]
    assert not gate(csv_of(payment(order_id=f"card {text}")), contract).accepted.num_rows


def test_values_that_masking_changed_are_counted_by_column_in_rows_that_pass() -> None:
    contract = replace(
        PAYMENTS,
        columns=tuple(
            replace(column, mask=Mask.FREE_TEXT) if column.name == "order_id" else column
            for column in PAYMENTS.columns
        ),
    )
    rows = [
        payment(payment_id="1", order_id="A1"),
        payment(payment_id="2", order_id=f"see {PAN}"),
        payment(payment_id="3", amount="x"),
    ]
    made = gate(csv_of(*rows), contract)
    assert made.accepted["order_id"].to_pylist() == ["A1", "see [PAN ****1111]"]
    assert made.counts.masked == {"card_number": 2, "card_cvv": 2, "order_id": 1}


@pytest.mark.parametrize("rule", ["shipped_after_ordered"])
def test_a_rule_over_the_row_refuses_without_a_column(rule: str) -> None:
    order = dict.fromkeys(ORDERS.names, "2024-01-02 00:00:00") | {
        "order_id": "A",
        "customer_id": "1",
        "region_id": "EU",
        "status": "completed",
    }
    gated = gate(
        csv_of({**order, "shipped_at": "2024-01-01 00:00:00", "promotion_code": None, "notes": None}), ORDERS
    )
    assert reasons_of(gated) == [(1, rule, None)]
    assert gated.quarantine_rows["masked_value"].to_pylist() == [None]


def test_duplicates_are_quarantined_and_counted_separately() -> None:
    old = payment(amount="9.00", updated_at="2023-12-31 00:00:00")
    gated = passed(old, payment(), payment(), payment(payment_id="x"))
    assert reasons_of(gated) == [
        (1, "duplicate_key", None),
        (3, "duplicate_row", None),
        (4, "type", "payment_id"),
    ]
    assert gated.quarantine_rows["disposition"].to_pylist() == ["duplicate", "duplicate", "refused"]
    assert (
        gated.counts.received,
        gated.accepted.num_rows,
        gated.counts.quarantined,
        gated.counts.duplicates,
    ) == (4, 1, 1, 2)
    assert gated.accepted["_source_row"].to_pylist() == [2]


def test_a_refused_row_never_pushes_out_a_valid_one() -> None:
    gated = passed(payment(), payment(updated_at="2025-01-01 00:00:00", currency="??"))
    assert gated.accepted["_source_row"].to_pylist() == [1]


def test_ragged_rows_are_refused_with_their_number_and_without_digits() -> None:
    lines = csv_of(payment(), payment(payment_id="2")).decode().splitlines()
    gated = gate("\n".join([lines[0], lines[1], f"3,{PAN},{CVV}", lines[2], lines[1] + f",{SSN}"]).encode())
    assert reasons_of(gated) == [(2, "ragged_row", None), (4, "ragged_row", None)]
    assert json.loads(gated.quarantine_rows["record"][0].as_py()) == {"_raw": "#,################,###"}
    assert not any(
        character.isdigit() for record in gated.quarantine_rows["record"].to_pylist() for character in record
    )
    assert gated.accepted["_source_row"].to_pylist() == [1, 3]
    assert (gated.counts.received, gated.counts.quarantined) == (4, 2)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("WK-1234;Sonderposten;Deko;9,99", "WK-1234;Sonderposten;Deko;9,99"),
        (f"A1;{PAN};3", "A#;################;#"),
        ("A1;4111;1111;1111;1111", "A#;####;####;####;####"),
        ("A1;41111111|11111111", "A#;########|########"),
        ("4,111,111,111,111,111;Helm", "#,###,###,###,###,###;Helm"),
        (f"{SSN};Mann", "###-##-####;Mann"),
        ("Helm;cvv 123", "Helm;cvv ###"),
    ],
)
def test_a_row_of_another_width_keeps_its_digits_where_no_number_can_be_in_it(line: str, shown: str) -> None:
    """A supplier's price and number of an article had no digits, and nobody could write the row."""
    lines = pa.array([line, None], pa.string())
    assert without_numbers(lines, {None, Mask.FREE_TEXT}).to_pylist() == [shown, None]
    for mask in (Mask.PAN, Mask.CVV, Mask.TRACK, Mask.SSN, Mask.MASKED, Mask.VERDICTS):
        hidden = without_numbers(lines, {None, mask})[0].as_py()
        assert not any(character.isdigit() for character in hidden)


def test_only_accepted_rows_have_warnings() -> None:
    """The second row is refused and the third is the first again, so neither is in with a warning."""
    warned = replace(PAYMENTS.column("currency"), rules=(Rule("valid_values", ("EUR",), Level.WARN),))
    contract = replace(
        PAYMENTS,
        columns=tuple(warned if column.name == "currency" else column for column in PAYMENTS.columns),
    )
    gated = gate(csv_of(payment(), payment(payment_id="2", method="cash"), payment()), contract)
    assert (gated.accepted.num_rows, gated.counts.warned) == (1, {("currency", "valid_values"): 1})
    assert gated.counts.warnings == 1
    assert reasons_of(gated) == [(2, "valid_values", "method"), (3, "duplicate_row", None)]


def test_a_halting_rule_refuses_the_file_and_names_no_value() -> None:
    contract = replace(
        PAYMENTS,
        comparisons=(
            Comparison("paid_before_updated", "paid_at", "<=", right="updated_at", level=Level.HALT),
        ),
    )
    with pytest.raises(BadInputError, match="1 rows") as refused:
        gate(csv_of(payment(paid_at="2025-01-01 00:00:00")), contract)
    assert refused.value.rule == "paid_before_updated"


def test_an_absent_nullable_column_is_null_and_a_warning() -> None:
    row = {name: cell for name, cell in payment().items() if name != "card_expiry"}
    gated = gate(csv_of(row))
    assert gated.accepted["card_expiry"].to_pylist() == [None]
    assert gated.counts.warnings == 1


def test_csv_gzip_and_parquet_of_one_table_give_the_same_rows() -> None:
    rows = [payment(), payment(payment_id="2", card_number=None), payment(payment_id="x"), payment()]
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in GOOD})
    out = io.BytesIO()
    pq.write_table(table, out)
    plain, packed, parquet = (
        gate(body) for body in (csv_of(*rows), gzip.compress(csv_of(*rows)), out.getvalue())
    )
    for other in (packed, parquet):
        assert other.accepted.drop_columns("_content_sha256").equals(
            plain.accepted.drop_columns("_content_sha256")
        )
        assert other.quarantine_rows.drop_columns(["content_sha256", "byte_offset"]).equals(
            plain.quarantine_rows.drop_columns(["content_sha256", "byte_offset"])
        )


def test_the_same_file_gives_the_same_bytes() -> None:
    body = csv_of(payment(), payment(payment_id="x"), payment(), payment(payment_id="3", notes=f"card {PAN}"))
    first, second = gate(body), gate(body)
    assert parquet_bytes(first.accepted) == parquet_bytes(second.accepted)
    assert parquet_bytes(first.quarantine_rows) == parquet_bytes(second.quarantine_rows)


def test_all_ways_to_write_a_card_number_give_one_token() -> None:
    spellings = [
        PAN,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111.0",
        "\uff14111111111111111",
    ]
    gated = passed(
        *(
            payment(payment_id=str(number), card_number=spelling)
            for number, spelling in enumerate(spellings, 1)
        )
    )
    assert gated.accepted.num_rows == len(spellings)
    assert len(set(gated.accepted["card_token"].to_pylist())) == 1


@pytest.mark.parametrize("more", ["1227", " 12/27", "=2712"])
def test_a_card_number_with_more_behind_it_is_never_shown(more: str) -> None:
    gated = passed(payment(card_number=f"{PAN}{more}"))
    (row,) = gated.quarantine_rows.to_pylist()
    assert row["masked_value"] == "[masked]"
    assert PAN not in written(gated)


def test_a_rounded_number_is_never_shown() -> None:
    gated = passed(payment(card_number="4.11111E+15"))
    (row,) = gated.quarantine_rows.to_pylist()
    assert row["masked_value"] == "[destroyed]"
    assert "4.1111" not in written(gated)


def test_an_ssn_keeps_its_last_four_and_a_broken_one_keeps_nothing() -> None:
    gated = gate(csv_of(CUSTOMER, {**CUSTOMER, "customer_id": "8", "ssn": "123-45-678"}), CUSTOMERS)
    assert gated.accepted["ssn_last4"].to_pylist() == ["6789"]
    (row,) = gated.quarantine_rows.to_pylist()
    assert (row["rule"], row["masked_value"]) == ("type", "[masked]")
    assert "123-45" not in written(gated)


def test_an_ssn_in_another_column_refuses_the_row_and_is_not_shown() -> None:
    gated = gate(csv_of({**CUSTOMER, "full_name": f"Jane {SSN}"}), CUSTOMERS)
    assert reasons_of(gated) == [(1, "undeclared_ssn", "full_name")]
    assert json.loads(gated.quarantine_rows["record"].to_pylist()[0])["full_name"] == "Jane [SSN ***-**-####]"


def test_an_ssn_in_free_text_keeps_its_last_four() -> None:
    gated = passed(payment(notes=f"my ssn is {SSN}"))
    assert gated.accepted["notes"].to_pylist() == ["my ssn is [SSN ***-**-6789]"]


@pytest.mark.parametrize("written", [SSN, SSN.replace("-", " ")])
def test_no_ssn_is_shown_of_quarantined_rows_whatever_their_dataset_and_disposition(written: str) -> None:
    order = dict.fromkeys(ORDERS.names, "2024-01-02 00:00:00") | {
        "order_id": "A",
        "customer_id": "1",
        "region_id": "EU",
    }
    twice = {**order, "status": "completed", "promotion_code": None, "notes": written}
    gated = gate(csv_of(twice, twice, {**twice, "order_id": "B", "status": written}), ORDERS)
    assert gated.quarantine_rows["disposition"].to_pylist() == ["duplicate", "refused"]
    assert written not in str(gated.quarantine_rows.to_pylist())


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
def test_a_row_whose_cells_have_slipped_shows_no_digit(shift: int) -> None:
    cells = list(GOOD.values())
    slipped = dict(zip(GOOD, cells[-shift:] + cells[:-shift], strict=True))
    gated = passed(slipped)
    assert gated.counts.quarantined == 1
    assert not re.search(r"\d", gated.quarantine_rows["record"].to_pylist()[0])


def test_a_verification_code_that_slipped_alone_is_not_shown() -> None:
    (row,) = passed(payment(card_cvv=None, card_expiry=CVV)).quarantine_rows.to_pylist()
    assert (row["rule"], row["masked_value"], json.loads(row["record"])["card_expiry"]) == (
        "pattern",
        "[masked]",
        "[masked]",
    )
    assert json.loads(row["record"])["amount"] == "10.50"


def test_a_number_column_of_a_refused_row_is_searched_too() -> None:
    gated = passed(payment(payment_id=PAN, currency="??"))
    assert PAN not in written(gated)


def test_names_and_addresses_of_a_refused_row_can_still_be_read() -> None:
    gated = gate(csv_of({**CUSTOMER, "region_id": None}), CUSTOMERS)
    assert json.loads(gated.quarantine_rows["record"].to_pylist()[0])["email"] == "jane@example.com"


def test_a_file_of_no_rows_is_accepted_with_nothing() -> None:
    gated = gate(",".join(GOOD).encode())
    assert (gated.counts.received, gated.accepted.num_rows, gated.quarantine_rows.num_rows) == (0, 0, 0)


def test_counts_that_do_not_add_up_are_an_error() -> None:
    gated = passed(payment(), payment(payment_id="x"))
    with pytest.raises(AuditError, match="3 rows received"):
        replace(gated.counts, received=3)
    with pytest.raises(AuditError):
        replace(gated.counts, quarantined=0)


cells = st.none() | st.sampled_from(
    [
        "",
        "NA",
        PAN,
        OTHER_PAN,
        "4111 1111 1111 1111",
        "4.11E+15",
        CVV,
        SSN,
        "12",
        "-1",
        "2024-01-01",
        "2024-02-30 00:00:00",
        "card",
        "GBP",
        'é\n"',
        "\\N",
        "x" * 30,
    ]
)
dirty_rows = st.lists(
    st.dictionaries(st.sampled_from(list(GOOD)), cells).map(lambda cells: payment(**cells)),
    min_size=1,
    max_size=12,
)


@examples(25)
@given(dirty_rows)
def test_whatever_the_rows_none_is_lost_no_card_number_is_written_and_what_is_accepted_holds_its_contract(
    rows: list[dict[str, str | None]],
) -> None:
    gated = passed(*rows)
    assert_every_row_is_accepted_quarantined_or_a_duplicate_once(gated, len(rows))
    assert_no_seven_digits_of_a_card_number_are_written(gated)
    assert_every_accepted_row_holds_its_contract(gated)


def assert_every_row_is_accepted_quarantined_or_a_duplicate_once(gated: CheckedRows, received: int) -> None:
    numbers = gated.accepted["_source_row"].to_pylist() + gated.quarantine_rows["source_row"].to_pylist()
    assert sorted(numbers) == list(range(1, received + 1))
    assert Counter(gated.quarantine_rows["rule"].to_pylist()) == gated.counts.reasons
    for row in gated.quarantine_rows.to_pylist():
        assert json.loads(row["all_rules"])[0].partition(":")[0] == row["rule"]
        assert set(json.loads(row["record"])) == set(GOOD)


def assert_no_seven_digits_of_a_card_number_are_written(gated: CheckedRows) -> None:
    # A number column may hold any number of its type: 16-digit ids would be refused by chance otherwise.
    shown = re.sub(
        r"\b[0-9a-f]{64}\b", "", written(replace(gated, accepted=gated.accepted.drop_columns("payment_id")))
    )
    digits = re.sub(r"(?<=\d)[ .-](?=\d)", "", shown)
    assert not any(
        number[place : place + 7] in digits for number in (PAN, OTHER_PAN) for place in range(len(number) - 6)
    )


def assert_every_accepted_row_holds_its_contract(gated: CheckedRows) -> None:
    for row in gated.accepted.to_pylist():
        assert row["method"] in {"card", "paypal", "bank_transfer", "voucher"}
        assert re.fullmatch("[A-Z]{3}", row["currency"])
        assert row["payment_id"] >= 1
        assert all(
            row[column.name] is not None for column in curated_contract(PAYMENTS).columns if column.required
        )


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_stop_the_gate_otherwise_than_by_refusing_them(body: bytes) -> None:
    for candidate in (body, b"PAR1" + body, gzip.compress(body), ",".join(GOOD).encode() + b"\n" + body):
        with suppress(BadInputError):
            gate(candidate)
