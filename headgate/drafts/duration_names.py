"""Headings of durations: values such as 08:30 below them are no times of day."""

import re

from headgate.contracts.sensitive_names import compared, in_german_spelling

# In English, German, French, Spanish, Portuguese, Italian, Dutch, Polish, and the languages of Scandinavia.
_DURATIONS = re.compile(
    r"(?:.*_)?(?:durations?|elapsed|overtime|uptime|downtime|runtime|hours|dwell|dauer|stunden|pausen?"
    r"|dur(?:ee|ata|acion|acao)|duur|heures|horas|uren|varighet|varighed|varaktighet)(?:_.*)?"
    r"|(?:.*_)?(?:net|gun|chip|lap|split|run|ride|moving|travel|driving|talk|hold|wait|waiting|handle|handling"
    r"|working|work|idle|cycle|dwell|down|up|machine|processing|response|setup|total)_time(?:_.*)?"
    r"|.*(?:dauer|stunden)|.*(?:lauf|fahr|arbeits|betriebs|stand|netto|brutto|warte|bearbeitungs|stillstands"
    r"|ruest|takt|soll|ist|reise|gespraechs|rechen|gesamt|pausen)zeit(?:_.*)?"
    r"|(?:.*_)?(?:temps|tiempo|tempo)_(?:d[eio]|neto|net|netto|total|real)(?:_.*)?|czas_(?:trwania|pracy).*"
)
_HOURS = re.compile(r"(?:.*_)?(?:hours|heures|horas|uren|.*stunden|.*arbeitszeit|overtime)(?:_.*)?")
# Words that may also be times of day.
_TIMES = re.compile(r"(?:.*_)?(?:time|zeit|temps|tiempo|tempo|tijd|tid|czas|total)(?:_.*)?|.*zeit")
_OF_DAY = re.compile(
    r".*(?:uhr|start|begin|anfang|ende?|finish|arriv|depart|ankunft|abfahrt|open|clos|check|event|log|of_day"
    r"|debut|fin|hora|inicio|from|to|von|bis)(?:_.*|zeit)?"
)


def names_durations(heading: str) -> bool:
    """Return whether a heading is of durations alone.

    >>> [names_durations(each) for each in ("Net time", "Gesprächsdauer", "Uhrzeit", "time", "Durée (h)")]
    [True, True, False, False, True]
    """
    return _DURATIONS.fullmatch(_plain(heading)) is not None


def may_name_durations(heading: str) -> bool:
    """Return whether a heading may be of durations: `time` and `Zeit`, but not `start time` or `Uhrzeit`."""
    name = _plain(heading)
    return _TIMES.fullmatch(name) is not None and _OF_DAY.fullmatch(name) is None


def names_hours(heading: str) -> bool:
    """Return whether two parts below a heading are hours and minutes, as in timesheets."""
    return _HOURS.fullmatch(_plain(heading)) is not None


def _plain(heading: str) -> str:
    return compared(in_german_spelling(heading))
