"""Recognize names of columns with sensitive or other numbers, for drafts, contracts and profiles.

Names are compared in lower case, without accents, with `_` between words: `Card Number`, `card-number` and
`CardNumber` are equal.

Source: PCI DSS v4.0.1, req. 3, for the protected data; the names are from practice.
"""

import re
import unicodedata
from functools import lru_cache

from headgate.contracts.code_names import ABBREVIATED_NAMES, CODE_NAMES, WHOLE_NAMES, code_name_pattern
from headgate.contracts.model import Content, Mask
from headgate.contracts.personal_names import is_personal

_NUMBER = r"(?:_?(?:number|num|no|nr))"
# Suffixes that do not change the meaning of a name. `last4`, `token`, `brand` and `hash` do change it.
_BEHIND = r"(?:_?[0-9]|_(?:raw|full|plain|clear|value|text|str))?"
# A statement about a card, such as `has_credit_card`, is not a card number.
_BEFORE = r"(?!(?:is|has|hat|ist)_)(?:.*_)?"
_CODES = code_name_pattern(CODE_NAMES)
# `tuv_prufnummer` is the number of a certificate.
_WHOLE_CODES = rf"(?<!_)(?:karten?_)?(?:{code_name_pattern((*WHOLE_NAMES, *ABBREVIATED_NAMES))})"
# In German, French, Spanish, Italian and Dutch. `Kartennummer` alone may be of any card.
_CARDS = (
    r"kredit_?karten?(?:_?(?:nummer|nr))?|credit_?kaart(?:_?(?:nummer|nr))?"
    r"|(?:numero_(?:de_)?(?:la_)?)?carte_(?:bancaire|de_credit)"
    r"|(?:numero_de_(?:la_)?)?tarjeta_de_credito|numero_de_(?:la_)?tarjeta"
    r"|(?:numero_(?:della_)?)?carta_di_credito"
)
# `track` alone may be a song, and `verification_code` alone may be any code.
_NAMES: tuple[tuple[Mask, str], ...] = (
    (Mask.TRACK, r"(?:track_?(?:[123]|data)(?:_?data)?|mag_?stripe(?:_?data)?|magnetic_?stripe(?:_?data)?)"),
    (
        Mask.CVV,
        (
            r"(?:(?:(?:cvv2?|cvc2?|cvn2?|cav2|csc)|card_?(?:security|verification))(?:_?(?:code|value)"
            rf"|{_NUMBER})?|security_?code|{_CODES}|{_WHOLE_CODES})"
        ),
    ),
    (
        Mask.PAN,
        (
            rf"(?:pan{_NUMBER}?|ccn|cc{_NUMBER}|primary_?account{_NUMBER}|(?:credit|debit"
            rf"|payment)_?card{_NUMBER}?|card(?:_?pan|{_NUMBER})|{_CARDS})"
        ),
    ),
    (Mask.SSN, rf"(?:ssn{_NUMBER}?|social_?security{_NUMBER}?)"),
)
_MASKED = tuple((mask, re.compile(_BEFORE + names + _BEHIND)) for mask, names in _NAMES)
# Further columns that a profile hides, in English, German, French, Spanish, Italian and Dutch.
_SENSITIVE = re.compile(
    r"(?:^|_)(?:pan|cc|cvv2?|cvc2?|csc|cid|ssn|sin|iban|passport|track|password|pwd|secret|pin"
    r"|passwort|kennwort|geheimnummer|mot_de_passe|contrasena|clave_secreta|parola_chiave|wachtwoord"
    r"|pincode)(?:_|$)"
    r"|(?:card|account)_?(?:number|num|no|nr|pan)(?:_|$)|credit_?card|social_?security|(?:security"
    r"|verification)_?code"
)


# Numbers of other kinds. The leak scanner has its own list of these names.
_OTHER_NUMBERS: tuple[tuple[Content, str], ...] = (
    (Content.PHONE, r"(?:tele|cell_?)?(?:phone|fax|mobile|tel)s?|telefon|handy|mobil|msisdn|whatsapp"),
    (
        Content.TAX_NUMBER,
        r"tax|vat|tin|ein|steuer(?:nummer|id)?|ust_?id|cnpj|cpf|gstin|siret|siren|nif|abn|ico",
    ),
    (Content.BANK_ACCOUNT, r"iban|bank_?account|konto(?:nummer)?|bban|clabe|sort_?code|routing"),
    (Content.TRACKING_NUMBER, r"tracking|waybill|awb|parcel|sendungsnummer|sscc"),
    (Content.GTIN, r"gtin|ean|upc|barcode|isbn|jan"),
    (Content.TIMESTAMP, r"timestamp|epoch|unix_?time|ts(?=_?(?:ms|us|ns)?$)"),
)
_CONTENTS = tuple(
    (content, re.compile(rf"(?:.*_)?(?:{names})(?:_?[0-9]*)(?:_.*)?")) for content, names in _OTHER_NUMBERS
)
# Attributes of a number's owner: `tax_rate`, `parcel_count` and `phone_model` are not such numbers.
_MEASURES = re.compile(
    r".*_(?:rate|amount|count|total|percent|pct|share|type|model|brand|status|class|name|price|fee|at|on"
    r"|date|url|carrier)"
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE"})
PERSONAL = "personal"  # the ODCS classification of data about a person


def is_personal_name(name: str) -> bool:
    """Return whether the name denotes data about a person: a name, contact, birthday, address or account."""
    return is_personal(compared(in_german_spelling(name)))


def in_german_spelling(name: str) -> str:
    """Return the name with ae for ä, since words may differ by the mark alone: Zähler are meters, Zahler pay.

    >>> in_german_spelling("Zähler"), in_german_spelling("Prénom")
    ('Zaehler', 'Prénom')
    """
    return unicodedata.normalize("NFC", name).translate(_UMLAUTS)


@lru_cache(maxsize=4096)  # files have the same columns again and again
def compared(name: str) -> str:
    """Return a name for comparison: words in lower case, without accents and with `_` between them."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char)
    ).replace("ß", "ss")
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain).lower()).strip("_")


def mask_by_name(name: str) -> Mask | None:
    """Return the mask that a column of this name needs, or None."""
    plain = compared(name)
    return next((mask for mask, names in _MASKED if names.fullmatch(plain)), None)


def content_by_name(name: str) -> Content | None:
    """Return the kind of other numbers that the name denotes, such as phone or tax numbers, or None."""
    plain = compared(name)
    if _MEASURES.fullmatch(plain):
        return None
    return next((content for content, names in _CONTENTS if names.fullmatch(plain)), None)


def is_sensitive_name(name: str) -> bool:
    """Return whether the name denotes card data, a person's number or a secret.

    These are more names than those that need a mask.
    """
    return mask_by_name(name) is not None or bool(_SENSITIVE.search(compared(name)))
