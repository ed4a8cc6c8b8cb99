"""Drafted columns have the unit that their heading or the signs beside their numbers show, and its words."""

import pytest

from headgate.contracts.odcs_writer import physical_type
from headgate.drafts.draft_contract import draft_from_sample
from headgate.drafts.spare_decimals import with_spare_decimals

pytestmark = pytest.mark.unit

FILE = """Sorte,weight_kg,Preis in €,Rabatt,Betrag kr,Lagerort EUR
Roggen,12.5,1.20 €,5%,3,A1
Weizen,8.0,0.95 €,7%,4,A2
Dinkel,3.5,2.10 €,0%,5,A3
"""


def test_numbers_have_units_and_headings_their_words() -> None:
    drafted = draft_from_sample(FILE.encode(), "grain", strict=False, titles=True).contract
    units = {column.name: column.unit for column in drafted.columns}
    assert units == {
        "sorte": "",
        "weight_kg": "kg",
        "preis in €": "EUR",
        "rabatt": "percent",
        "betrag kr": "",  # the sign of several currencies
        "lagerort eur": "",  # a text
    }
    labels = [column.label for column in drafted.columns]
    assert labels == ["", "Weight (kg)", "Preis", "", "", "Lagerort EUR"]


def test_whole_amounts_take_the_decimals_of_their_currency() -> None:
    """Nobody can widen a number of a created dataset, and the next file has 39.50."""
    lines = ["no,Rate £,Fee JPY,Pieces", "A1,38,1200,4", "A2,42,900,5", ""]
    drafted = with_spare_decimals(draft_from_sample("\n".join(lines).encode(), "rates", strict=False))
    types = [physical_type(column.type) for column in drafted.contract.columns]
    assert types[1:] == ["DECIMAL(18,2)", "BIGINT", "BIGINT"]


def test_a_draft_without_titles_has_units_too() -> None:
    drafted = draft_from_sample(FILE.encode(), "grain", strict=False).contract
    assert drafted.column("weight_kg").unit == "kg"
    assert not any(column.label for column in drafted.columns)
