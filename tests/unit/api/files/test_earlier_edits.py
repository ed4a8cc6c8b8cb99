"""Cells that a person typed and rows that were left out are offered again for a later version of the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.files.test_edited_uploads import checked as checked_with
from tests.unit.api.files.test_edited_uploads import committed_as_edited, created, uploader
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

FIRST = "sku;price;stock\nA-1;19.90;3\nA-2;on request;5\nA-3;7.50;x\nTEST;1.00;1\nA-4;3.25;8\n"
EDITS = {
    "dataset": "prices",
    "cells": [{"row": 2, "column": "price", "text": "12.00"}, {"row": 3, "column": "stock", "text": None}],
    "left_out": [4],
}
ASKED = "/v1/uploads/{}/earlier-edits"


def with_edited_file(edits: dict[str, Any], first: str = FIRST, *, refused: int = 0) -> Caller:
    """A caller who committed the first file with edits to a dataset that was created from its good rows."""
    caller = uploader()
    good = "sku;price;stock\n" + "".join(f"B-{at};{at}.95;{at}\n" for at in range(1, 40))
    draft = checked_with(caller, uploaded(caller, good.encode(), "prices.csv", "")).json["draft"]
    (table,) = draft["document"]["schema"]
    assert [each["name"] for each in table["properties"] if each.get("primaryKey")] == ["sku"]
    for each in table["properties"]:
        each["required"] = each["name"] == "sku"
    assert created(caller, draft["document"]).json["is_in_use"]
    record, _ = committed_as_edited(caller, uploaded(caller, first.encode(), "list.csv", "prices"), edits)
    assert (record.accepted, record.quarantined) == (4 - refused, refused)
    return caller


def offered(caller: Caller, text: str, name: str = "list.csv") -> dict[str, Any]:
    upload_id = uploaded(caller, text.encode(), name, "prices")
    checked_with(caller, upload_id, {"dataset": "prices"})
    return dict(caller.call("GET", ASKED.format(upload_id)).json)


LATER = "sku;price;stock\nA-0;5.00;2\nA-2;on request;5\nA-3;7.50;x\nTEST;1.00;1\nA-1;18.90;3\n"


def test_edits_of_the_same_rows_are_offered_by_their_key() -> None:
    answer = offered(with_edited_file(EDITS), LATER)
    assert answer["cells"] == [
        {"row": 2, "column": "price", "text": "12.00"},
        {"row": 3, "column": "stock", "text": None},
    ]
    assert answer["left_out"] == [4]
    (file,) = answer["files"]
    assert (file["key"], file["received_at"] != "") == ("prices/list.csv", True)


def test_a_row_of_the_key_of_a_left_out_one_stays_in_with_other_texts() -> None:
    """One of two rows with a key was left out, and both were offered to be left out."""
    first = FIRST.replace("TEST;", "A-1;")
    caller = with_edited_file({**EDITS, "cells": EDITS["cells"]}, first)
    later = LATER.replace("TEST;", "A-1;").replace("18.90", "19.90")
    assert offered(caller, later)["left_out"] == [4]
    assert offered(caller, later.replace("A-1;1.00;1", "A-1;2.00;1"))["left_out"] == []


def test_of_rows_that_are_equal_as_many_are_left_out_as_before() -> None:
    first = FIRST.replace("TEST;1.00;1", "A-1;19.90;3")
    caller = with_edited_file(EDITS, first)
    later = LATER.replace("TEST;1.00;1", "A-1;19.90;3").replace("18.90", "19.90")
    assert offered(caller, later)["left_out"] == [5]


def test_a_cell_with_another_text_than_last_time_is_not_offered() -> None:
    answer = offered(with_edited_file(EDITS), LATER.replace("on request", "14.00").replace("TEST", "A-9"))
    assert answer["cells"] == [{"row": 3, "column": "stock", "text": None}]
    assert answer["left_out"] == []


def test_a_card_number_in_a_key_is_not_stored_to_offer_the_edits_of_its_row_again() -> None:
    first = FIRST.replace("A-2;on request", "4111111111111111;on request")
    caller = with_edited_file(EDITS, first, refused=1)
    stored = caller.lake.objects.contents("artifacts")
    assert not [key for key, body in stored.items() if b"4111111111111111" in body]
    assert [cell["row"] for cell in offered(caller, LATER)["cells"]] == [3]


def test_a_file_of_another_name_with_rows_of_the_same_keys_is_offered_them_too() -> None:
    caller = with_edited_file(EDITS)
    assert offered(caller, LATER, "other.csv")["cells"] == offered(caller, LATER)["cells"] != []


def test_a_file_that_nobody_edited_offers_nothing() -> None:
    caller = with_edited_file(EDITS)
    assert offered(caller, "sku;price;stock\nZ-1;1.00;1\n", "z.csv") == {
        "cells": [],
        "left_out": [],
        "files": [],
    }


def test_only_people_who_see_the_values_of_a_file_are_offered_cells() -> None:
    caller = with_edited_file(EDITS)
    upload_id = uploaded(caller, LATER.encode(), "list.csv", "prices")
    checked_with(caller, upload_id, {"dataset": "prices"})
    bob = Caller(caller.lake, groups=("uploader",), name="bob")
    assert bob.call("GET", ASKED.format(upload_id)).status == 403
