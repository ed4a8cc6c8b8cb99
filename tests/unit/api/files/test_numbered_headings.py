"""A heading that begins with a number keeps its text, and decisions about it are by this text."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from tests.console.supplier_file import supplier_file
from tests.unit.api.files.test_edited_uploads import DECIDED, FIELDS, FORMATS, checked, counts, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

PRICE = "1.8.0 Preis [EUR]"
COLUMNS = {PRICE if name == "Listenpreis" else name: field for name, field in FIELDS.items()}
EDITS = {**DECIDED, "columns": COLUMNS, "currencies": {"list_price": ["EUR"]}}


def supplier_file_with(heading: str, first: int = 4711) -> bytes:
    return supplier_file(first).decode("cp1252").replace("Listenpreis", heading).encode("cp1252")


def committed(caller: Caller, body: bytes) -> None:
    upload_id = uploaded(caller, body, "lieferant.csv", "")
    answer = checked(caller, upload_id, EDITS)
    answer = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    assert answer.status == 202, answer.text


def decided_of_next(caller: Caller, heading: str) -> dict[str, str]:
    """Return the remembered fields of the next file, by column."""
    upload_id = uploaded(caller, supplier_file_with(heading, 6000), "naechste.csv", "")
    answer = checked(caller, upload_id).json
    assert answer["is_remembered"]
    return dict(answer["edits"]["columns"])


def test_a_remembered_field_is_not_that_of_another_heading_at_its_place() -> None:
    caller = uploader()
    committed(caller, supplier_file_with(PRICE))
    assert decided_of_next(caller, PRICE) == COLUMNS
    others = {name: field for name, field in COLUMNS.items() if name != PRICE}
    assert decided_of_next(caller, "2.8.0 Ladung [kg]") == others


def test_another_number_than_in_the_remembered_heading_is_not_suggested_as_its_field() -> None:
    caller = uploader()
    committed(caller, supplier_file_with(PRICE))
    heading = "2.8.0 Preis [EUR]"
    answer = checked(caller, uploaded(caller, supplier_file_with(heading, 6000), "naechste.csv", "")).json
    suggested = {each["column"]: each["field"] for each in answer["mapping"]["columns"]}
    assert suggested[heading] == ""


def test_what_an_earlier_version_remembered_by_its_place_is_of_the_heading_there() -> None:
    caller = uploader()
    committed(caller, supplier_file_with(PRICE))
    (info,) = caller.lake.objects.list("artifacts", f"{keys.EDITS}/")
    stored = json.loads(caller.lake.objects.read(info.ref))
    stored["columns"] = {
        "column_4" if name == PRICE else name: field for name, field in stored["columns"].items()
    }
    caller.lake.objects.write(
        ObjectRef("artifacts", info.ref.key), json.dumps(stored).encode(), content_type="application/json"
    )
    assert decided_of_next(caller, PRICE) == COLUMNS
    assert "2.8.0 Ladung [kg]" not in decided_of_next(caller, "2.8.0 Ladung [kg]")


def test_an_open_upload_of_an_earlier_version_keeps_its_decisions() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file_with(PRICE), "lieferant.csv", "")
    by_place = {"column_4" if name == PRICE else name: field for name, field in COLUMNS.items()}
    answer = checked(caller, upload_id, {**EDITS, "columns": by_place, "formats": FORMATS})
    assert counts(answer) == (57, 3, 2)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_each_format_shows_the_file_s_own_heading(form: str) -> None:
    names = ["Messpunkt", "1.8.0 Bezug [kWh]", "Zähler 10034567", "2 %"]
    rows = [dict(zip(names, (f"M{row}", 1.5 + row, row, "ja"), strict=True)) for row in range(1, 5)]
    body = {"csv": _csv, "json": _json, "parquet": _parquet}[form](rows)
    caller = uploader()
    answer = checked(caller, uploaded(caller, body, f"meters.{form}", "")).json
    assert sorted(answer["grid"]["columns"]) == sorted(names)


def _csv(rows: list[dict[str, object]]) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in (rows[0], *(row.values() for row in rows))).encode()


def _json(rows: list[dict[str, object]]) -> bytes:
    return json.dumps(rows).encode()


def _parquet(rows: list[dict[str, object]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    return buffer.getvalue()
