"""The currency of a file's amounts, where a line above its header states it: `All amounts in DKK`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.contracts.currency import CODES, SPELLINGS, WORDS_TOO
from headgate.contracts.model import Kind
from headgate.formats.csv.probe_rows import probe_rows
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.sniff import text_of
from headgate.plain_names import in_plain_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.contracts.model import Column
    from headgate.drafts.read_sample import DraftSample

_PROBE_BYTES = 1 << 16
# Languages of the words: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish.
_AMOUNTS = (
    "amount amounts price prices value values figures betrag betrage betraege preise preis werte angaben"
    " montant montants prix importe importes precios precio importi importo prezzi prezzo valores valor"
    " precos bedrag bedragen prijzen kwota kwoty ceny cena currency waehrung wahrung devise monnaie moneda"
    " divisa valuta moeda waluta"
)
_STATES_AMOUNTS = frozenset(_AMOUNTS.split())
# Words of a column's name for amounts, and of those that are never one.
_NAMES_OF_AMOUNTS = (
    "total subtotal sum summe gesamt cost costs fee fees tax vat net gross revenue sales turnover budget"
    " actual salary wage balance debit credit paid payment profit margin income expense expenses kosten"
    " gebuehr gebuhr steuer mwst netto brutto umsatz gehalt lohn saldo soll haben gewinn ertrag aufwand"
    " einzelpreis stueckpreis stuckpreis gesamtpreis rechnungsbetrag cout couts ventes coste ventas costo"
    " omzet koszt"
)
_OTHER_NAMES = (
    "rate ratio share percent percentage pct prozent anteil quote kurs exchange quantity qty menge anzahl"
    " stueck stuck count number nr no hours stunden days tage weight gewicht poids peso kg g t km m cm mm l"
    " ml kwh temperature temp lat lon lng latitude longitude score rating length width height size distance"
    " age year month day"
)
_NAMED_AMOUNT = _STATES_AMOUNTS | {*_NAMES_OF_AMOUNTS.split()}
_NO_AMOUNT = frozenset(_OTHER_NAMES.split())
# The amounts of such a line are thousands or millions.
_SCALED = re.compile(
    r"\b(?:k|t|tsd|mio|mln|mrd|mn|bn|thousands?|tausend|millions?|millionen|millones|milioni|miles|milliers"
    rf"|tysiace|000s?|[kt](?:{'|'.join(sorted(CODES)).lower()}))\b|\b1[., ']?000\b|'000"
)
_SPELLED = {
    sign: code for code, signs in SPELLINGS.items() for sign in signs if len(sign) > 1 or not sign.isascii()
} | {code: code for code in CODES - WORDS_TOO}
_CURRENCY = re.compile(
    rf"(?<![^\W\d_])(?:{'|'.join(sorted(map(re.escape, _SPELLED), key=len, reverse=True))})(?![^\W\d_])"
)
_ALONE = re.compile(r"\W*(?:in|en|em|w)?\W*", re.IGNORECASE)


def stated_currencies(
    columns: Iterable[Column], sample: DraftSample, padded: frozenset[str]
) -> dict[str, str]:
    """Return the currency of each column of amounts without a unit; none where no line above states one.

    Args:
        padded: the columns whose numbers have as many decimals in each row.
    """
    code = _stated_currency(sample)
    return {column.name: code for column in columns if code and _is_amount(column, padded)}


def _is_amount(column: Column, padded: frozenset[str]) -> bool:
    declared = column.format
    has_unit = column.unit or (
        declared and (declared.currency or declared.units or declared.percent or declared.duration)
    )
    if has_unit or column.type.kind not in {Kind.DECIMAL, Kind.BIGINT, Kind.INTEGER, Kind.DOUBLE}:
        return False
    words = {
        *re.findall("[a-z]+|[0-9]+", in_plain_letters(f"{column.name} {column.label}".replace("_", " ")))
    }
    return words.isdisjoint(_NO_AMOUNT) and (not words.isdisjoint(_NAMED_AMOUNT) or column.name in padded)


def _stated_currency(sample: DraftSample) -> str:
    """Return the currency that the lines above the header state; empty for none or several."""
    codes = {code for line in _lines_above(sample) if (code := currency_of_line(line))}
    return codes.pop() if len(codes) == 1 else ""


def currency_of_line(line: str) -> str:
    """Return the currency in which a line says that amounts are; empty for another line, and for thousands.

    >>> currency_of_line("All amounts in DKK"), currency_of_line("Preise in PLN"), currency_of_line("in SEK")
    ('DKK', 'PLN', 'SEK')
    >>> currency_of_line("Amounts in 1,000 DKK"), currency_of_line("Report of the DKK account, March")
    ('', '')
    """
    codes = {_SPELLED[sign] for sign in _CURRENCY.findall(line)}
    if len(codes) != 1 or _SCALED.search(in_plain_letters(line)):
        return ""
    rest = _CURRENCY.sub(" ", line)
    words = re.findall("[a-z]+", in_plain_letters(rest))
    return codes.pop() if _ALONE.fullmatch(rest) or not _STATES_AMOUNTS.isdisjoint(words) else ""


def _lines_above(sample: DraftSample) -> list[str]:
    received = sample.received
    if received.format_name in WORKBOOKS:
        return _rows_above(sample) if received.skipped_lines and len(received.sheets) == 1 else []
    dialect = received.dialect
    if dialect is None or not dialect.skipped_lines:
        return []
    encoding = received.written_as.get("encoding", "")
    content = sample.content
    head = text_of(content[:_PROBE_BYTES], encoding, is_cut=len(content) > _PROBE_BYTES).utf8
    rows = probe_rows(head.decode("utf-8", errors="ignore"), dialect.form)
    return [" ".join(row.texts) for row in rows[: dialect.skipped_lines]]


def _rows_above(sample: DraftSample) -> list[str]:
    from headgate.formats.excel.read_excel import sheets  # noqa: PLC0415 few files are workbooks

    (name,) = sample.received.sheets
    first = int(sample.received.sheet_rows.min()) if len(sample.received.sheet_rows) else 0
    read = next(sheet for sheet in sheets(sample.content) if sheet.name == name)
    return [" ".join(filter(None, row)) for row in read.rows[: max(0, first - 2)]]
