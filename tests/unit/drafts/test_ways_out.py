"""A person creates a dataset from any file: a column that needs a deployment has ways out of it."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.creation import deployment_reasons
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.local_files.check_file import any_key
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit

AMEX = "378282246310005"  # published for tests


def table(name: str, values: list[str]) -> bytes:
    rows = "".join(f"K{place:04};{value};{place % 7}\n" for place, value in enumerate(values))
    return f"box;{name};pieces\n{rows}".encode()


def eans() -> list[str]:
    """Article numbers that begin like old Visa numbers; some have a check digit of cards, too."""
    bodies = [f"4{12345678000 + 37 * place}" for place in range(120)]
    return [body + check_digit(body) for body in bodies]


def check_digit(body: str) -> str:
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-weighted % 10)


def long_numbers() -> list[str]:
    return [str(4_000_000_000_000_000 + 7 * place) for place in range(120)]


def drafted(name: str, values: list[str]) -> dict[str, Any]:
    draft = draft_of_upload("parcels.csv", table(name, values))
    assert draft is not None
    return draft


def gated(document: dict[str, Any], body: bytes) -> CheckedRows:
    contract = odcs_reader.parse(document, "source")
    assert deployment_reasons(contract) == ()
    return check_bytes(body, contract, any_key(), object_key="parcels", received_at=datetime(1970, 1, 1))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ean", eans()),
        ("tracking_id", [str(15_501_000_000_000 + 7 * place) for place in range(120)]),
        ("upc", [str(512_345_000_000 + 7 * place) for place in range(120)]),
    ],
)
def test_numbers_of_which_none_passes_as_a_card_number_are_searched_in_full(
    name: str, values: list[str]
) -> None:
    draft = drafted(name, values)
    assert draft["for_deployment"] == {"columns": [], "table": []}
    assert not any("card" in note["message"] for note in draft["notes"])
    assert gated(draft["document"], table(name, values)).counts.accepted == 120
    later = gated(draft["document"], table(name, [AMEX]))
    assert (later.counts.accepted, [*later.counts.reasons]) == (0, ["undeclared_card_number"])


def changed(draft: dict[str, Any], way: str) -> dict[str, Any]:
    """Return the document with the column as after a way out."""
    document = copy.deepcopy(draft["document"])
    (column,) = draft["for_deployment"]["columns"]
    (chosen,) = (each["property"] for each in column["ways"] if each["way"] == way)
    (own,) = document["schema"]
    own["properties"] = [chosen if each["name"] == column["column"] else each for each in own["properties"]]
    return document


def test_numbers_that_pass_as_card_numbers_have_their_rows_wait_or_are_replaced() -> None:
    values = long_numbers()
    draft = drafted("tracking_id", values)
    (column,) = draft["for_deployment"]["columns"]
    assert (column["column"], [each["way"] for each in column["ways"]]) == (
        "tracking_id",
        ["search_in_full", "mask_numbers", "leave_out"],
    )
    passing = column["like_cards"]
    assert 0 < passing < 30
    waiting = gated(changed(draft, "search_in_full"), table("tracking_id", values))
    assert (waiting.counts.accepted, waiting.counts.quarantined) == (120 - passing, passing)
    masked = gated(changed(draft, "mask_numbers"), table("tracking_id", values))
    assert masked.counts.accepted == 120
    stored = masked.accepted.column("tracking_id").to_pylist()
    assert len([value for value in stored if value in values]) == 120 - passing


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("IPAddress", "203.0.113.7", "has data about people"),
        ("E-mail", "ada@example.org", "has data about people"),
        ("Card number", AMEX, "has card numbers"),
        ("CVV", "123", "has verification codes of cards"),
    ],
)
def test_a_column_about_people_or_cards_is_left_out(name: str, value: str, reason: str) -> None:
    draft = drafted(name, [value] * 30)
    (column,) = draft["for_deployment"]["columns"]
    assert [each["way"] for each in column["ways"]] == ["leave_out"]
    assert column["reason"].startswith(reason)
    assert draft["needs_deployment"] == (f"{column['column']} {column['reason']}",)
