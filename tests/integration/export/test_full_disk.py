"""A disk that is full ends a run with its remedy, and the next run continues it."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from headgate.export.reading.file_batches import FileFormat
from headgate.export.reading.slice_files import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration


@contextmanager
def files_below(size_bytes: int) -> Iterator[None]:
    """Larger files cannot be written, as on a full disk."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_a_full_disk_is_an_error_with_its_remedy(shop: Shop, file_format: FileFormat) -> None:
    shop.run(
        "CREATE TABLE wide (id INT PRIMARY KEY, a VARBINARY(1000))",
        "INSERT INTO wide SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_3000",
    )
    with (
        files_below(500_000),
        pytest.raises(WorkspaceError, match=r"wide cannot be written \(File too large\). Free space there"),
    ):
        shop.export(["wide"], slice_rows=0, file_format=file_format)
    assert shop.export(["wide"], slice_rows=0, file_format=file_format).rows == 3000
