"""A person is asked whether the day or the month of a date comes first, unless the file shows it."""

from __future__ import annotations

import pytest

from headgate.contracts.model import Kind
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def parcels(*, last_day: int = 12) -> bytes:
    """A carrier's report of December as in `dpd_tracking.tsv`, with one parcel a day."""
    rows = [f"P-{day:04}\t{day:02}/12/2010 8:15\t0{day % 9 + 1}/01/2011" for day in range(1, last_day + 1)]
    return "\n".join(["Consignment\tDespatched\tInvoiced on", *rows]).encode()


def kinds(draft: Draft) -> list[Kind]:
    return [column.type.kind for column in draft.contract.columns]


def test_a_question_has_the_column_of_each_answer() -> None:
    draft = draft_from_sample(parcels(), "parcels", strict=False)
    assert kinds(draft) == [Kind.STRING] * 3
    assert [question.answers for question in draft.questions] == [
        ("dd/MM/yyyy H:mm", "MM/dd/yyyy H:mm"),
        ("dd/MM/yyyy", "MM/dd/yyyy"),
    ]
    assert [
        [(column.type.kind, column.format.patterns if column.format else ()) for column in question.columns]
        for question in draft.questions
    ] == [
        [(Kind.TIMESTAMP, ("dd/MM/yyyy H:mm",)), (Kind.TIMESTAMP, ("MM/dd/yyyy H:mm",))],
        [(Kind.DATE, ("dd/MM/yyyy",)), (Kind.DATE, ("MM/dd/yyyy",))],
    ]


def test_a_day_after_the_twelfth_decides_for_all_dates_of_the_file() -> None:
    draft = draft_from_sample(parcels(last_day=13), "parcels", strict=False)
    assert kinds(draft) == [Kind.STRING, Kind.TIMESTAMP, Kind.DATE]
    assert draft.questions == ()
    assert draft.contract.column("invoiced on").format is not None


def test_dates_of_both_orders_decide_nothing() -> None:
    rows = "\n".join(f"{day:02}/12/2010;12/{day:02}/2010;01/02/2011" for day in range(1, 29))
    draft = draft_from_sample(f"a;b;c\n{rows}".encode(), "x", strict=False)
    assert [question.column for question in draft.questions] == ["c"]


def test_a_draft_of_an_upload_has_the_property_of_each_answer() -> None:
    facts = draft_of_upload("parcels.tsv", parcels())
    assert facts is not None
    despatched, invoiced = facts["questions"]
    assert (despatched["column"], invoiced["column"]) == ("despatched", "invoiced_on")
    first, second = (answer["property"] for answer in invoiced["answers"])
    assert (first["name"], first["physicalType"]) == ("invoiced_on", "DATE")
    assert first != second
