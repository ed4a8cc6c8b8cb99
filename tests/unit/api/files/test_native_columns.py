"""A file of typed columns, such as Parquet, is shown, mapped and committed like a file of texts."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.formats.parquet import read_parquet
from tests.unit.api.files.test_edited_uploads import checked, counts, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from headgate.formats.received_rows import Received
    from headgate.lake.ports import FileRecord
    from tests.unit.api.lakes import Answer, Caller

pytestmark = pytest.mark.unit

AT = datetime(2026, 10, 5, 14, 48, 18)
SEARCHES = {
    "query_id": pa.array([101, 102, 103], pa.int64()),
    "session_id": pa.array(["s1", "s2", "s3"]).dictionary_encode(),
    "customer_id": pa.array([7, None, 9], pa.int64()),
    "searched_at": pa.array([AT] * 3, pa.timestamp("us")),
    "query_text": pa.array(["bike helmet", "gloves", "tent"], pa.large_string()),
    "results_count": pa.array([3, 0, 12], pa.int32()),
    "clicked_product_id": pa.array(["P1", None, "P3"]),
    "purchased": pa.array([True, False, True]),
    "updated_at": pa.array([AT] * 3, pa.timestamp("us", tz="UTC")),
}
EVERY = {
    "yes_no": pa.array([True, False]),
    "at": pa.array([AT] * 2, pa.timestamp("ms")),
    "at_zone": pa.array([AT] * 2, pa.timestamp("us", tz="Europe/Berlin")),
    "day": pa.array([date(2026, 10, 5)] * 2),
    "day_64": pa.array([date(2026, 10, 5)] * 2, pa.date64()),
    "clock": pa.array([time(14, 48)] * 2),
    "price": pa.array([Decimal("13.50")] * 2),
    "wide": pa.array([Decimal("13.50")] * 2, pa.decimal256(50, 2)),
    "ratio": pa.array([1.5, None]),
    "tags": pa.array([["a", "b"], None]),
    "sizes": pa.array([{"w": 1, "h": 2}, None]),
    "flag_words": pa.array([True, False]).dictionary_encode(),
    "long_text": pa.array(["x", "y"], pa.large_string()),
    "letters": pa.array([b"ab", b"cd"]),
    "photo": pa.array([b"\xff\xd8", b"\xff"]),
    "empty": pa.nulls(2),
}
TEXTS = {
    "yes_no": "true",
    "at": "2026-10-05 14:48:18.000",
    "at_zone": "2026-10-05 14:48:18.000000",
    "day": "2026-10-05",
    "day_64": "2026-10-05",
    "clock": "14:48:00.000000",
    "price": "13.50",
    "wide": "13.50",
    "ratio": "1.5",
    "tags": '["a","b"]',
    "sizes_w": "1",
    "sizes_h": "2",
    "flag_words": "true",
    "long_text": "x",
    "letters": "ab",
    "photo": None,
    "empty": None,
}


def parquet(columns: dict[str, pa.Array]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def avro(rows: list[dict[str, Any]], fields: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    fastavro.writer(file, {"type": "record", "name": "row", "fields": fields}, rows)
    return file.getvalue()


def first_row(caller: Caller, upload_id: str, answer: Answer) -> dict[str, str | None]:
    (row,) = caller.call("GET", f"/v1/uploads/{upload_id}/rows?limit=1").json["rows"]
    return dict(zip(answer.json["grid"]["columns"], row["cells"], strict=True))


def test_every_stored_type_is_shown_as_its_exact_text_and_one_without_is_named() -> None:
    caller = uploader()
    upload_id = uploaded(caller, parquet(EVERY), "native.parquet", "")
    answer = checked(caller, upload_id)
    assert first_row(caller, upload_id, answer) == TEXTS
    assert answer.json["grid"]["unreadable"] == {"photo": "binary"}


def committed(caller: Caller, upload_id: str, answer: Answer) -> FileRecord:
    path = f"/v1/uploads/{upload_id}/commit"
    sent = caller.call("POST", path, If_Match=answer.headers["ETag"]).json
    return caller.lake.receive(sent["key"])


def test_a_file_of_a_dataset_s_columns_is_matched_to_it_and_committed() -> None:
    caller = uploader()
    upload_id = uploaded(caller, parquet(SEARCHES), "searches.parquet", "")
    answer = checked(caller, upload_id)
    assert (answer.json["dataset"], answer.json["error"]) == ("search_queries", None)
    assert counts(answer) == (3, 0, 0)
    assert first_row(caller, upload_id, answer)["searched_at"] == "2026-10-05 14:48:18.000000"
    record = committed(caller, upload_id, answer)
    assert (record.accepted, record.written_as["format"]) == (3, "parquet")


def test_columns_under_other_names_and_in_other_types_than_the_fields_are_committed_as_their_texts() -> None:
    """A file with days for times, numbers for texts and yes or no for a text, as a database exports it."""
    caller = uploader()
    own = {
        "id": SEARCHES["query_id"],
        "visit": pa.array([1.0, 2.0, 3.0]),
        "day": pa.array([AT.date()] * 3),
        "words": pa.array([True, False, True]),
        "hits": pa.array([Decimal("3.00"), Decimal("0.00"), Decimal("12.00")]),
        "bought": SEARCHES["purchased"],
        "changed": SEARCHES["updated_at"],
        "photo": pa.array([b"\xff\xd8"] * 3),
    }
    fields = ["query_id", "session_id", "searched_at", "query_text"]
    fields += ["results_count", "purchased", "updated_at"]
    columns = dict(zip(own, (*fields, None), strict=True))
    formats = {"searched_at": {"patterns": ["yyyy-MM-dd"]}}
    upload_id = uploaded(caller, parquet(own), "export.parquet", "")
    for decided in ({}, {"formats": formats}):
        edits = {"dataset": "search_queries", "columns": columns, **decided}
        answer = checked(caller, upload_id, edits)
        assert counts(answer) == ((3, 0, 0) if decided else (0, 3, 0))
    record = committed(caller, upload_id, answer)
    assert (record.accepted, record.written_as["format"]) == (3, "csv")


def test_avro_is_read_alike() -> None:
    at = {"type": "long", "logicalType": "timestamp-micros"}
    price = {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}
    fields = [
        {"name": "bought", "type": "boolean"},
        {"name": "at", "type": at},
        {"name": "price", "type": price},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "photo", "type": "bytes"},
    ]
    row = {"bought": True, "at": AT.replace(tzinfo=UTC), "tags": ["a"], "photo": b"\xff"}
    row["price"] = Decimal("13.50")
    caller = uploader()
    upload_id = uploaded(caller, avro([row], fields), "events.avro", "")
    answer = checked(caller, upload_id)
    shown = first_row(caller, upload_id, answer)
    assert shown == {
        "bought": "true",
        "at": "2026-10-05 14:48:18.000000",
        "price": "13.50",
        "tags": '["a"]',
        "photo": None,
    }
    assert answer.json["grid"]["unreadable"] == {"photo": "binary"}


def test_every_column_without_a_text_is_left_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file was read again from its start for each of them."""
    read: list[int] = []
    rows_of = read_parquet.rows_of_arrow_table

    def counted(*args: Any) -> Received:  # noqa: ANN401 passed on
        read.append(args[0].num_rows)
        return rows_of(*args)

    monkeypatch.setattr(read_parquet, "rows_of_arrow_table", counted)
    caller = uploader()
    photos = {f"photo_{number}": pa.array([b"\xff", b"\xfe"]) for number in range(30)}
    upload_id = uploaded(caller, parquet({"name": pa.array(["a", "b"]), **photos}), "photos.parquet", "")
    answer = checked(caller, upload_id)
    assert answer.json["grid"]["unreadable"] == dict.fromkeys(photos, "binary")
    assert len(read) < len(photos) / 2


def test_a_list_of_old_timestamps_leaves_the_other_columns_readable() -> None:
    """Spark before 3.0 and Impala store timestamps as INT96."""
    file = io.BytesIO()
    times = {name: pa.array([[AT], None], pa.list_(pa.timestamp("ns"))) for name in ("times", "more")}
    table = pa.table({"name": pa.array(["a", "b"]), **times})
    pq.write_table(table, file, use_deprecated_int96_timestamps=True)
    caller = uploader()
    upload_id = uploaded(caller, file.getvalue(), "old.parquet", "")
    answer = checked(caller, upload_id)
    assert answer.json["grid"]["unreadable"].keys() == times.keys()
    assert first_row(caller, upload_id, answer) == {"name": "a", "times": None, "more": None}


def test_amounts_as_long_as_card_numbers_are_neither_hidden_nor_refused_on_the_page() -> None:
    """4111111111111111.50 is an amount to the page as it is to the gate and to the audit."""
    caller = uploader()
    others = [Decimal(f"{1_956_541_661_759_823 + 7_131_717 * number}.{number:02}") for number in range(30)]
    amounts = [Decimal("4111111111111111.50"), Decimal("5555555555554444.25"), *others]
    body = parquet(
        {
            "shipment_no": pa.array([f"CC{number:06}" for number in range(32)]),
            "insured_value": pa.array(amounts, pa.decimal128(20, 2)),
        }
    )
    answer = checked(caller, upload_id := uploaded(caller, body, "coldchain.parquet", "")).json
    assert answer["grid"]["hidden_numbers"] == {}
    rows = caller.call("GET", f"/v1/uploads/{upload_id}/rows").json["rows"]
    assert [row["cells"][1] for row in rows] == [str(amount) for amount in amounts]
    assert answer["draft"]["rows"] == 32


def test_binary_data_that_is_utf_8_is_named_and_left_out_and_the_other_columns_are_created() -> None:
    """It was one of control characters, and failed the check of the whole file, which did not name it."""
    caller = uploader()
    columns = {
        "reading": pa.array([1, 2, 3]),
        "raw": pa.array([b"\x00\x01"] * 3),
        "place": pa.array(["a", "b", "c"]),
    }
    upload_id = uploaded(caller, parquet(columns), "charging.parquet", "")
    answer = checked(caller, upload_id)
    assert answer.json["grid"]["unreadable"] == {"raw": "binary"}
    document = answer.json["draft"]["document"]
    (table,) = document["schema"]
    assert [each["name"] for each in table["properties"]] == ["reading", "raw", "place"]
    del table["properties"][1]
    table["customProperties"] = [{"property": "headgate.leftOut", "value": ["raw"]}]
    edits = {"columns": {"reading": "reading", "raw": None, "place": "place"}}
    asked = {"document": document, "edits": edits}
    counted = caller.call("POST", f"/v1/uploads/{upload_id}/draft-check", asked)
    assert (counted.status, counted.json["accepted"]) == (200, 3)
