"""A dataset is created from a file with objects, whose values are its columns, and the rows are committed."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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


# A name with letters that SQL takes only in quotes, so that the columns of the table are called otherwise.
def turbines(struct: str, form: str = "parquet", first: int = 1) -> bytes:
    rows = [
        {
            "okuma": f"{number:04}",
            struct: {"kod": f"T{number % 4}", "konum": {"enlem": number / 64, "kanat_yönü": [1.5, 2]}},
        }
        for number in range(first, first + 60)
    ]
    if form == "json":
        return json.dumps(rows).encode()
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def plain_fields(first: dict[str, Any]) -> dict[str, str]:
    """The field of each column, in the order of the draft's columns."""
    names = [each["name"] for each in first["draft"]["document"]["schema"][0]["properties"]]
    return dict(zip(first["grid"]["columns"], names, strict=True))


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_columns_of_an_object_have_plain_names_in_the_table(form: str) -> None:
    """Preview, draft, check and gate took the object apart only if the contract had its own name."""
    caller = uploader()
    upload_id = uploaded(caller, turbines("türbin", form), f"turbines.{form}", "")
    first = checked(caller, upload_id).json
    draft, fields = first["draft"], plain_fields(first)
    assert fields["türbin_konum_enlem"] == "turbin_konum_enlem"
    asked = {"document": draft["document"], "edits": {"columns": fields}}
    outcome = caller.call("POST", f"/v1/uploads/{upload_id}/draft-check", asked)
    assert (outcome.status, outcome.json.get("accepted")) == (200, 60), outcome.text
    assert created(caller, draft["document"]).status == 200
    answer = checked(caller, upload_id, {"dataset": draft["dataset"], "columns": fields})
    assert counts(answer) == (60, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json["key"]
    assert caller.lake.receive(key).accepted == 60
    next_file = caller.lake.receive(f"turbines/later.{form}", turbines("türbin", form, 101))
    assert (next_file.state, next_file.accepted) == (FileState.DONE, 60), next_file.error


def test_an_object_of_another_name_is_mapped_to_the_fields_of_a_dataset() -> None:
    caller = uploader()
    first_id = uploaded(caller, turbines("türbin"), "turbines.parquet", "")
    first = checked(caller, first_id).json
    assert created(caller, first["draft"]["document"]).status == 200
    fields = {name.replace("türbin", "turbine"): field for name, field in plain_fields(first).items()}
    for folder in ("", "turbines"):
        body = turbines("turbine", first=201 if folder else 101)
        upload_id = uploaded(caller, body, f"other{folder}.parquet", folder)
        assert checked(caller, upload_id).json["grid"]["columns"] == [*fields]
        answer = checked(caller, upload_id, {"dataset": "turbines", "columns": fields})
        assert counts(answer) == (60, 0, 0)
        key = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
        assert caller.lake.receive(key["key"]).accepted == 60


def test_the_note_about_a_list_names_the_column_of_the_table() -> None:
    caller = uploader()
    draft = checked(caller, uploaded(caller, turbines("türbin"), "turbines.parquet", "")).json["draft"]
    notes = [note["message"] for note in draft["notes"] if "json_extract" in note["message"]]
    (note,) = notes
    assert "turbin_konum_kanat_yonu" in note
    assert "yönü" not in note
