"""Shared parts of the tests of faults: a file is checked once, and the statistics of equal rows are computed
once.

The same small files go through the gate thousands of times. Neither computation calls a service, so no fault
can stop it.
"""

from __future__ import annotations

import hashlib
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pytest

from headgate.intake.files import check_local_file
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, check_file
from headgate.lake.content_hash import sha256_of
from headgate.profiling import kept_profiles
from headgate.profiling.profile import GatedFile, Profile, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.intake.rows.check_rows import Counts
    from headgate.lake.ports import MaskingKey
    from headgate.profiling.column_reader import Rows

_KEPT: dict[object, Profile] = {}
_CHECKED: dict[object, list[Checked]] = {}


class Checked(NamedTuple):
    """The result of a file's check by a contract, and the files that it wrote."""

    contract: Contract
    counts: Counts
    written: dict[str, bytes]


@pytest.fixture(autouse=True, scope="session")
def profiles_of_equal_rows_are_computed_once() -> Iterator[None]:
    """A profile depends on nothing but what was received.

    What is kept is found by all rows, accepted and refused.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_profiles, "profile_of", _remembered)
        yield


@pytest.fixture(autouse=True, scope="session")
def files_are_checked_once() -> Iterator[None]:
    """The rows of a file depend on nothing but its content and what the call states.

    A file that is rejected is checked again.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check_local_file, "check_file", _checked)
        yield


def _checked(path: Path, contract: Contract, key: MaskingKey, *, folder: Path, **stated: Any) -> Counts:  # noqa: ANN401 as check_file has them
    """As `check_file`."""
    like = _CHECKED.setdefault((path.name, sha256_of(path), key, *sorted(stated.items())), [])
    known = next((one for one in like if one.contract == contract), None)
    if known:
        for name, body in known.written.items():
            folder.joinpath(name).write_bytes(body)
        return deepcopy(known.counts)
    before = set(folder.iterdir())
    assert not {ACCEPTED, QUARANTINE} & {one.name for one in before}, (
        "a file of rows would be overwritten, and not kept here"
    )
    counts = check_file(path, contract, key, folder=folder, **stated)
    like.append(
        Checked(
            contract,
            deepcopy(counts),
            {made.name: made.read_bytes() for made in set(folder.iterdir()) - before},
        )
    )
    return counts


def _remembered(received: GatedFile) -> Profile:
    rows = (_digest(received.accepted.rows), _digest(received.quarantine_rows.rows))
    key = (
        received.contract.dataset,
        received.contract.version,
        received.content_sha256,
        received.rows,
        received.received_at,
        *rows,
    )
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
