"""Card numbers grouped as they are printed on cards are found whatever stands between the groups."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.masking.redaction import redact_cards

pytestmark = pytest.mark.unit

GAPS = ["|", ":", "*", " | ", '" "', ", ", "+", ";", "/", "-", "%20"]


@pytest.mark.parametrize("gap", GAPS, ids=repr)
@pytest.mark.parametrize(
    "groups",
    [
        ("4111", "1111", "1111", "1111"),
        ("3782", "822463", "10005"),  # American Express
        ("3056", "930902", "5904"),  # Diners Club
    ],
    ids="-".join,
)
def test_a_number_in_printed_groups_is_found(groups: tuple[str, ...], gap: str) -> None:
    (shown,) = redact_cards(pa.array([f"paid with {gap.join(groups)} today"])).to_pylist()
    assert shown == f"paid with [PAN ****{''.join(groups)[-4:]}] today"


@pytest.mark.parametrize(
    "text",
    ["3782|822463|10006", "3782|82246|310005", "3782:822463:1000", "3782x822463x10005", "1234|822463|10005"],
)
def test_other_groups_and_wrong_check_digits_are_left_alone(text: str) -> None:
    assert redact_cards(pa.array([text])).to_pylist() == [text]
