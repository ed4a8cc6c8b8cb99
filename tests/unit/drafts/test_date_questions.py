"""A person is asked whether the day or the month of a date comes first, unless the file shows it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.model import ColumnType, Kind
from headgate.drafts.column_inference import Guess
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.drafts.format_answers import FormatAnswer, format_of_answer
from headgate.drafts.nearly_all_rows import guess_of_nearly_all
from headgate.local_files.draft_file import draft_of_upload
from headgate.values.format_inference import Most, Reading

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


@pytest.mark.parametrize("other", ["4 Apr 2024", "Apr 4, 2024", "05.04.2024", "25.04.2024"])
def test_dates_with_names_of_months_or_other_signs_decide_nothing(other: str) -> None:
    """American systems write `03/04/2024` and `4 Apr 2024` into one file."""
    rows = "\n".join(f"S-{day:02};{day:02}/04/2024;{other}" for day in range(1, 13))
    draft = draft_from_sample(f"no;shipped;invoiced\n{rows}".encode(), "x", strict=False)
    assert [question.column for question in draft.questions] == ["shipped"]


DAYS = [f"{row % 12 + 1:02}/{row % 11 + 1:02}/{2000 + row // 10}" for row in range(200)]


def test_a_bad_cell_in_one_column_decides_nothing_about_another() -> None:
    rows = [f"S-{row:03};{'tbd' if row == 7 else day};{day}" for row, day in enumerate(DAYS)]
    body = "\n".join(["no;shipped;invoiced", *rows]).encode()
    draft = draft_from_sample(body, "x", strict=False)
    assert (kinds(draft)[1], [question.column for question in draft.questions]) == (Kind.STRING, ["invoiced"])


def test_nearly_all_values_that_fit_two_orders_are_asked_about() -> None:
    texts = pa.array(["tbd", *DAYS])
    declared = format_of_answer("shipped", "dd/MM/yyyy")[0]
    guess = Guess(ColumnType(Kind.STRING), mostly=Most(Reading(Kind.DATE, declared), 1))
    asked = guess_of_nearly_all("shipped", texts, guess, FormatAnswer())
    assert (asked.type.kind, len(asked.choices)) == (Kind.STRING, 2)
    day_after_twelfth = pa.array(["tbd", "31/01/2024", *DAYS])
    assert guess_of_nearly_all("shipped", day_after_twelfth, guess, FormatAnswer()).type.kind is Kind.DATE


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
