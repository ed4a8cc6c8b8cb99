"""An export of a dataset, edited in a spreadsheet program, comes in without a decision."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pyarrow.parquet as pq
import pytest

from headgate.plain_names import title_of_name
from tests.unit.api.files.test_edited_uploads import checked, committed_as_edited, created, uploader
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

if TYPE_CHECKING:
    from tests.unit.api.files.test_uploads import Caller

pytestmark = pytest.mark.unit

FILE = "bolla;pagato il;importo\n" + "".join(f"B{n};{n + 10}/09/2026;1.{n + 100},5{n}\n" for n in range(9))


@pytest.mark.parametrize("dataset", ["tari", ""])
def test_an_edited_export_is_read_in_plain_form_although_the_source_writes_commas(dataset: str) -> None:
    caller = uploader()
    first = checked(caller, uploaded_to(caller, FILE.encode(), "tari.csv", "")).json
    document = first["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    names = [column["name"] for column in document["schema"][0]["properties"]]
    header = ",".join([*names, "new_columns", "_content_sha256", "_source_row"])
    rows = "".join(f"B{n},2026-09-{n + 10},1{n + 100}.5{n},,{'0f' * 32},{n}\n" for n in range(9))
    export = f"\ufeff{header}\n{rows}"
    answer = checked(caller, uploaded_to(caller, export.encode(), "export_tari.csv", dataset)).json
    assert (answer["outcome"], answer["accepted"], answer["quarantined"]) == ("done", 9, 0)
    assert {name for name, field in answer["edits"]["columns"].items() if field} == {*names}
    assert not answer["kept_columns"]


VISITS = "visit;shelf;at;fee;remark\n" + "".join(
    f"V{n};+A{n} left;{n + 10}/09/2026 14:30;{n + 20},50;calm and friendly as always\n" for n in range(12)
)


def _visits(caller: Caller) -> list[str]:
    """Create the dataset of visits, with local times and a text that is searched, and return its columns."""
    first = checked(caller, uploaded_to(caller, VISITS.encode(), "visits.csv", "")).json
    document = first["draft"]["document"]
    columns = document["schema"][0]["properties"]
    for column in columns:
        own = column.setdefault("customProperties", [])
        if column["name"] == "at":
            column["logicalTypeOptions"] = {"timezone": True, "defaultTimezone": "Europe/London"}
        if column["name"] == "remark":
            own.append({"property": "headgate.mask", "value": "free_text"})
    assert created(caller, document).json["is_in_use"]
    return [column["name"] for column in columns]


def test_the_apostrophe_of_an_export_does_not_come_back_into_the_lake() -> None:
    """50 phone numbers became `'+44 …` in the lake, and nothing showed it."""
    caller = uploader()
    header = ",".join([*_visits(caller), "new_columns", "_content_sha256", "_source_row"])
    rows = "".join(
        f"V{n},'+A{n} left,2026-09-{n + 10} 13:30:00,{n + 20}.50,calm,,{'0f' * 32},{n}\n" for n in range(12)
    )
    upload_id = uploaded_to(caller, f"\ufeff{header}\n{rows}".encode(), "visits_2.csv", "visits")
    answer = checked(caller, upload_id).json
    assert (answer["outcome"], answer["accepted"], answer["quarantined"]) == ("done", 12, 0)
    assert [(step["kind"], step["column"]) for step in answer["edits"]["steps"]] == [("apostrophe", "shelf")]
    record, _ = committed_as_edited(caller, upload_id, answer["edits"])
    accepted = pq.read_table(io.BytesIO(caller.lake.objects.contents("curated")[record.curated_key]))
    assert accepted["shelf"].to_pylist()[:2] == ["+A0 left", "+A1 left"]
    assert accepted["at"].to_pylist()[0] == datetime(2026, 9, 10, 13, 30)


def test_a_workbook_that_the_lake_wrote_is_read_by_its_titles() -> None:
    """Each of 294 rows “changed”: hashes of the lake went into `new_columns`."""
    caller = uploader()
    titles = [title_of_name(name) for name in _visits(caller)]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    titles[2] += " (UTC)"
    sheet.append([*titles, "New columns", "Content sha256", "Source row"])
    for n in range(12):
        day = datetime(2026, 9, n + 10, 13, 30)
        sheet.append([f"V{n}", f"+A{n} left", day, n + 20.5, "calm", None, "0f" * 32, n])
    sink = io.BytesIO()
    book.save(sink)
    answer = checked(caller, uploaded_to(caller, sink.getvalue(), "visits.xlsx", "visits")).json
    assert (answer["outcome"], answer["accepted"], answer["quarantined"]) == ("done", 12, 0)
    assert not answer["kept_columns"]
    assert answer["edits"]["steps"] == []


def answer_of_query(form: str) -> bytes:
    """The rows of the visits as the page Query saves them, without the lake's own columns."""
    names = ["visit", "shelf", "at", "fee", "remark"]
    rows = [(f"V{n}", f"+A{n} left", datetime(2026, 9, n + 10, 13, 30), n + 20.5, "calm") for n in range(12)]
    if form == "csv":
        lines = (f"{visit},'{shelf},{at},{fee:.2f},{remark}\n" for visit, shelf, at, fee, remark in rows)
        return f"\ufeff{','.join(names)}\n{''.join(lines)}".encode()
    book = openpyxl.Workbook()
    book.active.append(["Visit", "Shelf", "At (UTC)", "Fee", "Remark"])
    for row in rows:
        book.active.append(list(row))
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_answer_of_a_query_that_is_sent_back_has_the_times_and_numbers_of_the_lake(form: str) -> None:
    """The times were read in the zone of the source, so every row changed."""
    caller = uploader()
    _visits(caller)
    upload_id = uploaded_to(caller, answer_of_query(form), f"visits_2.{form}", "visits")
    answer = checked(caller, upload_id).json
    assert (answer["outcome"], answer["accepted"], answer["quarantined"]) == ("done", 12, 0)
    record, _ = committed_as_edited(caller, upload_id, answer["edits"])
    accepted = pq.read_table(io.BytesIO(caller.lake.objects.contents("curated")[record.curated_key]))
    assert accepted["at"].to_pylist()[0] == datetime(2026, 9, 10, 13, 30)
    assert (float(accepted["fee"].to_pylist()[0]), accepted["shelf"].to_pylist()[0]) == (20.5, "+A0 left")


def test_a_file_of_the_source_with_the_names_of_the_fields_keeps_its_declared_formats() -> None:
    caller = uploader()
    document = checked(caller, uploaded_to(caller, FILE.encode(), "tari.csv", "")).json["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    names = [column["name"] for column in document["schema"][0]["properties"]]
    body = FILE.replace(FILE.splitlines()[0], ";".join(names)).encode()
    answer = checked(caller, uploaded_to(caller, body, "tari_2.csv", "tari")).json
    assert (answer["accepted"], answer["edits"]["formats"]) == (9, {})
