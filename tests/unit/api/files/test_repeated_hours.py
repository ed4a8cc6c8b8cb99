"""Times in the hour that the end of summer time repeats get their offset by the order of the rows."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

from headgate.contracts.source_format import SourceFormat
from tests.unit.api.files.test_edited_typed_files import uploader_by
from tests.unit.api.files.test_edited_uploads import checked
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

COLUMNS = ("product_id", "product_name", "category", "list_price", "is_active", "updated_at")
STEP = {"kind": "repeated_hour", "column": "updated_at", "text": "", "search": "", "values": {}, "into": []}
PATTERNS = {"updated_at": {"patterns": ["dd.MM.yyyy HH:mm"]}}
ONCE = "The rows have it once, so their order does not show which it is."
UTC_TIMES = ("24 23:30", "25 00:00", "25 00:30", "25 01:00", "25 01:30", "25 02:00")
NOT_ASCENDING = "the times around it do not ascend"


def berlin() -> Caller:
    return uploader_by({"updated_at": SourceFormat(timezone="Europe/Berlin")})


def body(*times: str, products: str = "") -> bytes:
    ids = products.split() or [f"P{number}" for number in range(len(times))]
    rows = [f"{name},a,x,1.5,true,25.10.2026 {time}" for name, time in zip(ids, times, strict=True)]
    return "\n".join([",".join(COLUMNS), *rows, ""]).encode()


def opened(caller: Caller, content: bytes, *, takes_order: bool) -> dict[str, Any]:
    upload_id = uploaded_to(caller, content, "products.csv", "products")
    decided = {"dataset": "products", "columns": {name: name for name in COLUMNS}, "formats": PATTERNS}
    checked(caller, upload_id)
    answer = checked(caller, upload_id, {**decided, "steps": [STEP] if takes_order else []}).json
    rows = caller.call("GET", f"/v1/uploads/{upload_id}/rows").json["rows"]
    return {**answer, "shown": rows, "upload_id": upload_id}


def in_utc(time: str) -> str:
    return f"2026-10-{time}:00.000000Z"


def written_times(caller: Caller) -> list[str]:
    """The times in the edited file that the gate checked last."""
    objects = caller.lake.objects
    edited = [info for info in objects.list("staging", "uploads/") if info.ref.key.endswith("/edited")]
    text = objects.read(edited[-1].ref).decode()
    return [row["updated_at"] for row in csv.DictReader(text.splitlines())]


def test_the_order_of_the_rows_is_offered_for_a_repeated_hour() -> None:
    times = ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    answer = opened(berlin(), body(*times, products="P P P P P P"), takes_order=False)
    assert [each["step"] for each in answer["proposed_steps"]] == [STEP]
    assert answer["quarantined"] >= 4


def test_no_order_is_offered_where_it_says_nothing() -> None:
    answer = opened(berlin(), body("01:30", "02:30", "03:00", products="P P P"), takes_order=False)
    assert answer["proposed_steps"] == []


def test_the_first_pass_is_summer_time_and_the_second_standard_time() -> None:
    caller = berlin()
    times = ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    answer = opened(caller, body(*times, products="P P P P P P"), takes_order=True)
    assert "type" not in {reason["rule"] for reason in answer["reasons"]}, answer["rejected_rows"]
    assert written_times(caller) == [in_utc(time) for time in UTC_TIMES]


def test_each_key_has_a_series_of_its_own() -> None:
    caller = berlin()
    times = ("01:30", "01:30", "02:00", "02:00", "02:00", "02:00", "03:00", "03:00")
    opened(caller, body(*times, products="P Q P Q P Q P Q"), takes_order=True)
    hours = map(in_utc, ("24 23:30", "25 00:00", "25 01:00", "25 02:00"))
    assert written_times(caller) == [hour for hour in hours for _ in "PQ"]


@pytest.mark.parametrize("takes_order", [True, False])
@pytest.mark.parametrize(
    ("times", "why"),
    [
        (("01:30", "02:30", "03:00"), ONCE),
        (("03:00", "02:30", "02:00", "02:30", "02:00", "01:30"), NOT_ASCENDING),
        (("03:00", "02:00", "02:00", "01:00"), NOT_ASCENDING),
        (("01:30", "02:00", "02:00", "02:30", "02:00", "02:30"), NOT_ASCENDING),
    ],
)
def test_a_row_waits_with_the_reason_where_the_order_decides_nothing(
    times: tuple[str, ...], why: str, takes_order: bool
) -> None:
    content = body(*times, products=" ".join("P" * len(times)))
    answer = opened(berlin(), content, takes_order=takes_order)
    flaws = [flaw["reason"] for row in answer["shown"] for flaw in row["flaws"] if flaw["rule"] == "type"]
    assert len(flaws) == sum(time.startswith("02") for time in times)
    assert all(why in reason for reason in flaws), flaws


def test_rows_that_wait_for_their_hour_are_listed_with_the_formats_of_a_column_with_a_zone() -> None:
    """A format of days alone has no zone: a day is read as its midnight there."""
    caller = berlin()
    answer = opened(caller, body("01:30", "02:30", "03:00", products="P P P"), takes_order=False)
    path = f"/v1/uploads/{answer['upload_id']}"
    etag = caller.call("GET", f"{path}/dry-run").headers["ETag"]
    committed = caller.call("POST", f"{path}/commit", If_Match=etag).json
    record = caller.lake.receive(committed["key"])
    rejected = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows")
    assert (rejected.status, rejected.json["total"]) == (200, 2)
