"""Edits of earlier files that a checked upload needs again."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from headgate.api.files.uploads import dry_run, own_upload
from headgate.api.http.access import CallerIdentity
from headgate.api.lake_ports import LakePorts, record_if_any, senders_of
from headgate.api.shapes.uploads import DryRun, EarlierEditsOfRows, EarlierFile, TypedCell
from headgate.lake.ports import ObjectRef
from headgate.uploads.upload import check_key

_NOTHING = EarlierEditsOfRows(cells=(), left_out=(), files=())


def listed(lake: LakePorts, caller: CallerIdentity, upload_id: str) -> EarlierEditsOfRows:
    """Return the cells and rows of an upload that people typed or left out of earlier files, by row.

    Earlier files are that of the name, and those that brought rows which the upload replaces.
    """
    from headgate.uploads.earlier_edits import MAX_GRID_ROWS, EarlierEdits
    from headgate.uploads.grid.grid_pages import ROWS

    check = dry_run(lake, caller, upload_id)
    if check.hides_values or not check.grid or check.grid.rows > MAX_GRID_ROWS:
        return _NOTHING
    earlier = {file_id: senders_of(lake).edits(file_id).get("by_key") for file_id in _earlier_files(check)}
    if not any(earlier.values()):
        return _NOTHING
    cells: dict[tuple[int, str], TypedCell] = {}
    left_out: set[int] = set()
    files = []
    with TemporaryDirectory(prefix="headgate-earlier-") as folder:
        path = Path(folder) / ROWS
        key = check_key(own_upload(lake, caller, upload_id), ROWS)
        lake.objects.download(ObjectRef(lake.bucket("staging"), key), path)
        for file_id, edits in earlier.items():
            typed, rows = EarlierEdits.of(edits or {}).again(path, check.grid.columns)
            for each in typed:
                cells.setdefault((each.row, each.column), TypedCell(**asdict(each)))
            left_out.update(rows)
            files += [file_id] if typed or rows else []
    return EarlierEditsOfRows(
        cells=tuple(cells[place] for place in sorted(cells)),
        left_out=tuple(sorted(left_out)),
        files=tuple(filter(None, (_file(lake, file_id) for file_id in files))),
    )


def _earlier_files(check: DryRun) -> list[str]:
    """Return the ids of earlier files; of edits to one cell in several the first counts."""
    replaced = [file.file_id for file in check.replaces.files] if check.replaces else []
    return [*dict.fromkeys(filter(None, (check.edited_copy, check.same_name, *replaced)))]


def _file(lake: LakePorts, file_id: str) -> EarlierFile | None:
    record = record_if_any(lake, file_id)
    if record is None:
        return None
    return EarlierFile(file_id=file_id, key=record.key, received_at=record.received_at)
