"""Correct MiniStack's AppSync: an error of a Lambda resolver is an error of the field, as on AWS.

MiniStack 1.5.33 returns it as the field's value, so that a caller gets "Cannot return null for non-nullable
field" without a reason.
"""

from __future__ import annotations

from typing import Any

from ministack.services import appsync

_resolve = appsync._resolve_lambda  # noqa: SLF001 there is no public way in


def correct() -> None:
    """Make this process's MiniStack answer as AppSync does."""
    appsync._resolve_lambda = resolve_lambda  # noqa: SLF001 as above


def resolve_lambda(**call: Any) -> Any:  # noqa: ANN401 JSON
    """Return the function's answer.

    Raises:
        _AppSyncResolverError: the function raised an error; the caller gets its message.
    """
    answer = _resolve(**call)
    if isinstance(answer, dict) and set(answer) == {"errors"}:
        raise appsync._AppSyncResolverError(answer["errors"][0], "Lambda:Unhandled")  # noqa: SLF001 as above
    return answer
