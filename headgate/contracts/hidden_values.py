"""The rules that hide the values of a column, and their words."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class HiddenBy(StrEnum):
    """The rule that hides the values of a column."""

    CONTRACT = "contract"
    NAME = "name"
    CARD_NUMBERS = "card_numbers"
    VERIFICATION_CODES = "verification_codes"
    SECRETS = "secrets"
    NO_VALUES = "no_values"
    PERSONAL = "personal"


_HIDDEN_BECAUSE = {
    HiddenBy.CONTRACT: "the contract declares the column as sensitive",
    HiddenBy.NAME: "the column has a name of sensitive data, such as a card number, a code or a password",
    HiddenBy.CARD_NUMBERS: "they look like card numbers",
    HiddenBy.VERIFICATION_CODES: "they have three or four digits, like the verification codes of cards",
    HiddenBy.SECRETS: "some look like card numbers or social security numbers",
    HiddenBy.NO_VALUES: "the column has no value that shows what it is, and the dataset masks columns",
    HiddenBy.PERSONAL: "they may be about people",
}


def words_of_rule(rule: HiddenBy) -> str:
    """Return the end of the sentence "Its values are not shown: …"."""
    return _HIDDEN_BECAUSE[rule]


def hidden_because(facts: Mapping[str, Any]) -> str:
    """Return why a profile hides the values of a column; profiles of older versions do not name the rule."""
    rule = facts.get("hidden_by")
    return words_of_rule(HiddenBy(rule)) if rule else "by its name or values, the column may be sensitive"


NOTHING_HIDDEN: Mapping[str, HiddenBy] = MappingProxyType({})
