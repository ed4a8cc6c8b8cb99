import re
from itertools import chain

from headgate.contracts.month_names import MONTHS
from headgate.plain_names import in_plain_letters, romanized

_NAMELESS = "dataset"
# The time of one delivery at the end of a name: a day with or without its time, a month, a year, a week or a
# quarter. Two digits alone may be anything, as in covid_19.
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_SHORT_YEAR, _CLOCK = "[0-9]{2}", "(?:_?(?:[01][0-9]|2[0-3])(?:_?[0-5][0-9]){1,2})?"
_DATES = (
    f"{_YEAR}_?{_MONTH}_?{_DAY}{_CLOCK}",
    f"{_DAY}_?{_MONTH}_?{_YEAR}{_CLOCK}",
    f"{_YEAR}_?{_MONTH}",
    f"{_MONTH}_?{_YEAR}",
    _YEAR,
    f"{_SHORT_YEAR}_?{_MONTH}_?{_DAY}",
    f"{_DAY}_?{_MONTH}_?{_SHORT_YEAR}",
    f"{_MONTH}_?{_DAY}",
    f"{_DAY}_?{_MONTH}",
)
_WEEK = "(?:wk|kw|week|woche)_?(?:5[0-3]|[1-4][0-9]|0?[1-9])"
_NAME_OF_MONTH = "|".join(sorted({in_plain_letters(name) for of in MONTHS.values() for name in chain(*of)}))
_NAMED_MONTH = f"(?:{_NAME_OF_MONTH})_?(?:{_YEAR}|{_SHORT_YEAR})|{_YEAR}_?(?:{_NAME_OF_MONTH})"
_TIMES = re.compile(rf"(?:_(?:{_WEEK}|q[1-4]|{_NAMED_MONTH}|{'|'.join(_DATES)}))+$")


def dataset_name_of(file_name: str) -> str:
    """Return a name for a folder and a table: `Lieferung März.csv.gz` gives `lieferung_marz`."""
    plain = in_plain_letters(romanized(file_name.partition(".")[0]))
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if name[:1].isalpha() else "_".join(part for part in (_NAMELESS, name) if part)


def without_time(name: str) -> str:
    """Return a dataset's name without the time of one delivery, because the next one has another.

    >>> [without_time(name) for name in ("manifest_wk23", "counts_2026_06_11", "returns_q2", "ean_13a")]
    ['manifest', 'counts', 'returns', 'ean_13a']
    """
    return _TIMES.sub("", name)
