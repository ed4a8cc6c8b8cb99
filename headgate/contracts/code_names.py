"""Names of card verification codes in German, French, Spanish, Italian and Dutch: one list for columns and
for free text.

A name is written once, with its accents. A blank separates words, a hyphen marks where words may be written
as one.
The leak scanner knows the same names by a list of its own.
"""

from __future__ import annotations

# Names of a code wherever they stand.
CODE_NAMES = (
    "karten-prüf-nummer",
    "karten-prüf-nr",
    "karten-prüf-ziffern",
    "karten-prüf-ziffer",
    "karten-prüf-code",
    "karten-prüf-wert",
    "karten-sicherheits-code",
    "karten-sicherheits-nummer",
    "sicherheits-code",
    "sicherheits-nummer",
    "cryptogramme visuel",
    "cryptogramme",
    "code de sécurité",
    "código de seguridad",
    "codice di sicurezza",
    "beveiligings-code",
    "veiligheids-code",
    "kaart-verificatie-code",
)
# A whole column's name. In a text they may be a part of another name, as of `TÜV-Prüfnummer`.
WHOLE_NAMES = ("prüf-nummer", "prüf-nr")
# KPN abbreviates Kartenprüfnummer as a column's name; in a text it is a phone company, too.
ABBREVIATED_NAMES = ("kpn",)
# Words for many things. In a text they name a code directly behind a card number, or beside the word card.
NAMES_BESIDE_CARD = (
    *ABBREVIATED_NAMES,
    "prüf-ziffern",
    "prüf-ziffer",
    "prüf-code",
    "verification code",
    "code",
    "código",
    "codice",
)

# Each letter with an accent: as one character or two, without the accent, and in German with an e behind it.
_SPELLINGS = {"ü": "(?:[üÜ]|u(?:e|\u0308)?+)", "é": "(?:[éÉ]|e\u0301?+)", "ó": "(?:[óÓ]|o\u0301?+)"}
_COMPARED = {"ü": "ue?", "é": "e", "ó": "o"}
_WORD_GAP, _OPTIONAL_GAP = r"[\W_]{1,3}", r"[\W_]{0,3}"


def code_name_pattern(names: tuple[str, ...]) -> str:
    """Return a pattern of the names as `sensitive_names.compared` writes them."""
    return "|".join(
        "".join({" ": "_", "-": "_?"}.get(sign) or _COMPARED.get(sign, sign) for sign in name)
        for name in names
    )


def names_in_text(names: tuple[str, ...]) -> str:
    """Return a pattern of the names as people write them, to be searched without regard to case.

    Letters are ASCII's: without `a`, ignoring case makes an s of U+017F and a k of U+212A, for which no row
    is searched.
    """
    return "|".join(
        "".join({" ": _WORD_GAP, "-": _OPTIONAL_GAP}.get(sign) or _letter(sign) for sign in name)
        for name in names
    )


def _letter(sign: str) -> str:
    return f"(?a:{_SPELLINGS[sign]})" if sign in _SPELLINGS else f"(?a:{sign})"
