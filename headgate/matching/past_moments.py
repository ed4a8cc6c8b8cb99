"""Find columns that record the past, and evidence against them: future dates, or a name for an end date."""

import re
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import TIMES, Column, Contract
from headgate.matching.word_likeness import name_words
from headgate.plain_names import in_plain_letters

# In English, German, French, Spanish, Italian and Dutch, in the letters a to z.
_ENDS_OF_VALIDITY = re.compile(
    r"\b(expir\w*|valid (until|till|thru|through|to)|best before|use by|due( date)?|sell by"
    r"|gultig bis|gueltig bis|ablauf\w*|verfall\w*|haltbar\w*|mhd|fallig\w*|faellig\w*|befristet\w*"
    r"|valable jusqu\w*|echeance|peremption|dlc|dluo|limite"
    r"|valido hasta|caduc\w*|vencimiento|vence|valido fino\w*|scaden\w*|scade"
    r"|geldig tot|verval\w*|houdbaar\w*|tht)\b"
)
# `placed_at`, `Bestelldatum`: when something happened, and not when its row was changed.
_EVENTS = re.compile(
    r"\b(placed|ordered|order date|purchased?|paid|shipped|delivered|created|booked|invoiced?"
    r"|signed up|registered|bestell\w*|kauf\w*|bezahl\w*|versand\w*|versendet\w*|geliefert\w*|liefer\w*"
    r"|erstellt\w*|angelegt\w*|rechnung\w*"
    r"|commande\w*|achat|paye\w*|expedi\w*|livr\w*|cree\w*|pedido|compra\w*|pagad\w*|enviad\w*|entregad\w*|cread\w*"
    r"|ordinat\w*|acquist\w*|pagat\w*|spedit\w*|consegn\w*|creat\w*|besteld\w*|betaald\w*|verzond\w*|geleverd\w*"
    r"|aangemaakt\w*)\b"
)


def records_the_past(column: Column, contract: Contract) -> bool:
    """Return whether a date or time records an event before the row was sent."""
    is_past = column.name in contract.order_by or name_words(column.name)[-1:] == ("at",)
    return column.type.kind in TIMES and is_past


def names_an_end(name: str) -> bool:
    """Return whether a name says until when something is valid.

    >>> names_an_end("Gültig bis"), names_an_end("valid_until"), names_an_end("Geändert am")
    (True, True, False)
    """
    return _ENDS_OF_VALIDITY.search(in_plain_letters(" ".join(name_words(name)))) is not None


def names_an_event(name: str) -> bool:
    """Return whether a name says when something happened, so that it is no time of a change.

    >>> names_an_event("placedAt"), names_an_event("Bestelldatum"), names_an_event("Stand")
    (True, True, False)
    """
    return _EVENTS.search(in_plain_letters(" ".join(name_words(name)))) is not None


def future_values(values: pa.Array) -> pa.Array:
    """Return the dates or times that are later than tomorrow, which no time zone explains."""
    return values.filter(are_future(values))


def are_future(values: pa.Array, now: datetime | None = None) -> pa.Array:
    """Return whether each date or time is later than tomorrow; null for a null."""
    tomorrow = (now or datetime.now(UTC)).replace(tzinfo=None) + timedelta(days=1)
    limit = pa.scalar(tomorrow, pa.timestamp("us")).cast(values.type, safe=False)
    return pc.greater(values, limit)
