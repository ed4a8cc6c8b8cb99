"""A dataset that a person creates from a workbook has the name of each row's sheet, from every file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from tests.unit.api.files.test_edited_uploads import (
    checked,
    committed_as_edited,
    created,
    increments_of,
    uploader,
)
from tests.unit.api.files.test_uploads import uploaded
from tests.workbooks import old_workbook

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit


def months(first: int) -> bytes:
    header = ("visit", "NetScore")
    return old_workbook(
        {
            name: [header, *((f"V{first + 30 * month + place}", place % 5) for place in range(30))]
            for month, name in enumerate(("Jan", "Feb"))
        }
    )


def sheets_of(caller: Caller, record: FileRecord) -> list[object]:
    (key,) = increments_of(caller, record)
    table = pq.read_table(io.BytesIO(caller.lake.objects.contents("curated")[key]))
    return [*table["sheet"].to_pylist()]


@pytest.mark.parametrize("steps", [[], [{"kind": "map", "column": "NetScore", "values": {"4": "9"}}]])
def test_each_row_of_a_created_dataset_has_the_name_of_its_sheet(steps: list[dict[str, Any]]) -> None:
    caller = uploader()
    upload_id = uploaded(caller, months(100), "visits.xls", "")
    draft = checked(caller, upload_id).json["draft"]
    stored = created(caller, draft["document"]).json
    assert (stored["is_in_use"], stored["needs_deployment"]) == (True, [])
    columns = {"visit": "visit", "NetScore": "netscore"}
    first, _ = committed_as_edited(
        caller, upload_id, {"dataset": "visits", "columns": columns, "steps": steps}
    )
    second = caller.lake.receive("visits/next.xls", months(200))
    for record in (first, second):
        assert (record.state.value, record.accepted) == ("done", 60)
        assert sorted(map(str, sheets_of(caller, record))) == [*["Feb"] * 30, *["Jan"] * 30]
