"""Describe unexpected errors without their text, in which a library may quote a card number."""

import os
import traceback
from pathlib import Path

_OWN = f"{os.sep}headgate{os.sep}"


def describe_error(error: BaseException) -> str:
    """Return the kind and place of an error: the innermost line of this package, except in the file that
    caught it.
    """
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if _OWN in frame.filename and frame.filename != frames[0].filename]
    last = (inside or frames)[-1:]
    place = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"unexpected {type(error).__name__}{place}"


def frames_of(error: BaseException) -> str:
    """Return the error's traceback without its text and its causes."""
    return "".join(("Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)))
