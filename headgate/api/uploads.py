"""Uploads: begin, parts, complete, dry run, commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.api.ports import Lake
    from headgate.api.shapes.uploads import DryRun, Upload, UploadAsked, UploadParts


def begin(lake: Lake, caller: str, asked: UploadAsked) -> Upload:
    """Begin an upload, or return the one that the same caller began with the same file."""
    raise NotImplementedError


def shown(lake: Lake, upload_id: str) -> Upload:
    """Return an upload as it stands now."""
    raise NotImplementedError


def parts(lake: Lake, upload_id: str, cursor: str) -> UploadParts:
    """Return the parts of an open upload."""
    raise NotImplementedError


def complete(lake: Lake, upload_id: str) -> Upload:
    """Make the file from its parts."""
    raise NotImplementedError


def abort(lake: Lake, upload_id: str) -> Upload:
    """Forget an upload that is not committed."""
    raise NotImplementedError


def start_dry_run(lake: Lake, upload_id: str) -> DryRun:
    """Start the gate on the uploaded file, without a trace in the lake."""
    raise NotImplementedError


def dry_run(lake: Lake, upload_id: str) -> DryRun:
    """Return what the gate found."""
    raise NotImplementedError


def commit(lake: Lake, upload_id: str) -> Upload:
    """Move the file to raw."""
    raise NotImplementedError
