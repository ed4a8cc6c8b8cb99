"""Tables of a mail fit 80 characters, and no word of them is cut."""

from __future__ import annotations

import pytest

from headgate.reports.mail_tables import MAX_CELL_LENGTH, TextColumn, mail_cell, text_table

pytestmark = pytest.mark.unit

REASON = "More came back than was sold; the largest return is most of what came back in the whole week"


def test_a_table_that_fits_has_one_line_of_headings() -> None:
    columns = [TextColumn("Place", ["north", "east"]), TextColumn("Sold", ["5", "12,000"], is_number=True)]
    assert text_table(columns) == ["Place    Sold", "north       5", "east   12,000"]


def test_headings_that_are_wider_than_their_values_have_several_lines() -> None:
    columns = [
        TextColumn("Period", ["6 Dec 2010", "13 Dec 2010"]),
        *(
            TextColumn(f"{end} end (8 of 10)", ["£248,269", "£186,364"], is_number=True)
            for end in ("Low", "High")
        ),
        TextColumn("Sold so far until", ["9 Dec 2010", "\N{EN DASH}"]),
        TextColumn("Length of a period in the forecast", ["week", "week"]),
    ]
    assert text_table(columns) == [
        "               Low end   High end  Sold so     Length of a period",
        "Period       (8 of 10)  (8 of 10)  far until   in the forecast",
        "6 Dec 2010    £248,269   £248,269  9 Dec 2010  week",
        "13 Dec 2010   £186,364   £186,364  \N{EN DASH}           week",
    ]


def test_a_table_that_is_still_too_wide_is_a_list_of_its_rows_without_empty_cells() -> None:
    columns = [
        TextColumn("Region", ["Netherlands", "France"]),
        TextColumn("Period", ["22 Nov 2010", "27 Sep 2010"]),
        TextColumn("Difference", ["-£6,142", "-£12,755"], is_number=True),
        TextColumn("Why", [REASON, "\N{EN DASH}"]),
        TextColumn("Order", ["C534845", "C524235"]),
    ]
    assert text_table(columns) == [
        "- Netherlands, 22 Nov 2010",
        "  Difference: -£6,142",
        "  Why: More came back than was sold; the largest return is most of what came",
        "  back in the whole week",
        "  Order: C534845",
        "- France, 27 Sep 2010",
        "  Difference: -£12,755; Order: C524235",
    ]


def test_a_row_whose_name_is_a_number_has_its_heading() -> None:
    columns = [
        TextColumn("Customer", ["13902"]),
        *(TextColumn("Measure " * 5, ["7"], is_number=True) for _ in range(9)),
    ]
    assert text_table(columns)[0] == "- Customer: 13902"


def test_a_row_that_begins_with_a_number_names_it() -> None:
    columns = [TextColumn(f"Measure number {at}", ["1,000,000"], is_number=True) for at in range(9)]
    first, second, *_ = text_table(columns)
    assert first == "- Measure number 0: 1,000,000"
    assert second == "  Measure number 1: 1,000,000; Measure number 2: 1,000,000"


def test_a_long_text_ends_with_a_whole_word() -> None:
    text = "word " * 200
    assert mail_cell(text).endswith("word…")
    assert len(mail_cell(text)) <= MAX_CELL_LENGTH + 1
    assert mail_cell("one\n two") == "one two"
