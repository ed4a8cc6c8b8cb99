"""What the tests of faults share: the statistics of equal rows are computed once."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.lake.content_hash import sha256_of
from headgate.profiling import kept_profiles
from headgate.profiling.profile import Profile, Received, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.profiling.columns import Rows

_KEPT: dict[object, Profile] = {}


@pytest.fixture(autouse=True, scope="session")
def profiles_of_equal_rows_are_computed_once() -> Iterator[None]:
    """A profile depends on nothing but what was received, calls no service, and took half of a file's time.

    The same small files go through the gate thousands of times here. What is kept is found by all rows, accepted and refused.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_profiles, "profile_of", _remembered)
        yield


def _remembered(received: Received) -> Profile:
    rows = (_digest(received.accepted.rows), _digest(received.quarantine_rows.rows))
    key = (received.contract.dataset, received.contract.version, received.content_sha256, received.rows, received.received_at, *rows)
    if key not in _KEPT:
        _KEPT[key] = profile_of(received)
    return _KEPT[key]


def _digest(rows: Rows) -> str:
    if isinstance(rows, pa.Table):
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, rows.schema) as stream:
            stream.write_table(rows)
        return hashlib.sha256(sink.getvalue()).hexdigest()
    return sha256_of(rows) if isinstance(rows, Path) else hashlib.sha256(rows).hexdigest()
