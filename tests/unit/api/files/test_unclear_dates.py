"""Dates in an unclear order, and times without a zone, in a file of an existing dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.api.files.mappings import suggested_mapping
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.matching.mappings import Suggested
from tests.unit.api.files.test_edited_uploads import checked, counts, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

HEADER = "SKU,Description,Category,Price,Active,Last changed"
DAYS = ("09/03/2010", "10/08/2010", "02/10/2010", "08/05/2010", "01/02/2010")
COLUMNS = {
    "SKU": "product_id",
    "Description": "product_name",
    "Category": "category",
    "Price": "list_price",
    "Active": "is_active",
    "Last changed": "updated_at",
}


def products(*moments: str) -> bytes:
    rows = (
        f"ZX-{number:04},Widget {number},kitchen,2.90,true,{moment}" for number, moment in enumerate(moments)
    )
    return "\n".join([HEADER, *rows, ""]).encode()


def sent(caller: Caller, *moments: str) -> str:
    upload_id: str = uploaded(caller, products(*moments), "acme.csv", "")
    return upload_id


@pytest.mark.parametrize("time", ["", " 10:30", " 10:30:15"])
def test_the_field_is_suggested_and_both_orders_are_offered(time: str) -> None:
    caller = uploader()
    upload_id = sent(caller, *(f"{day}{time}" for day in DAYS))
    answer = checked(caller, upload_id, {"dataset": "products"}).json
    suggested = {each["column"]: each["field"] for each in answer["mapping"]["columns"]}
    assert suggested["Last changed"] == "updated_at"
    orders = answer["grid"]["orders"]["Last changed"]
    assert [each["format"]["patterns"][0][:10] for each in orders] == ["dd/MM/yyyy", "MM/dd/yyyy"]
    assert "Last changed" not in answer["grid"]["formats"]
    assert answer["grid"]["local_times"] == (["Last changed"] if time else [])


def test_each_answer_brings_all_rows_in() -> None:
    caller = uploader()
    upload_id = sent(caller, *(f"{day} 10:30" for day in DAYS))
    orders = checked(caller, upload_id, {"dataset": "products"}).json["grid"]["orders"]["Last changed"]
    for order in orders:
        formats = {"updated_at": order["format"]}
        edits = {"dataset": "products", "columns": COLUMNS, "formats": formats}
        assert counts(checked(caller, upload_id, edits)) == (5, 0, 0)


def test_a_later_day_of_the_file_answers() -> None:
    caller = uploader()
    upload_id = sent(caller, *DAYS, "23/11/2010")
    grid = checked(caller, upload_id, {"dataset": "products"}).json["grid"]
    assert (grid["orders"], grid["formats"]["Last changed"]["format"]["patterns"]) == ({}, ["dd/MM/yyyy"])


def test_times_are_stored_in_utc_by_the_zone_that_a_person_names_and_the_next_file_gets_it() -> None:
    caller = uploader()
    zone = {"updated_at": {"patterns": ["dd/MM/yyyy HH:mm"], "timezone": "Europe/Berlin"}}
    upload_id = sent(caller, *(f"{day} 10:30" for day in DAYS))
    answer = checked(caller, upload_id, {"dataset": "products", "columns": COLUMNS, "formats": zone})
    assert counts(answer) == (5, 0, 0)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    lines = caller.lake.contents()["raw"][committed["key"]].decode().splitlines()
    assert "2010-03-09 09:30:00" in lines[1]
    next_file = checked(caller, sent(caller, *(f"{day} 11:30" for day in DAYS))).json
    assert (next_file["is_remembered"], next_file["edits"]["formats"]) == (True, zone)


def test_a_field_has_the_format_that_its_contract_declares() -> None:
    column = Column("sold_on", ColumnType(Kind.DATE), format=SourceFormat(patterns=("dd.MM.yyyy",)))
    contract = Contract("shop.source.sales", "sales", "source", "1.0.0", (column,))
    suggestion = Suggested("sales", "shop", "f1", ("Datum",), ("sold_on",), (1.0,), ())
    (field,) = suggested_mapping(suggestion, {"sales": contract}, ()).fields
    assert field.declared_format == {"patterns": ["dd.MM.yyyy"]}
