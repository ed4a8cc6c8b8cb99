"""A dataset that a person creates without a column of its file never has the column's values."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.files.test_edited_uploads import (
    checked,
    committed_as_edited,
    created,
    increments_of,
    uploader,
)
from tests.unit.api.files.test_uploads import uploaded

pytestmark = pytest.mark.unit

ADDRESS = "203.0.113.7"


def visits(first: int) -> bytes:
    rows = "".join(f"V{first + place};{ADDRESS};{place % 5}\n" for place in range(30))
    return f"visit;IPAddress;score\n{rows}".encode()


def without_address(document: dict[str, Any]) -> dict[str, Any]:
    """The contract as the console sends it after `Leave this column out`."""
    (table,) = document["schema"]
    others = [
        each
        for each in table["customProperties"]
        if each["property"] not in {"headgate.newColumns", "headgate.aliases"}
    ]
    ignored = {"property": "headgate.newColumns", "value": "ignore"}
    properties = [each for each in table["properties"] if each["name"] != "ipaddress"]
    return {
        **document,
        "schema": [{**table, "properties": properties, "customProperties": [*others, ignored]}],
    }


def test_a_column_that_is_left_out_of_a_new_dataset_stays_out_of_every_file() -> None:
    caller = uploader()
    upload_id = uploaded(caller, visits(100), "visits.csv", "")
    draft = checked(caller, upload_id).json["draft"]
    assert [each["column"] for each in draft["for_deployment"]["columns"]] == ["ipaddress"]
    stored = created(caller, without_address(draft["document"])).json
    assert (stored["is_in_use"], stored["needs_deployment"]) == (True, [])
    columns = {"visit": "visit", "IPAddress": None, "score": "score"}
    first, _ = committed_as_edited(caller, upload_id, {"dataset": "visits", "columns": columns})
    second = caller.lake.receive("visits/next.csv", visits(200))
    for record in (first, second):
        assert (record.state.value, record.dataset) == ("done", "visits")
        (key,) = increments_of(caller, record)
        assert ADDRESS.encode() not in caller.lake.objects.contents("curated")[key]
