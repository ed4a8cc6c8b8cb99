"""A required column that a later file lacks becomes optional for the files of a created dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.api.files.test_edited_uploads import (
    checked,
    committed_as_edited,
    created,
    rival_of,
    uploader,
)
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from tests.unit.api.lakes import Answer, Caller

pytestmark = pytest.mark.unit

FIRST = b"visit;1.8.0;2.8.0\nV1;1.5;2.5\nV2;2.5;3.5\nV3;3.5;4.5\n"
LATER = b"visit;2.8.0\nV4;5.5\nV5;6.5\n"


def with_visits() -> Caller:
    caller = uploader()
    answer = checked(caller, uploaded(caller, FIRST, "visits.csv", ""), {"header_row": 1}).json
    document = answer["draft"]["document"]
    assert {each["required"] for each in document["schema"][0]["properties"]} == {True}
    assert created(caller, document).json["is_in_use"]
    return caller


def made_optional(caller: Caller, *columns: str) -> Answer:
    body = {"columns": list(columns)}
    return caller.call("POST", "/v1/contract-drafts/visits/optional-columns", body)


def test_a_file_without_a_required_column_comes_in_once_it_is_optional() -> None:
    caller = with_visits()
    upload_id = uploaded(caller, LATER, "later.csv", "visits")
    fields = {each["name"]: each for each in checked(caller, upload_id).json["mapping"]["fields"]}
    assert fields["column_1_8_0"]["required"]
    answer = made_optional(caller, "column_1_8_0")
    assert answer.status == 200, answer.text
    assert not caller.lake.contracts.source["visits"].column("column_1_8_0").required
    edits = {"dataset": "visits", "columns": {"visit": "visit", "2.8.0": "column_2_8_0"}}
    record, _ = committed_as_edited(caller, upload_id, edits)
    assert (record.state.value, record.accepted) == ("done", 2)


def test_rows_with_an_empty_required_cell_come_in_once_it_is_optional() -> None:
    """The same edits are checked again, because the rules of the dataset changed."""
    caller = with_visits()
    upload_id = uploaded(caller, FIRST.replace(b"2.5;3.5", b";3.5"), "later.csv", "visits")
    columns = {"visit": "visit", "1.8.0": "column_1_8_0", "2.8.0": "column_2_8_0"}
    edits = {"dataset": "visits", "columns": columns}
    check = checked(caller, upload_id, edits).json
    (cause,) = check["grid"]["causes"]
    assert (check["accepted"], cause) == (2, {"column": "1.8.0", "rule": "required", "rows": 1})
    assert made_optional(caller, "column_1_8_0").status == 200
    assert checked(caller, upload_id, edits).json["accepted"] == 3


def test_a_column_of_the_key_and_an_unknown_one_stay_as_they_are() -> None:
    caller = with_visits()
    assert made_optional(caller, "visit").status == 422
    assert made_optional(caller, "nothing").status == 422
    number = "4111111111111111"
    assert number not in made_optional(caller, number).text
    assert made_optional(rival_of(caller), "column_1_8_0").status == 403


def test_a_file_that_lacks_a_required_column_of_a_remembered_header_is_shown_with_what_it_lacks() -> None:
    caller = uploader()
    names = ["Nr", "Fläche m²", "Betrag", "Sorte", "Lage"]
    rows = "".join(f"N{number},{number}.5,{number}.25,Mais,L{number}\n" for number in range(20, 40))
    upload_id = uploaded(caller, (",".join(names) + "\n" + rows).encode(), "plots.csv", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    fields = [each["name"] for each in document["schema"][0]["properties"]]
    edits = {"dataset": "plots", "columns": dict(zip(names, fields, strict=True))}
    committed_as_edited(caller, upload_id, edits)
    later = "".join(f"N{number},{number}.5,Mais,L{number}\n" for number in range(40, 60))
    body = (",".join(name for name in names if name != "Betrag") + "\n" + later).encode()
    answer = checked(caller, uploaded(caller, body, "plots-2.csv", "")).json
    assert (answer["dataset"], answer["is_remembered"], answer["outcome"]) == ("plots", True, "needs_mapping")
    assert (answer["mapping"]["missing"], answer["grid"]["rows"]) == (["betrag"], 20)
