"""Numbers of which some have a decimal point and others a decimal comma, as lists of several tills have."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from headgate.contracts.model import Column
from headgate.contracts.odcs_reader import parse
from headgate.contracts.source_format import SourceFormat
from headgate.contracts.types import parse_physical_type
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import ContractError
from headgate.local_files.draft_file import draft_of_upload
from headgate.uploads.column_readings import readings_of
from headgate.values.cast_declared import cast_column
from headgate.values.declared_spelling import in_declared_format
from headgate.values.refusal_reasons import type_reason

pytestmark = pytest.mark.unit

# As `Umsatz (EUR)` of a wine shop's list: all four spellings of one amount.
SPELLINGS = ("668.17", "1032,43", "1,982.91", "1.781,70", "12,90")
EACH = "1.234,5|1,234.5"


def sales(*odd: str, rows: int = 60) -> bytes:
    amounts = [*odd, *(SPELLINGS[row % 5] for row in range(rows - len(odd)))]
    lines = [f"B-{row:03};{amount}" for row, amount in enumerate(amounts)]
    return "\n".join(["Beleg-Nr.;Umsatz", *lines]).encode()


def amount(decimal: str) -> Column:
    return Column("amount", parse_physical_type("DECIMAL(14,4)"), format=SourceFormat(decimal=decimal))


def read(*texts: str) -> list[Any]:
    values = cast_column(amount("either"), pa.array(texts)).values.to_pylist()
    return [None if value is None else float(value) for value in values]


def test_a_number_is_read_by_its_own_signs() -> None:
    assert read(*SPELLINGS) == [668.17, 1032.43, 1982.91, 1781.7, 12.9]
    assert read("1.234.567", "1,234,567", "1234.567", "0,125", "-5,5", "7") == [
        *(1234567, 1234567, 1234.567, 0.125, -5.5, 7)
    ]


def test_a_number_with_two_meanings_is_none_and_its_reason_says_so() -> None:
    assert read("1.234", "1,234", "12.34,5", "1,2,3") == [None] * 4
    assert "1.234 has two meanings" in type_reason(amount("either"))


def test_number_cells_of_a_workbook_are_read_as_they_are() -> None:
    texts = in_declared_format(amount("either"), pa.array(["1.234", "-12.345", "12.5", "1234"]))
    assert read(*texts.to_pylist()) == [1.234, -12.345, 12.5, 1234]


def test_a_draft_asks_about_mixed_decimals_with_the_rows_that_wait() -> None:
    drafted = draft_of_upload("umsatz.csv", sales("1.234", "zwölf"))
    assert drafted is not None
    (question,) = drafted["questions"]
    (answer,) = question["answers"]
    assert (question["values"], answer["answer"], answer["waiting"]) == (60, EACH, 2)
    assert answer["property"]["physicalType"].startswith("DECIMAL")
    (declared,) = answer["property"]["customProperties"]
    assert declared == {"property": "headgate.format", "value": {"decimal": "either"}}


def test_who_makes_the_column_one_of_numbers_has_the_same_reading() -> None:
    drafted = draft_of_upload("umsatz.csv", sales())
    assert drafted is not None
    assert drafted["text_formats"]["umsatz"][0]["format"] == {"decimal": "either"}


def test_the_finding_names_the_answer_and_the_answer_reads_all_rows() -> None:
    findings = draft_from_sample(sales(), "sales").findings
    (finding,) = [each for each in findings if each.column == "umsatz"]
    assert f"--format 'umsatz={EACH}'" in finding.message
    assert finding.message.startswith("stays text: 60 of 60 values are numbers")
    answered = draft_from_sample(sales(), "sales", formats={"Umsatz": EACH})
    assert answered.contract.column("umsatz").format == SourceFormat(decimal="either")
    assert answered.questions == ()


def test_one_spelling_of_nearly_all_values_is_no_question() -> None:
    lines = [f"B-{row:03};{'12,5' if row == 7 else '1234.5'}" for row in range(60)]
    draft = draft_from_sample("\n".join(["no;amount", *lines]).encode(), "sales", strict=False)
    assert draft.questions == ()


def test_the_next_file_is_read_so_too() -> None:
    (most,) = readings_of(pa.array(list(SPELLINGS) * 4))
    assert (most.reading.format.decimal, most.others) == ("either", 0)


def test_a_sign_between_thousands_has_no_effect_beside_it() -> None:
    document = draft_of_upload("umsatz.csv", sales())
    assert document is not None
    (table,) = document["document"]["schema"]
    table["properties"][1] |= {
        "physicalType": "DECIMAL(12,2)",
        "logicalType": "number",
        "customProperties": [
            {"property": "headgate.format", "value": {"decimal": "either", "thousands": "."}}
        ],
    }
    with pytest.raises(ContractError, match="remove thousands"):
        parse(document["document"], "source")
