"""Refused and doubtful cells of an upload: each of them is counted, has a reason, and can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.uploads.grid.grid_pages import shown_columns
from tests.unit.api.files.test_edited_uploads import checked, uploader
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at"
)
DECIDED = {"dataset": "payments", "columns": {name: name for name in HEADER.split(",")}}


def payments(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def row(
    payment: str, method: str = "paypal", status: str = "captured", paid_at: str = "2026-01-02 10:00:00"
) -> str:
    return f"{payment},A1,{method},,,,5.00,GBP,{paid_at},{status},,2026-01-02 10:00:00"


def shown(caller: Caller, upload_id: str, show: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.call("GET", f"/v1/uploads/{upload_id}/rows?show={show}").json["rows"]
    return rows


def test_every_refused_cell_is_counted_and_says_what_is_allowed() -> None:
    """Not only the first reason of each row."""
    caller = uploader()
    body = payments(*(row(f"Z-{number}", "Kreditkarte", "offen") for number in range(1, 4)), row("4"))
    upload_id = uploaded_to(caller, body, "zahlungen.csv", "")
    answer = checked(caller, upload_id, DECIDED).json
    flawed = answer["grid"]["flawed_cells"]
    assert (flawed["method"], flawed["status"]) == (3, 3)
    place = answer["grid"]["columns"].index("status") + 1
    rows = shown(caller, upload_id, f"column_{place}")
    assert [each["row"] for each in rows] == [1, 2, 3]
    reasons = {flaw["column"]: flaw["reason"] for flaw in rows[0]["flaws"]}
    (status,) = [field for field in answer["mapping"]["fields"] if field["name"] == "status"]
    assert status["allowed"]
    assert reasons["status"] == f"Status is none of {', '.join(status['allowed'])}. Write one of them."


def test_each_column_of_a_rule_is_a_cause_of_its_own_and_its_rows_are_shown() -> None:
    """Three rows broke one rule in different columns, and were shown as three of one column."""
    caller = uploader()
    body = payments(row("1", "cash"), row("2", status="offen"), row("3", "cash", "offen"), row("4"))
    upload_id = uploaded_to(caller, body, "zahlungen.csv", "")
    grid = checked(caller, upload_id, DECIDED).json["grid"]
    assert grid["causes"] == [
        {"column": "method", "rule": "valid_values", "rows": 2},
        {"column": "status", "rule": "valid_values", "rows": 2},
    ]
    place = grid["columns"].index("method") + 1
    assert [each["row"] for each in shown(caller, upload_id, f"column_{place}-valid_values")] == [1, 3]
    assert shown(caller, upload_id, f"column_{place}-type") == []


def test_a_column_of_few_values_lists_them_with_their_rows() -> None:
    caller = uploader()
    body = payments(*(row(str(number), "Kreditkarte") for number in range(1, 61)), row("99"))
    answer = checked(caller, uploaded_to(caller, body, "zahlungen.csv", "")).json
    assert answer["grid"]["values"]["method"] == {"Kreditkarte": 60, "paypal": 1}
    assert "payment_id" not in answer["grid"]["values"]


def test_a_date_in_the_future_is_marked_and_its_rows_are_shown() -> None:
    caller = uploader()
    body = payments(row("1"), row("2", paid_at="2090-12-31 10:00:00"), row("3"))
    upload_id = uploaded_to(caller, body, "zahlungen.csv", "")
    answer = checked(caller, upload_id, DECIDED).json
    assert (answer["accepted"], answer["grid"]["to_come"]["paid_at"]) == (
        3,
        {"rows": 1, "last": "2090-12-31"},
    )
    (doubtful,) = shown(caller, upload_id, "future_date")
    assert (doubtful["row"], doubtful["kind"]) == (2, "doubtful")
    assert [flaw["column"] for flaw in doubtful["flaws"]] == ["paid_at"]


def test_a_row_that_is_left_out_has_no_date_in_the_future() -> None:
    """The warning stayed after its row had been left out, and asked to leave that row out."""
    caller = uploader()
    body = payments(
        row("1"), row("2", paid_at="2090-12-31 10:00:00"), row("3", paid_at="2080-12-31 10:00:00")
    )
    upload_id = uploaded_to(caller, body, "zahlungen.csv", "")
    answer = checked(caller, upload_id, {**DECIDED, "left_out": [2]}).json
    assert answer["grid"]["to_come"] == {"paid_at": {"rows": 1, "last": "2080-12-31"}}
    assert [each["row"] for each in shown(caller, upload_id, "future_date")] == [3]
    answer = checked(caller, upload_id, {**DECIDED, "left_out": [2, 3]}).json
    assert answer["grid"]["to_come"] == {}


def test_refused_cells_of_columns_that_steps_made_are_shown_by_places_after_those_of_the_file() -> None:
    """A cause of such a column showed the rows of its rule in every column."""
    causes = [{"column": column} for column in ("city", "price", "", "country", "city")]
    grid = {"columns": ["sku", "price"], "causes": causes}
    assert shown_columns(grid) == ["sku", "price", "city", "country"]
