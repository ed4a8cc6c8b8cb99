"""An upload reports its progress by bytes, and ends with the files' records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
from headgate.client.send_uploads import upload
from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit


class InTenParts(MemoryObjects):
    """Reports each tenth of a file, as a multipart upload does."""

    def upload(
        self,
        path: Path,
        ref: ObjectRef,
        *,
        content_type: str = "",
        sent: Callable[[int], object] = lambda _: None,
    ) -> None:
        super().upload(path, ref, content_type=content_type)
        for _ in range(10):
            sent(path.stat().st_size // 10)


def uploaded(source: Path) -> list[str]:
    lines: list[str] = []
    objects: Any = InTenParts()
    assert (
        upload(objects, MemoryLedger(), "raw", str(source), dataset="", timeout_s=0, progress=lines.append)
        == []
    )
    return lines


def test_progress_has_one_line_for_each_tenth(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_bytes(b"x" * 3_000_000)
    lines = uploaded(tmp_path / "orders.csv")
    assert lines[:10] == [f"sent {3 * tenth / 10:.1f} of 3.0 MB" for tenth in range(1, 11)]
    assert lines[10:] == ["1 files are still in the gate after 0 s; `lake.files()` shows them."]


def test_a_file_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    with pytest.raises(HeadgateError, match="does not exist"):
        uploaded(tmp_path / "never.csv")
