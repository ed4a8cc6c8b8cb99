"""A log filter that removes card and social security numbers, as a last line of defence.

Headgate's own messages never contain such numbers; the filter is for messages of libraries.
"""

import logging
import re
from types import TracebackType
from typing import Any

# At least nine digits, as in an SSN, with at most one separator between two; or a name of a verification
# code.
_SUSPECT = re.compile(r"\d(?:[ ./\-]?\d){8,}|cv[vc2]|cid\b|%3[0-9]|&#", re.IGNORECASE)
_CARD = re.compile(r"\d(?:[ ./\-]?\d){12,18}")
_SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) - {
    "msg",
    "args",
    "exc_info",
    "exc_text",
    "stack_info",
}
_ExcInfo = tuple[type[BaseException], BaseException, "TracebackType | None"]


class RedactedError(Exception):
    """An error with redacted text; the log line has the name of the original class."""


class RedactingFilter(logging.Filter):
    """Redaction of the message, the extra fields and the exception of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place."""
        if record.args:
            record.msg, record.args = record.getMessage(), None
        record.msg = _redacted(record.msg)
        for name, value in vars(record).items():
            if name not in _OWN_FIELDS:
                setattr(record, name, _redacted_error(value) if name == "exc_info" else _redacted(value))
        return True


def redact_logs(*loggers: logging.Logger | Any) -> None:  # noqa: ANN401 Powertools' Logger is no logging.Logger
    """Add the filter once to every handler of the root logger and of `loggers`.

    A logger's filters apply only to its own records, a handler's filters to all that it writes.
    """
    for logger in (logging.getLogger(), *loggers):
        for handler in logger.handlers:
            if not any(isinstance(each, RedactingFilter) for each in handler.filters):
                handler.addFilter(RedactingFilter())


def redact_log_text(text: str) -> str:
    """Return the text without card and social security numbers; most texts have no digits to check."""
    if not _SUSPECT.search(text):
        return text
    try:
        from headgate.masking.redaction import redact_text  # noqa: PLC0415 not every function is deployed with pyarrow
    except ImportError:
        return _SSN.sub("[SSN]", _CARD.sub(_without_card, text))
    return redact_text(text)


def _without_card(match: re.Match[str]) -> str:
    digits = [int(digit) for digit in re.sub(r"\D", "", match[0])]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    is_card = (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
    return f"[PAN ****{match[0][-4:]}]" if is_card else match[0]


def _redacted(value: Any) -> Any:  # noqa: ANN401 a log record holds anything
    if isinstance(value, str):
        return redact_log_text(value)
    if isinstance(value, dict):
        return {_redacted(key): _redacted(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(each) for each in value]
    return _redacted(str(value)) if isinstance(value, BaseException) else value


def _redacted_error(error: Any) -> _ExcInfo | None:  # noqa: ANN401 what logging takes as exc_info
    if not isinstance(error, tuple) or error[1] is None:
        return None
    kind, value, trace = error
    return kind, RedactedError(_redacted(f"{kind.__name__}: {value}")), trace
