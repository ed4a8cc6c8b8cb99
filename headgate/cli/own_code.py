"""Errors of the lake project's own Python code, with its frames only."""

import linecache
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headgate.errors import HeadgateError
from headgate.masking.redaction import redact_text
from headgate.project import project

_MESSAGE_LINES = 8


class OwnCodeError(HeadgateError):
    """An error of the project's own code, which is the cause of this one."""


@contextmanager
def own_code() -> Iterator[None]:
    """Report errors of the lake project's own code in the block with its own lines."""
    try:
        yield
    except HeadgateError:
        raise
    except Exception as error:
        if not (frames := _frames(error)):
            raise
        reason = "\n".join(redact_text(str(error)).strip().splitlines()[:_MESSAGE_LINES])
        text = f"{type(error).__name__}: {reason}" if reason else type(error).__name__
        problem, remedy = "the project's own code raised an error.", "Fix it; --traceback shows all frames."
        raise OwnCodeError("\n".join([problem, *frames, text, remedy])) from error


def _frames(error: Exception) -> list[str]:
    """Return the project's own frames of a traceback, outermost first."""
    places = [
        (frame.filename, frame.lineno, f", in {frame.name}" if frame.name != "<module>" else "")
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno, ""))
    return [_frame(name, line or 0, within) for name, line, within in places if _is_own(name)]


def _is_own(file: str) -> bool:
    folder = project().folder
    return folder is not None and Path(file).is_relative_to(folder / "systems")


def _frame(file: str, line: int, within: str) -> str:
    folder = project().folder
    name = Path(file).relative_to(folder) if folder else file
    text = redact_text(linecache.getline(file, line).strip())
    return f"  {name}, line {line}{within}" + (f"\n    {text}" if text else "")
