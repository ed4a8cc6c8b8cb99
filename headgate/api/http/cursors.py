"""Opaque cursors, which say where a list continues; their content is checked when they come back."""

import base64
import binascii
import json

from headgate.api.http.problems import invalid


def encode(place: object) -> str:
    """Return a JSON value as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, kind: type[list[object] | str | int]) -> object:
    """Return the value of a cursor.

    Raises:
        ProblemError: 422, the API did not make this cursor.
    """
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        place = None
    if not isinstance(place, kind) or isinstance(place, bool):
        detail = "The cursor does not belong to this list. Start again without `cursor`."
        raise invalid("query.cursor", "cursor", detail)
    return place
