"""The refusal of a correction, by the API before it is written, or by the gate if it does not fit."""

from headgate.errors import BadInputError

_EVERY_COLUMN = "Give a value or null for every column, or upload the corrected rows as a file."


def refused_correction(message: str, remedy: str = _EVERY_COLUMN) -> BadInputError:
    """Return the error of a correction that cannot be accepted."""
    return BadInputError(rule="correction", message=message, remedy=remedy)
