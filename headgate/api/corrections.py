"""Corrected rows, sent through the gate as a file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.api.ports import Lake
    from headgate.api.shapes.files import Corrections, CorrectionsSent


def send(lake: Lake, file_id: str, asked: Corrections) -> CorrectionsSent:
    """Write the corrected rows to raw as a new file."""
    raise NotImplementedError
