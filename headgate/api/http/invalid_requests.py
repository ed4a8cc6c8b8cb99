"""Describe the broken rules of a request: the field, the rule, and what to send, never the sent value."""

from collections.abc import Mapping, Sequence
from typing import Any

from headgate.api.http.problems import ProblemError
from headgate.api.shapes.base import FieldError

_MAX_ERRORS, _MAX_IN_WORDS = 50, 3
# Pydantic's rules, with names of their context in braces.
# Source: https://docs.pydantic.dev/latest/errors/validation_errors/
_RULES: Mapping[str, str] = {
    "missing": "is missing. Send it",
    "extra_forbidden": "is not a field of this request. Remove it",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "string_too_long": "must have {max_length} characters or fewer",
    "string_too_short": "must have {min_length} characters or more",
    "too_long": "must have {max_length} entries or fewer",
    "too_short": "must have {min_length} entries or more",
    "string_pattern_mismatch": "must be {pattern}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "string_type": "must be a text in quotes",
    "finite_number": "must be a finite number",
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "must be a whole number"
    ),
    **dict.fromkeys(("float_type", "float_parsing"), "must be a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "must be true or false"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type"), "must be a list"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "must be a JSON object"),
    "json_invalid": "is not valid JSON. Correct its syntax",
}
# Words for each pattern of the API's types; a test checks that none is missing.
PATTERNS = {
    r"^\d{1,10}\.\d{2}$": "an amount in quotes with two decimals, such as 12.50",
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$": "a timestamp in UTC such as 2026-01-31T13:45:00",
    r"^\d{4}-\d{2}-\d{2}$": "a date such as 2026-01-31",
    r"^(\d{4}-\d{2}-\d{2})?$": "a date such as 2026-01-31, or empty",
    "^[0-9a-f]{64}$": "a SHA-256 of 64 hexadecimal digits in lower case",
    "^([0-9a-f]{64})?$": "a SHA-256 of 64 hexadecimal digits in lower case, or omitted",
    "^[0-9a-f]{32}$": "an id from the API: 32 hexadecimal digits in lower case",
    "^[0-9a-f]{8,64}$": "a header's fingerprint from GET /v1/datasets/{dataset}/remembered-headers",
    "^(file-)?[0-9a-f]{32}$": "an id of an upload: 32 hexadecimal digits, or `file-` and a file's id",
    r"^[a-z0-9_\-]*$": "a dataset's name: letters a to z, digits, underscores and hyphens",
    "^([0-9a-f]{16})?$": "the `check_id` of a dry run, or omitted",
    "^[a-z0-9_]*$": "a rule's name: letters a to z, digits and underscores",
    "^[a-z0-9_]*(-[a-z0-9_]+)?$": "a rule's name, `column_1` or `column_1-type`, as the check gave it",
    "^[A-Za-z0-9_-]*$": "the `next_cursor` of the previous page, or omitted",
    "^[A-Za-z0-9_-]{1,100}$": "a name of 1 to 100 letters a to z, digits, underscores and hyphens",
    "^[A-Za-z0-9-]{1,64}$": "a query's id from POST /v1/queries",
    "^[A-Za-z0-9_.-]{1,80}$": "a run's name from GET /v1/runs",
    "^[a-z0-9]+(-[a-z0-9]+)*$": "a dashboard's name: words of a to z and digits, joined by hyphens",
    "^[0-9a-f]{16}$": "a version of the dashboards from GET /v1/dashboard-versions",
    "^([A-Za-z0-9_-]+(/.+)?)?$": "a dashboard, or a dashboard, `/` and a panel; empty for all",
    "^[a-z][a-z0-9_]{0,59}$": "a queue's name from its dashboard",
    "^[a-z][a-z0-9_]{0,39}$": "an action of the queue, such as called",
    r"^(-?\d{1,16}(\.\d{1,2})?)?$": "an amount in quotes such as 2412.50, or empty",
    r"^[\x21-\x7e]*$": "ASCII without blanks, such as a UUID",
}
_OTHER = "is not valid. docs/openapi.json describes it"


def invalid_request(violations: Sequence[Mapping[str, Any]]) -> ProblemError:
    """Return the problem of a request that violates its types.

    Args:
        violations: Pydantic's errors: `loc`, `type` and `ctx`.
    """
    errors = [_field_error(error) for error in violations[:_MAX_ERRORS]]
    messages = [error.message for error in errors[:_MAX_IN_WORDS]]
    more = [f"`errors` lists {len(errors) - len(messages)} more."] if len(errors) > len(messages) else []
    return ProblemError(422, "invalid-request", " ".join([*messages, *more]), errors=errors)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    from headgate.masking.redaction import redact_text

    where, rule = redact_text(".".join(str(part) for part in error["loc"])), str(error["type"])
    context = error.get("ctx") or {}
    try:
        broken = _RULES.get(rule, _OTHER).format(
            **{name: _readable(value) for name, value in context.items()}
        )
    except KeyError:
        broken = _OTHER
    return FieldError(where=where, rule=rule, message=f"`{where}` {broken}.")


def _readable(value: object) -> object:
    if isinstance(value, str):
        return PATTERNS.get(value, value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
