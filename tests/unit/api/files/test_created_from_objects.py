"""A dataset is created from a file with objects, whose values are its columns, and the rows are committed."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.lake.states import FileState
from tests.unit.api.files.test_edited_uploads import checked, counts, created, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

ROWS = [
    {
        "lamp": f"S{number % 10:02d}",
        "lit_at": (datetime(2026, 5, 1) + timedelta(hours=number)).isoformat(sep=" "),
        "pole": {"lat": 52.1 + number / 100, "lon": 4.2 + number / 90, "site": {"name": f"N{number % 2}"}},
        "lux": 10.5 + number,
    }
    for number in range(50)
]


def parquet() -> bytes:
    """The rows with times without a zone, of which only the lamp and its light are no objects."""
    times = pa.array([datetime.fromisoformat(row["lit_at"]) for row in ROWS], pa.timestamp("us"))
    table = pa.Table.from_pylist(ROWS).set_column(1, "lit_at", times)
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def created_from(caller: Caller, body: bytes, name: str) -> tuple[str, dict[str, str], str]:
    """The dataset that is created as it was drafted, the fields of its columns, and the upload."""
    upload_id = uploaded(caller, body, name, "")
    first = checked(caller, upload_id).json
    document = first["draft"]["document"]
    assert created(caller, document).status == 200
    return document["name"], {column: column for column in first["grid"]["columns"]}, upload_id


@pytest.mark.parametrize(
    ("name", "body"), [("lamps.parquet", parquet()), ("lamps.json", json.dumps(ROWS).encode())]
)
def test_the_rows_of_a_created_dataset_are_committed_though_their_file_has_objects(
    name: str, body: bytes
) -> None:
    """The gate did not know the dataset again, whose columns are the objects' values."""
    caller = uploader()
    dataset, fields, upload_id = created_from(caller, body, name)
    answer = checked(caller, upload_id, {"dataset": dataset, "columns": fields})
    assert (answer.json["dataset"], counts(answer)) == (dataset, (50, 0, 0))
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    assert (record.state, record.dataset, record.accepted) == (FileState.DONE, dataset, 50)
    again = checked(caller, uploaded(caller, body.replace(b"S00", b"S99"), f"next {name}", ""))
    assert (again.json["dataset"], counts(again)) == (dataset, (50, 0, 0))
