"""Names of card verification codes in five languages besides English: one list for columns and free text.

Each name is listed once, with its accents. A blank separates words, a hyphen marks words that may be written
as one. The leak scanner has its own list of the same names.
"""

# Names of a code at any position.
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
# Complete names of columns. In a text they may be part of another name, such as `TÜV-Prüfnummer`.
WHOLE_NAMES = ("prüf-nummer", "prüf-nr")
# As a column's name KPN abbreviates Kartenprüfnummer; in a text it may be a phone company.
ABBREVIATED_NAMES = ("kpn",)
# General words. In a text they name a code only directly after a card number, or next to the word card.
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

# Each letter with an accent: as one or two characters, without the accent, and in German followed by an e.
_SPELLINGS = {"ü": "(?:[üÜ]|u(?:e|\u0308)?+)", "é": "(?:[éÉ]|e\u0301?+)", "ó": "(?:[óÓ]|o\u0301?+)"}
_COMPARED = {"ü": "ue?", "é": "e", "ó": "o"}
_WORD_GAP, _OPTIONAL_GAP = r"[\W_]{1,3}", r"[\W_]{0,3}"


def code_name_pattern(names: tuple[str, ...]) -> str:
    """Return a pattern of the names in the form of `sensitive_names.compared`."""
    return "|".join(
        "".join(
            {" ": "_", "-": "_?"}.get(character) or _COMPARED.get(character, character) for character in name
        )
        for name in names
    )


def names_in_text(names: tuple[str, ...]) -> str:
    """Return a pattern of the names as people write them, for a search that ignores case.

    The flag `a` restricts letters to ASCII: otherwise U+017F matches s and U+212A matches k, and the search
    for rows finds neither.
    """
    return "|".join(
        "".join(
            {" ": _WORD_GAP, "-": _OPTIONAL_GAP}.get(character) or _letter(character) for character in name
        )
        for name in names
    )


def _letter(character: str) -> str:
    return f"(?a:{_SPELLINGS[character]})" if character in _SPELLINGS else f"(?a:{character})"
