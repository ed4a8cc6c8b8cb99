"""Sheets of a workbook that are read as one table come in together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.files.test_edited_uploads import (
    begun_with,
    checked,
    committed_as_edited,
    created,
    uploader,
    workbook_with,
)
from tests.unit.api.files.test_uploads import uploaded

pytestmark = pytest.mark.unit

HEADER = ["Loan no.", "Branch", "Days"]
BRANCHES: list[list[Any]] = [["Branch", "Opened", "Seats"], ["Central", 1962, 220], ["Harbour", 1988, 60]]
COLUMNS = {"Loan no.": "loan_no", "Branch": "branch", "Days": "days"}


def loans(month: int) -> list[list[Any]]:
    return [HEADER, *([f"L{month}-{n:03d}", ("Central", "Harbour")[n % 2], n] for n in range(1, 13))]


def test_sheets_that_came_in_together_are_in_and_the_other_sheet_opens_of_no_dataset() -> None:
    """The page of the file said that both sheets were not in yet, and the workbook opened at them again."""
    caller = uploader()
    book = workbook_with(("Sep", loans(9)), ("Oct", loans(10)), ("Branches", BRANCHES))
    upload_id = begun_with(caller, book)["upload_id"]
    draft = checked(caller, upload_id).json["draft"]
    created(caller, draft["document"])
    edits = {
        "dataset": draft["dataset"],
        "columns": COLUMNS,
        "cells": [{"row": 1, "column": "days", "text": "7"}],
    }
    record, answer = committed_as_edited(caller, upload_id, edits)
    assert (record.accepted, answer["parts_read"]) == (24, ["Sep", "Oct"])
    shown = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert shown["open_parts"] == [{"name": "Branches", "is_list": False}]

    # The page Upload proposes the dataset whose name the file has.
    upload_id = uploaded(caller, book, "months.xlsx", draft["dataset"])
    first = checked(caller, upload_id).json
    assert (first["dataset"], [part["name"] for part in first["parts_in_lake"]]) == ("months", ["Sep", "Oct"])
    other = checked(caller, upload_id, {"part": "Branches"}).json
    assert (other["outcome"], other["mapping"], other["grid"]["columns"]) == ("profiled", None, BRANCHES[0])
    assert "months" not in other["dataset"]
    same = checked(caller, upload_id, {"part": "Oct"}).json
    assert (same["mapping"]["dataset"], same["is_remembered"]) == ("months", True)


def test_a_sheet_that_shares_only_the_key_with_the_dataset_of_its_file_is_drafted() -> None:
    """A sheet of refunds was taken for tickets, and its rows would have replaced them by their number."""
    caller = uploader()
    tickets = [["Ticket ID", "Desk", "Category", "Visitors", "Gross"]]
    tickets += [[f"T-{n:03d}", "North", ("adult", "child")[n % 2], n, n * 3.5] for n in range(1, 13)]
    refunds = [["Ticket ID", "Refunded on", "Amount", "Why"]]
    refunds += [[f"T-{n:03d}", f"2025-02-{n:02d}", n * 3.5, "ill"] for n in range(1, 7)]
    alone = workbook_with(("Sep", tickets))
    draft = checked(caller, begun_with(caller, alone)["upload_id"]).json["draft"]
    created(caller, draft["document"])
    book = workbook_with(("Sep", tickets), ("Refunds", refunds))
    upload_id = uploaded(caller, book, "months.xlsx", draft["dataset"])
    other = checked(caller, upload_id, {"part": "Refunds"}).json
    assert (other["outcome"], other["mapping"]) == ("profiled", None)
    assert other["draft"]
    same = checked(caller, upload_id, {"part": "Sep"}).json
    assert same["dataset"] == draft["dataset"]
