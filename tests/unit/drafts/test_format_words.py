"""Source formats in words, in the notes of the draft of an upload."""

from __future__ import annotations

import pytest

from headgate.contracts.source_format import SourceFormat
from headgate.drafts.format_words import format_words
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (SourceFormat(), ""),
        (SourceFormat(percent="points"), ""),
        (SourceFormat(nulls=("k.A.",)), "has cells with k.A.; k.A. is read as empty"),
        (SourceFormat(decimal=",", nulls=("k.A.",)), "is written as 1234,5; k.A. is read as empty"),
        (
            SourceFormat(true_words=("ja",), false_words=("nein",)),
            "has the words ja and nein: ja is yes, nein is no",
        ),
        (SourceFormat(patterns=("dd.MM.yyyy",)), "is written as dd.MM.yyyy"),
        (SourceFormat(currency=("\u20ac",)), "has \u20ac beside its numbers, which is left out"),
        (SourceFormat(minus="parentheses"), "has negative numbers such as (5), which is -5"),
        (SourceFormat(case="upper"), "is changed to upper case"),
    ],
)
def test_a_format_is_said_without_the_properties_of_a_contract(declared: SourceFormat, words: str) -> None:
    assert format_words(declared) == words


def test_the_notes_of_an_upload_name_no_property_of_a_contract() -> None:
    rows = "".join(f"{at};{at},5;{'ja' if at % 2 else 'nein'};{at} %\n" for at in range(1, 60))
    draft = draft_of_upload("report.csv", f"nr;umsatz;offen;feuchte\n{rows}60;k.A.;ja;3 %\n".encode())
    assert draft is not None
    notes = [f"{note['column']} {note['message']}" for note in draft["notes"]]
    assert "umsatz is written as 1234,5; k.A. is read as empty" in notes
    assert "offen has the words ja and nein: ja is yes, nein is no" in notes
    assert "feuchte has percent signs and is read as points, so 19 % is 19" in notes
    assert not [note for note in notes if "nulls" in note or "Words" in note or "percent points" in note]


@pytest.mark.parametrize(
    ("times", "local"), [("2026-01-{:02}T10:00:00", ["at"]), ("2026-01-{:02}T10:00:00Z", [])]
)
def test_an_upload_says_which_columns_have_times_without_a_zone(times: str, local: list[str]) -> None:
    rows = "".join(f"{day};{times.format(day)}\n" for day in range(1, 29))
    draft = draft_of_upload("visits.csv", f"nr;at\n{rows}".encode())
    assert draft is not None
    assert draft["local_times"] == local
