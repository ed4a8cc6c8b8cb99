"""Measures that add up over rows, by the unit and the words of their heading."""

import re

from headgate.contracts.model import Column
from headgate.plain_names import column_name

# Languages of the words: English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish,
# Russian by its sounds. A price is of one piece unless its words say that
# it is a total.
_PRICE = re.compile(
    r"prices?|preis|prix|preco|precos|precio|precios|prezzo|prezzi|prijs|cena|tsena|pris"
    r"|(?!gesamt|summen|total)[a-z]*(?:preis|prijs)"
)
_PRICE_IN_SIGNS = re.compile("[单単單][价価價]|단가")  # of one piece, in Chinese, Japanese and Korean
_TOTAL = re.compile(
    r"(?:^|_)(?:total|totals|totale|totaal|gesamt|summe|sum|line|extended|importe|suma|lacznie|he_ji)(?:_|$)"
)
_OF_ONE_PIECE = (
    "unit unitario unitaria unitaire unidad unidade unita einzel stueck stuck stuk each per pro por cada"
)
_RATES = (
    "rate rates ratio taxa tasa taux tasso satz quote percent percentage pct prozent procent porcentaje"
    " porcentagem percentual pourcentage percentuale share anteil"
)
_OPINIONS = "rating ratings score rank bewertung sterne note avaliacao calificacion valoracion voto ocena"
_STATES = (
    "temperature temp temperatur temperatura humidity pressure level balance saldo solde kontostand index"
)
_MEANS = "avg average mean median min max durchschnitt mittelwert moyenne promedio media"
_NAMES = "id ids nr no number code"
_NOT_ADDITIVE = frozenset(f"{_OF_ONE_PIECE} {_RATES} {_OPINIONS} {_STATES} {_MEANS} {_NAMES}".split())
_NOT_ADDITIVE_UNIT = re.compile(
    r"share|percent|probability|score|rank|ratio|°.*|\w+ (?:per|since) .*|.+/.+|%"
)


def adds_up_over_rows(column: Column) -> bool:
    """Return whether a sum of the column over rows says something: of amounts, not of prices and rates.

    The contract's own word is final where it says no; it is silent of most columns, which people drafted from
    a file.
    """
    if not column.adds_up or _NOT_ADDITIVE_UNIT.fullmatch(column.unit):
        return False
    if _PRICE_IN_SIGNS.search(column.label):
        return False
    names = {column_name(text) for text in (column.name, column.label) if text}
    return not any(_is_of_one_thing(name) for name in names)


def _is_of_one_thing(name: str) -> bool:
    words = name.split("_")
    is_price = any(map(_PRICE.fullmatch, words)) and not _TOTAL.search(name)
    return is_price or not _NOT_ADDITIVE.isdisjoint(words)
