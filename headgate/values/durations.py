"""Read durations such as `2:01:12` and `PT2H1M12S` as seconds.

Three parts are always hours, minutes and seconds. The format says whether two parts are hours and minutes or
minutes and seconds. ISO 8601 durations of days and less have one meaning, and every format reads them.
"""

import re
from collections.abc import Sequence

import pyarrow as pa

from headgate.contracts.source_format import DURATIONS
from headgate.values.cells import by_unique, flags, matches, text_array

_HOURS, _MINUTES = r"(?P<hours>[0-9]{1,7})", r"(?P<minutes>[0-5][0-9])"
_FRACTION = r"(?:[.,](?P<fraction>[0-9]{1,9}))?"
_MINUS, _SECONDS = r"(?P<minus>-?)", rf"(?P<seconds>[0-5][0-9]){_FRACTION}"
_THREE_PARTS = re.compile(f"{_MINUS}{_HOURS}:{_MINUTES}:{_SECONDS}")
_TWO_PARTS = {
    "h:mm": re.compile(f"{_MINUS}{_HOURS}:{_MINUTES}"),
    "m:ss": re.compile(rf"{_MINUS}(?P<minutes>[0-9]{{1,7}}):{_SECONDS}"),
}
# Source: ISO 8601-1, section 5.5.2. Years and months have no number of seconds.
_ISO = re.compile(
    rf"{_MINUS}P(?:(?P<days>[0-9]{{1,6}})D)?(?:T(?=[0-9])(?:{_HOURS}H)?(?:(?P<minutes>[0-9]{{1,9}})M)?"
    rf"(?:(?P<seconds>[0-9]{{1,12}}){_FRACTION}S)?)?(?<=[DHMS])"
)
_SECONDS_OF = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}  # by the unit of Arrow
_SHORT_S = 6 * 3_600
_TIME_OF_DAY = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?"
_SHORT = r"-?[0-9]{1,7}:[0-5][0-9](?:[.,][0-9]{1,9})?"


def plain_durations(texts: pa.Array, written: str) -> pa.Array:
    """Return the seconds of each duration in plain form; null for other texts.

    Args:
        written: a format of `DURATIONS`.
    """
    patterns = [_THREE_PARTS, _ISO, *([_TWO_PARTS[written]] if written in _TWO_PARTS else [])]
    unique, at = by_unique(texts)
    return text_array(_seconds(text, patterns) for text in unique.to_pylist()).take(at)


def duration_texts(stored: pa.Array) -> pa.Array:
    """Return durations of Arrow as hours, minutes and seconds, such as `26:00:00.5`."""
    per_second = _TICKS[stored.type.unit]
    return text_array(
        None if ticks is None else _clock_text(ticks, per_second)
        for ticks in stored.cast(pa.int64()).to_pylist()
    )


def _clock_text(ticks: int, per_second: int) -> str:
    seconds, rest = divmod(abs(ticks), per_second)
    fraction = f".{rest:0{len(str(per_second)) - 1}}".rstrip("0") if rest else ""
    sign = "-" if ticks < 0 else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def are_short(texts: pa.Array) -> bool:
    """Return whether all durations are under six hours, as races and calls are, and few times of day."""
    seconds = plain_durations(texts, "h:mm:ss").to_pylist()
    return all(text is not None and float(text) < _SHORT_S for text in seconds)


def _seconds(text: str | None, patterns: Sequence[re.Pattern[str]]) -> str | None:
    match = next(filter(None, (pattern.fullmatch(text or "") for pattern in patterns)), None)
    if match is None:
        return None
    parts = match.groupdict()
    whole = sum(int(parts.get(name) or 0) * seconds for name, seconds in _SECONDS_OF.items())
    fraction = f".{parts['fraction']}" if parts.get("fraction") else ""
    is_zero = not whole and not fraction.strip(".0")
    return f"{'' if is_zero else parts['minus']}{whole}{fraction}"


def duration_formats(texts: pa.Array, *, with_times_of_day: bool) -> tuple[str, ...]:
    """Return the formats that read all texts as durations; two for hours and minutes such as `7:45`.

    Two parts beside three are minutes and seconds: a runner needs 59:12, and the next one 1:02:12.

    Args:
        with_times_of_day: the texts are durations even if a clock shows all of them, or some have two parts.
    """
    if not (with_times_of_day or _are_never_times_of_day(texts)):
        return ()
    formats = tuple(written for written in DURATIONS if not plain_durations(texts, written).null_count)
    if len(formats) == len(DURATIONS):
        return formats[:1]
    is_mixed = len(formats) > 1 and not flags(matches(texts, _SHORT)).all()
    return formats[1:] if is_mixed else formats


def _are_never_times_of_day(texts: pa.Array) -> bool:
    """Return whether durations with three parts, or of ISO 8601, have a value that no clock shows."""
    return not (flags(matches(texts, _SHORT)).any() or flags(matches(texts, _TIME_OF_DAY)).all())
