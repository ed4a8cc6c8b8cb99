from datetime import UTC, date, datetime

_FORM = "%Y%m%dT%H%M%SZ"
_LENGTH = len("20260102T030405Z")


def named_by_time(at: datetime) -> str:
    """Return the name of a run that starts at a time, in UTC."""
    return at.astimezone(UTC).strftime(_FORM)


def day_of(run: str, otherwise: date) -> date:
    """Return the day in a run's name, so that a resumed run keeps its day; `otherwise` if it has none."""
    try:
        return datetime.strptime(run[:_LENGTH], _FORM).replace(tzinfo=UTC).date()
    except ValueError:
        return otherwise
