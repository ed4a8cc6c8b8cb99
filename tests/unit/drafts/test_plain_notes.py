"""Notes of a draft for the console."""

import pytest

from headgate.drafts.plain_notes import plain_note

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("DECIMAL(10,1)", "a number"),  # the draft takes more decimals than the file has
        ("DECIMAL(10,0)", "a whole number"),
        ("DECIMAL", "a number"),
        ("BIGINT", "a whole number"),
        ("TIMESTAMP", "a date with a time"),
        ("dd.MM.yyyy", "written as dd.MM.yyyy"),
    ],
)
def test_a_misfit_names_the_type_in_words(form: str, words: str) -> None:
    note = plain_note(f"2 of 91 values do not read as {form}: their rows are quarantined")
    assert note == f"2 of 91 values are not {words}: their rows wait for a correction"


def test_rows_of_other_sheets_are_counted_as_in_the_line_of_the_file() -> None:
    note = plain_note(
        "of the workbook, Okt is read, and these sheets are not: Artikel (rows: 21), Info (rows: 1)"
    )
    assert note.endswith("these sheets are not: Artikel (20 rows), Info (0 rows)")
