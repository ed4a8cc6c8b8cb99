"""How a source writes the values of a column: date patterns, separators, symbols, words and nulls."""

from dataclasses import dataclass

EITHER = "either"
SECONDS = "s"  # the unit of durations
SHOWN_AS_DURATION = "s as h:mm:ss"  # the unit of seconds that pages show as their source writes them
EPOCHS = ("s", "ms")  # seconds and milliseconds since 1970 in UTC
DURATIONS = ("h:mm:ss", "h:mm", "m:ss")


@dataclass(frozen=True)
class SourceFormat:
    """The format of a column in its source. The defaults are the plain spelling of the column's type.

    Attributes:
        patterns: alternatives for dates or timestamps; empty for ISO 8601.
        epoch: one of `EPOCHS`, for timestamps; ISO 8601 is read beside it.
        timezone: IANA name of the zone of timestamps without an offset; empty for UTC.
        year_from: the first of the hundred years that `yy` covers.
        language: language of month names.
        decimal, thousands: separators. A blank as `thousands` also accepts a no-break space (U+00A0, U+202F).
            `EITHER` as `decimal` reads each number by itself, with points or commas, and points, commas or
            blanks between thousands; a text with two meanings, such as `1.299`, is no number.
        currency, units: symbols before or after a number; all symbols of one column mean the same.
        percent: `fraction` reads `19 %` as 0.19, `points` as 19; the percent sign is then required.
        minus: `trailing` also reads `5,00-` as -5.00, as SAP writes it; `parentheses` reads `(5.00)`, as in
            accounting.
        duration: one of `DURATIONS`; reads `2:01:12` as 7272 seconds. ISO 8601 durations are read beside it.
        true_words, false_words: words for true and false, compared without case; empty for the plain words.
        nulls: texts that mean null, compared exactly, after `trim`.
        case: `upper` or `lower` converts a text.
    """

    patterns: tuple[str, ...] = ()
    epoch: str = ""
    timezone: str = ""
    year_from: int = 2000
    language: str = "en"
    decimal: str = "."
    thousands: str = ""
    currency: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    percent: str = ""
    minus: str = ""
    duration: str = ""
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    trim: bool = False
    case: str = ""

    @property
    def is_plain_number(self) -> bool:
        """Whether numbers are written in the plain spelling."""
        return (self.decimal, self.thousands, self.percent, self.minus) == (".", "", "", "") and not (
            self.currency or self.units or self.duration
        )


PLAIN = SourceFormat()
