"""Rows with several refused cells: each is named, and so is each cell that a person wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.console.supplier_file import BAD_ROWS, supplier_file
from tests.unit.api.files.test_edited_uploads import DECIDED, checked, uploaded, uploader

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

BAD = BAD_ROWS[0]
DAY = "Write it as 31.12.2026."


def committed(caller: Caller) -> str:
    """Return the id of a file of which one row has no price and no day."""
    lines = supplier_file().decode("cp1252").splitlines()
    lines[BAD] = lines[BAD].replace("31.12.2025", "31.02.2026")
    answer = checked(caller, upload_id := uploaded(caller, "\r\n".join(lines).encode("cp1252")), DECIDED)
    file = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(file["key"])
    return str(file["file_id"])


def row_of(caller: Caller, file_id: str) -> dict[str, Any]:
    rows = caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    return next(row for row in rows if row["source_row"] == BAD)


def correct(caller: Caller, file_id: str, values: dict[str, str | None]) -> str:
    """Return the id of the correction of the bad row, once the gate has decided."""
    rows = [{"source_row": BAD, "values": values}]
    sent = caller.call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows}).json
    caller.lake.receive(sent["key"])
    return str(sent["file_id"])


def others_of(row: dict[str, Any]) -> dict[str, str]:
    return {cell["column"]: cell["reason"].rpartition(". ")[2] for cell in row["also_refused"]}


def test_each_refused_cell_of_a_row_is_named_with_its_reason() -> None:
    caller = uploader()
    row = row_of(caller, committed(caller))
    assert (row["column"], others_of(row)) == ("list_price", {"updated_at": DAY})


def test_a_cell_that_the_gate_refuses_in_a_correction_is_named_as_well() -> None:
    caller = uploader()
    file_id = committed(caller)
    correct(caller, file_id, {"list_price": "13,50", "updated_at": "31.12.2025", "product_id": None})
    row = row_of(caller, file_id)
    assert row["correction"] == "refused"
    assert list(others_of(row)) == ["product_id", "updated_at"]


def test_a_correction_names_the_cells_that_were_typed_and_no_other() -> None:
    caller = uploader()
    file_id = committed(caller)
    correction = correct(caller, file_id, {"updated_at": "28.02.2026", "category": None})
    typed = {"updated_at": "2026-02-28 00:00:00", "category": None}
    assert row_of(caller, file_id)["corrected_cells"] == typed
    (refused,) = caller.call("GET", f"/v1/files/{correction}/rejected-rows").json["rows"]
    assert refused["corrected_cells"] == typed
    assert {refused["column"], *others_of(refused)} == {"category", "list_price"}


def test_a_typed_cell_leaves_the_value_that_is_set_for_all_rows_of_the_reason() -> None:
    caller = uploader()
    file_id = committed(caller)
    group = {"rule": "type", "column": "list_price", "value": "13,50"}
    rows = [{"source_row": BAD, "values": {"updated_at": "31.12.2025"}}]
    asked = {"rows": rows, "groups": [group]}
    sent = caller.call("POST", f"/v1/files/{file_id}/corrections", asked).json
    assert caller.lake.receive(sent["key"]).accepted == len(BAD_ROWS)
