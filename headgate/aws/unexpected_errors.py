"""Unexpected errors, reported without their text: a library's message may quote a card number."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

_OWN = f"{os.sep}headgate{os.sep}"


def describe_error(error: BaseException, *, by: str) -> str:
    """Return the kind and place of an error: the innermost line of this package.

    `by` is the file that reports, and is skipped.
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != by]
    last = ([frame for frame in frames if _OWN in frame.filename] or frames)[-1:]
    place = "".join(f" at {Path(frame.filename).name}:{frame.lineno}" for frame in last)
    return f"unexpected {type(error).__name__}{place}"


def frames_of(error: BaseException) -> str:
    """Return the lines of code that raised the error, without its text and without its causes."""
    return "".join(("Traceback (most recent call last):\n", *traceback.format_tb(error.__traceback__)))
