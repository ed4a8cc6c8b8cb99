"""Decide from its contract and name how strictly a column is searched for card numbers."""

from headgate.contracts.model import Column, Content
from headgate.contracts.sensitive_names import compared
from headgate.masking.card_context import names_a_card
from headgate.masking.find_card_numbers import ANYWHERE, CONTEXT_BELOW, NOWHERE
from headgate.masking.issuers import LONGEST

# The longest numbers of other kinds. Source: ITU-T E.164 (15 digits); GS1 General Specifications (GTIN-14);
# tax numbers have at most 15 (India's GSTIN). Account and tracking numbers are as long as card numbers (ISO
# 13616: 30 characters; USPS: 22 digits).
_LONGEST_GTIN, _LONGEST_PHONE = 14, 15
_AS_LONG_AS_CARDS = {Content.BANK_ACCOUNT, Content.TRACKING_NUMBER, Content.IDENTIFIER}


def context_below(column: Column) -> int:
    """Return the number of digits from which a number in the column counts as a card without a context.

    The name of a card column is a context for all of its numbers. A column that declares other numbers is not
    searched by length alone: its numbers may begin like a card's and have a valid check digit by chance.
    """
    if column.no_cards:
        return NOWHERE
    if column.content in _AS_LONG_AS_CARDS:
        return LONGEST + 1
    if column.content:
        return _LONGEST_PHONE + 1
    if column.unmasked:
        return _LONGEST_GTIN + 1
    return ANYWHERE if names_a_card(compared(column.name)) else CONTEXT_BELOW
