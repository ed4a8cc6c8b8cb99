"""An error as a command writes it: one form for all of them, and a JSON object with --json."""

import json
import re
from dataclasses import asdict, dataclass

import click

from headgate.errors import BadInputError, HeadgateError, QueryError

USAGE = "usage"
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
# As Athena writes why a query failed: its id, the code of the error and the place in the statement.
_QUERY = re.compile(
    r"(?:query (?P<id>\S+) failed: )?(?P<code>[A-Z][A-Z_]+): (?P<place>line \d+:\d+: )?(?P<words>.+)",
    re.DOTALL,
)
_LAST_SENTENCE = re.compile(
    r"(?s)(?P<message>.*?[.!?])\s+(?:Remedy: )?(?P<remedy>(?:[^.!?]|[.!?](?!\s))+[.!?]?)"
)


@dataclass(frozen=True)
class Failure:
    """A failure: its message, the remedy, and the code by which a program tells failures apart."""

    code: str
    message: str
    remedy: str = ""
    details: str = ""

    def line(self) -> str:
        """Return the sentence for a person, with the details at its end.

        >>> Failure("query", "Column 'a' cannot be resolved.", "Did you mean b?", "COLUMN_NOT_FOUND").line()
        "headgate: Column 'a' cannot be resolved. Did you mean b? [COLUMN_NOT_FOUND]"
        """
        details = f"[{self.details}]" if self.details else ""
        return " ".join(part for part in (f"headgate: {self.message}", self.remedy, details) if part)

    def as_json(self) -> str:
        """Return the failure as one JSON object."""
        return json.dumps({"error": {name: text for name, text in asdict(self).items() if name != "details"}})


def failure_of(error: HeadgateError | click.ClickException) -> Failure:
    """Return the failure that an error describes."""
    if isinstance(error, BadInputError):
        return Failure(error.rule, str(error).partition(" Remedy: ")[0], f"Remedy: {error.remedy}")
    if isinstance(error, click.ClickException):
        code = USAGE if isinstance(error, click.UsageError) else "not_done"
        return _of_text(code, error.format_message())
    if isinstance(error, QueryError) and (match := _QUERY.fullmatch(str(error))):
        place, query = (match["place"] or "").rstrip(": "), f"query {match['id']}" if match["id"] else ""
        failure = _of_text(match["code"].lower(), match["words"])
        return Failure(
            failure.code,
            failure.message,
            failure.remedy,
            ", ".join(part for part in (match["code"], place, query) if part),
        )
    return _of_text(_WORDS.sub("_", type(error).__name__.removesuffix("Error")).lower(), str(error))


def _of_text(code: str, text: str) -> Failure:
    """Split the last sentence, which says what to do, from a message of several ones."""
    match = _LAST_SENTENCE.fullmatch(text.strip())
    return Failure(code, match["message"], match["remedy"]) if match else Failure(code, text)


def usage_of(error: click.ClickException) -> str:
    """Return how the command of a misspelt call is used; empty for another error."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return ""
    return f"{context.get_usage()}\nTry '{context.command_path} --help' for help.\n\n"
