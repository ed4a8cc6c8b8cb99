"""National numbers of people are recognized by their form and check digits."""

import pyarrow as pa
import pytest

from headgate.contracts.sensitive_names import PERSONAL
from headgate.drafts.draft_contract import draft_from_sample
from headgate.masking.person_numbers import are_person_numbers

pytestmark = pytest.mark.unit

# Published examples of numbers that belong to nobody.
CPF = ["123.456.789-09", "987.654.321-00", "111.444.777-35"]


@pytest.mark.parametrize(
    "texts",
    [
        CPF[:2],
        [text.replace(".", "").replace("-", "") for text in CPF],
        ["44051401359", "02070803628", "49040501580", "92071314764"],
        ["12345678Z", "X1234567L", "00000000T"],
        ["QQ260653C", "QQ759631C", "QQ 12 34 56 C", "QQ123456A"],
    ],
    ids=["CPF", "CPF without signs", "PESEL", "DNI and NIE", "national insurance of the UK"],
)
def test_valid_numbers_are_those_of_people(texts: list[str]) -> None:
    assert are_person_numbers(pa.array(texts))


@pytest.mark.parametrize(
    "texts",
    [
        ["123.456.789-10", "987.654.321-01"],
        ["111.111.111-11", "222.222.222-22"],
        ["123.456.789-09"],
        ["10000000001", "10000000002", "10000000003"],
        ["12345678A", "X1234567A"],
        ["QQ123456E", "QQ123457E", "QQ123458F", "QQ123459G"],
        ["", "text"],
        [],
    ],
)
def test_other_numbers_are_not(texts: list[str]) -> None:
    assert not are_person_numbers(pa.array(texts, pa.string()))


def test_a_draft_proposes_that_such_a_column_is_about_people() -> None:
    rows = "".join(f"C-{at:03};{CPF[at % 3] if at % 4 else ''};{at}\n" for at in range(60))
    column = draft_from_sample(f"cupom;documento;qtde\n{rows}".encode(), "vendas").contract.column(
        "documento"
    )
    assert column.classification == PERSONAL
