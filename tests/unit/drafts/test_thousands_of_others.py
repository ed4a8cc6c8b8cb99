from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

SAMPLE = "nr;neupreis;gebuehr\n1;1.299,00;2,50\n2;2.199,90;3,75\n3;12,00;0,99\n"


def test_small_amounts_may_have_the_thousands_of_large_ones_later() -> None:
    contract = draft_from_sample(SAMPLE.encode(), "leihen").contract
    later = b"nr;neupreis;gebuehr\n4;1.300,00;1.299,00\n"
    checked = check_bytes(
        later, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    assert checked.accepted["gebuehr"].to_pylist() == [Decimal("1299.00")]


@pytest.mark.parametrize(
    "sample",
    [
        SAMPLE.replace("1.299,00", "1299,00").replace("2.199,90", "2199,90"),
        SAMPLE.replace("2,50", "2.50").replace("3,75", "3.75"),
    ],
)
def test_no_separator_is_guessed_that_the_file_does_not_show_for_such_numbers(sample: str) -> None:
    declared = (
        draft_from_sample(sample.replace("0,99", "0.99" if "2.50" in sample else "0,99").encode(), "leihen")
        .contract.column("gebuehr")
        .format
    )
    assert declared is None or not declared.thousands
