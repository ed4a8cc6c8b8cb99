"""Values that the reason of a duplicate quotes."""

import re

# The clause about a column in the reason of a duplicate, up to another clause or the next sentence.
_ITS = r"its {} is .+? instead of .+?(?=, its | and \d+ more\. |\. Neither is|\. Correct the key)"
_MAX_VALUE_LENGTH = 40


def shown_text(value: str | None) -> str:
    """Return a value as a reason quotes it."""
    if not value:
        return "empty"
    return value if len(value) <= _MAX_VALUE_LENGTH else f"{value[:_MAX_VALUE_LENGTH]}…"


def with_written_values(reason: str, title: str, own: str, kept: str) -> str:
    """Return a duplicate's reason with the values of a column as a file writes them.

    Args:
        own, kept: the text in the duplicate and in the kept row.
    """
    values = f"its {title} is {shown_text(kept)} instead of {shown_text(own)}"
    return re.sub(_ITS.format(re.escape(title)), lambda _: values, reason, count=1, flags=re.DOTALL)
