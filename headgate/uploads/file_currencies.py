"""The currencies of a file's amounts, by codes of ISO 4217 in a column of their own, or by signs beside
numbers or in the header of an amount.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.currency import SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pyarrow as pa

_CODE_OF = {text.casefold(): code for code, texts in SPELLINGS.items() for text in (*texts, code)}
_SIGNS = "|".join(sorted(map(re.escape, _CODE_OF), key=len, reverse=True))
_NUMBER = r"[-+(]?\d[\d.,'\s]*\)?"
_AMOUNT = re.compile(rf"(?P<before>{_SIGNS})\s*{_NUMBER}|{_NUMBER}\s*(?P<behind>{_SIGNS})", re.IGNORECASE)
_LETTER = r"[^\W\d_]"
# A small code is a word of a header, too. That of Turkey's is also a word of English.
_CODE_IN_HEADER = {text: code for code, texts in SPELLINGS.items() for text in (*texts, code)} | {
    code.lower(): code for code in SPELLINGS if code != "TRY"
}
_IN_HEADER = re.compile(
    rf"(?<!{_LETTER})(?:{'|'.join(sorted(map(re.escape, _CODE_IN_HEADER), key=len, reverse=True))})"
    rf"(?!{_LETTER})"
)
_LEAST_SHARE = 0.5  # of a column's values that state a currency


@dataclass
class FileCurrencies:
    """Counts the rows of each currency by column.

    Only columns are counted of which most of the first values state one, and amounts whose header does.
    """

    amounts: Collection[str] = ()
    _headed: dict[str, str] = field(default_factory=dict)
    _columns: tuple[str, ...] | None = None
    _counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, columns: Mapping[str, pa.Array]) -> None:
        """Add the next rows."""
        if self._columns is None:
            self._columns = tuple(name for name, text in columns.items() if _states_currency(text))
            amounts = {*columns} & {*self.amounts} - {*self._columns}
            self._headed = {name: code for name in amounts if (code := currency_in_header(name))}
        for name in self._columns:
            self._counts.setdefault(name, Counter()).update(_currencies(columns[name]))
        for name, code in self._headed.items():
            filled = pc.sum(pc.not_equal(pc.utf8_trim_whitespace(columns[name]), "")).as_py() or 0
            self._counts.setdefault(name, Counter())[code] += filled

    @property
    def by_column(self) -> dict[str, dict[str, int]]:
        """The rows of each currency by column, most rows first."""
        return {name: dict(counts.most_common()) for name, counts in self._counts.items() if counts}


def currency_in(text: str) -> str:
    """Return the code of the currency that a value states; empty for none."""
    plain = text.strip().casefold()
    if code := _CODE_OF.get(plain):
        return code
    amount = _AMOUNT.fullmatch(plain)
    return _CODE_OF[amount["before"] or amount["behind"]] if amount else ""


def currency_in_header(header: str) -> str:
    """Return the code of the only currency that a header states; empty for none and for several."""
    codes = {_CODE_IN_HEADER[text] for text in _IN_HEADER.findall(header)}
    return codes.pop() if len(codes) == 1 else ""


def _states_currency(text: pa.Array) -> bool:
    filled = [value for value in text.to_pylist() if value and value.strip()]
    return bool(filled) and sum(map(bool, map(currency_in, filled))) >= _LEAST_SHARE * len(filled)


def _currencies(text: pa.Array) -> Iterable[str]:
    for counted in pc.value_counts(text).to_pylist():
        if code := currency_in(counted["values"] or ""):
            yield from [code] * counted["counts"]
