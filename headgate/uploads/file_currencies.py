"""Currencies of a file: ISO 4217 codes in a column, or signs next to numbers or in a header."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.currency import CODES, SHARED_SIGNS, SPELLINGS, WORDS_TOO

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pyarrow as pa


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, texts), key=len, reverse=True))


# Codes without another spelling are read in capitals only: `all` and `top` are words.
_OTHER_CODES = CODES - {*SPELLINGS}
_SPELLED = {text: code for code, texts in SPELLINGS.items() for text in (*texts, code)}
_CODE_OF = {text.casefold(): code for text, code in _SPELLED.items()} | {code: code for code in _OTHER_CODES}
_SIGNS = f"(?i:{_any_of(_SPELLED)})|{_any_of(_OTHER_CODES)}"
_NUMBER = r"[-+(]?\d[\d.,'\s]*\)?"
_AMOUNT = re.compile(rf"(?P<before>{_SIGNS})\s*{_NUMBER}|{_NUMBER}\s*(?P<behind>{_SIGNS})")
_LETTER = r"[^\W\d_]"
# In headers, codes in lower case are also accepted, except `try`, which is an English word.
_CODE_IN_HEADER = (
    {code: code for code in _OTHER_CODES}
    | _SPELLED
    | {code.lower(): code for code in SPELLINGS if code != "TRY"}
)
# A code that is a word, too, is one in brackets only: `Giá (VND)`, `Price VND` and `Price (PEN)`.
_IN_HEADER = re.compile(
    rf"(?<!{_LETTER})(?:{_any_of({*_CODE_IN_HEADER} - WORDS_TOO)})(?!{_LETTER})"
    rf"|(?<=[(\[])(?:{_any_of(WORDS_TOO)})(?=[)\]])"
)
_MIN_SHARE = 0.5  # of a column's values that state a currency


@dataclass
class FileCurrencies:
    """Counts of rows per currency and column.

    Counted are columns of which most of the first values have a currency, and amounts with one in the header.
    """

    amounts: Collection[str] = ()
    _headed: dict[str, str] = field(default_factory=dict)
    _columns: tuple[str, ...] | None = None
    _counts: dict[str, Counter[str]] = field(default_factory=dict)
    _signs: dict[str, set[str]] = field(default_factory=dict)

    def add(self, columns: Mapping[str, pa.Array]) -> None:
        """Count the next rows."""
        if self._columns is None:
            self._columns = tuple(name for name, text in columns.items() if _states_currency(text))
            amounts = {*columns} & {*self.amounts} - {*self._columns}
            self._headed = {name: code for name in amounts if (code := currency_in_header(name))}
            self._signs = {name: {*_IN_HEADER.findall(name)} for name in self._headed}
            self._signs |= {name: _signs(columns[name]) for name in self._columns}
        for name in self._columns:
            self._counts.setdefault(name, Counter()).update(_currencies(columns[name]))
        for name, code in self._headed.items():
            filled = pc.sum(pc.not_equal(pc.utf8_trim_whitespace(columns[name]), "")).as_py() or 0
            self._counts.setdefault(name, Counter())[code] += filled

    @property
    def by_column(self) -> dict[str, dict[str, int]]:
        """The rows of each currency by column, most rows first."""
        return {name: dict(counts.most_common()) for name, counts in self._counts.items() if counts}

    @property
    def shared_signs(self) -> dict[str, tuple[str, ...]]:
        """A sign of several currencies with these, by column whose amounts have no other sign."""
        only = {name: next(iter(signs)) for name, signs in self._signs.items() if len(signs) == 1}
        return {name: (sign, *SHARED_SIGNS[sign]) for name, sign in only.items() if sign in SHARED_SIGNS}


def currency_in(text: str) -> str:
    """Return the currency code in a value; empty for none."""
    plain = text.strip()
    if code := _code_of(plain):
        return code
    amount = _AMOUNT.fullmatch(plain)
    return _code_of(amount["before"] or amount["behind"]) if amount else ""


def _code_of(text: str) -> str:
    return _CODE_OF.get(text) or _CODE_OF.get(text.casefold(), "")


def currency_in_header(header: str) -> str:
    """Return the only currency code in a header; empty for none or several."""
    codes = {_CODE_IN_HEADER[text] for text in _IN_HEADER.findall(header)}
    return codes.pop() if len(codes) == 1 else ""


def _states_currency(text: pa.Array) -> bool:
    filled = [value for value in text.to_pylist() if value and value.strip()]
    return bool(filled) and sum(map(bool, map(currency_in, filled))) >= _MIN_SHARE * len(filled)


def _signs(text: pa.Array) -> set[str]:
    """Return the signs and codes of the amounts in the first values."""
    plain = {value.strip() for value in text.to_pylist() if value}
    amounts = filter(None, map(_AMOUNT.fullmatch, plain))
    return {(amount["before"] or amount["behind"]).casefold() for amount in amounts}


def _currencies(text: pa.Array) -> Iterable[str]:
    for counted in pc.value_counts(text).to_pylist():
        if code := currency_in(counted["values"] or ""):
            yield from [code] * counted["counts"]
