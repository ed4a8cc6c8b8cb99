"""Which names say that a column holds card data or a person's number: one list for drafts, for contracts and for profiles.

Names are compared in lower case with `_` between their words, so `Card Number`, `card-number` and `CardNumber` are one.

Source: PCI DSS v4.0.1, req. 3, for what is protected; the names are those that people give it.
"""

from __future__ import annotations

import re

from headgate.contracts.model import Mask

_NUMBER = r"(?:_?(?:number|num|no|nr))"
# What may stand behind such a name and changes nothing about what it holds. `last4`, `token`, `brand` and `hash` do.
_BEHIND = r"(?:_?[0-9]|_(?:raw|full|plain|clear|value|text|str))?"
# A claim about a card, as `has_credit_card` is, is no card.
_BEFORE = r"(?!(?:is|has)_)(?:.*_)?"
# A bare `track` may be a song, and a bare `verification_code` may be anyone's.
_NAMES: tuple[tuple[Mask, str], ...] = (
    (Mask.TRACK, r"(?:track_?(?:[123]|data)(?:_?data)?|mag_?stripe(?:_?data)?|magnetic_?stripe(?:_?data)?)"),
    (
        Mask.CVV,
        rf"(?:(?:(?:cvv2?|cvc2?|cvn2?|cav2|csc)|card_?(?:security|verification))(?:_?(?:code|value)|{_NUMBER})?|security_?code)",
    ),
    (
        Mask.PAN,
        rf"(?:pan{_NUMBER}?|ccn|cc{_NUMBER}|primary_?account{_NUMBER}|(?:credit|debit|payment)_?card{_NUMBER}?|card(?:_?pan|{_NUMBER}))",
    ),
    (Mask.SSN, rf"(?:ssn{_NUMBER}?|social_?security{_NUMBER}?)"),
)
_MASKED = tuple((mask, re.compile(_BEFORE + names + _BEHIND)) for mask, names in _NAMES)
# What a profile hides beside them.
_SENSITIVE = re.compile(
    r"(?:^|_)(?:pan|cc|cvv2?|cvc2?|csc|cid|ssn|sin|iban|passport|track|password|pwd|secret|pin)(?:_|$)"
    r"|(?:card|account)_?(?:number|num|no|nr|pan)(?:_|$)|credit_?card|social_?security|(?:security|verification)_?code"
)


PERSONAL = "personal"  # the ODCS classification of data about a person
# Names of columns about a person, in English, German, French, Spanish, Italian and Dutch. Source: GDPR, art. 4 (1).
_PERSONAL = re.compile(
    r"(?:.*_)?(?:first_?name|last_?name|full_?name|middle_?name|maiden_?name|sur_?name|given_?name|family_?name"
    r"|customer_?name|user_?name|contact_?name|borrower(?:_?name)?|patient(?:_?name)?|employee_?name|member_?name"
    r"|vor_?name|nach_?name|kunden?_?name|kunde|ansprechpartner|prenom|apellidos?|cognome|achternaam|voornaam"
    r"|e_?mail(?:_?(?:address|adresse))?|mail_?adresse|(?:tele)?phone(?:_?(?:number|num|no|nr))?|telefon(?:_?(?:nummer|nr))?|tel(?:_?(?:nr|no))?"
    r"|mobile(?:_?(?:number|no|phone))?|handy(?:_?(?:nummer|nr))?|fax(?:_?(?:number|no|nummer))?"
    r"|birth_?(?:day|date)|date_?of_?birth|dob|geburts_?(?:tag|datum)|date_?de_?naissance"
    r"|street(?:_?address)?|home_?address|postal_?address|address(?:_?line)?_?[12]?|strasse|adresse|anschrift|ip_?address)"
)


def is_personal_name(name: str) -> bool:
    """Whether the name says that the column holds data about a person: a name, a contact, a birthday or an address."""
    return _PERSONAL.fullmatch(compared(name)) is not None


def compared(name: str) -> str:
    """The name as it is compared: words in lower case with `_` between them."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")


def mask_by_name(name: str) -> Mask | None:
    """The mask that a column of that name needs; None where the name says nothing."""
    plain = compared(name)
    return next((mask for mask, names in _MASKED if names.fullmatch(plain)), None)


def is_sensitive_name(name: str) -> bool:
    """Whether the name says that the column holds card data, a person's number or a secret: what asks for a mask, and more."""
    return mask_by_name(name) is not None or bool(_SENSITIVE.search(compared(name)))
