"""Run the gate on a file in staging or raw, with all writes in memory.

docs/adr/0064-http-api.md has the reasons.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import time
from collections import ChainMap
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from headgate.contracts.file_form import ENCODING_PROPERTY, stated_encoding
from headgate.drafts.dataset_name import dataset_name_of, without_time
from headgate.drafts.enclosing_columns import as_part_of_records, with_beside_columns
from headgate.drafts.table_form import UNDECIDED, TableForm
from headgate.errors import BadInputError, HeadgateError, NotFoundError
from headgate.formats.encoding import UNKNOWN_ENCODING, is_doubtful
from headgate.formats.guess_encoding import is_guessed, likeliest_encodings, samples
from headgate.formats.json.record_lists import WHOLE
from headgate.formats.open_file import decompressed
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import CuratedBucket, FileRecord, ObjectInfo, ObjectRef, ObjectStore
from headgate.lake.states import QUARANTINED_ROW_COLUMNS, RAGGED_ROW, TYPE, FileState
from headgate.masking.redaction import redact_text
from headgate.matching.file_table import NO_TABLE
from headgate.uploads.commit_upload import CHECKED, FAILED, TOO_LARGE
from headgate.uploads.differing_duplicates import DifferingCells, differing_cells
from headgate.uploads.earlier_edits import edits_by_key
from headgate.uploads.edited_rows import edited_csv, reasons_as_written, rule_reasons_as_written
from headgate.uploads.editing.edited_copy import edited_file, edited_key
from headgate.uploads.editing.open_upload import edited_content
from headgate.uploads.editing.sent_parts import sent_part
from headgate.uploads.edits import Edits
from headgate.uploads.grid.flaws import Flaws, FlawWords
from headgate.uploads.grid.grid_pages import FLAWED, ROWS
from headgate.uploads.grid.top_rows import top_rows
from headgate.uploads.grid.write_grid import ColumnFacts, write_grid
from headgate.uploads.listed_edits import column_changes, typed_cells, with_values_of_file
from headgate.uploads.ragged_rows import counts_of
from headgate.uploads.repeated_hours import HoursByOrder, hours_of_columns, proposed_hours
from headgate.uploads.replaced_rows import replaced_rows
from headgate.uploads.row_numbers import RowNumbers
from headgate.uploads.rows_not_sent import rows_not_sent
from headgate.uploads.sent_originals import sent_original
from headgate.uploads.upload import (
    EDITED,
    UploadMapping,
    UploadRecord,
    check_key,
    content_differs,
    dry_run_key,
    upload_key,
)
from headgate.uploads.values_of_lake import ValuesOfLake
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from headgate.contracts.model import Contract
    from headgate.matching.mappings import Mappings
    from headgate.uploads.editing.edited_upload import EditedUpload

log = logging.getLogger(__name__)

FIRST_ROWS = 100
MAX_DRAFT_BYTES = 8 << 20  # about ten seconds; `headgate contract init --raw` drafts from a larger file
_ENCODING_PROBE_BYTES = 1 << 20
_MAX_GRID_BYTES = 256 << 20  # the function reads the file once more
_VERSION = "dry-run"
# Datasets' names by a list or a sheet that says nothing of its rows.
_NAMELESS = re.compile(
    r"dataset|data|daten|items?|records?|rows?|results?|values?|entries|features|list"
    r"|(?:sheet|tabelle|table|feuil|hoja|foglio|blad)_?\d*"
)


@dataclass(frozen=True)
class ScratchObjects:
    """An object store with writes in memory, in which a file is already at its key after the commit.

    Args:
        forgotten_bucket: writes to it are discarded.
        accepted: a local file for the accepted rows, which the gate uploads to that bucket.
    """

    objects: ObjectStore
    staged: ObjectRef
    appears_as: ObjectRef
    forgotten_bucket: str
    accepted: Path
    written: dict[tuple[str, str], bytes] = field(default_factory=dict, repr=False)

    def info(self, ref: ObjectRef) -> ObjectInfo:
        info = self.objects.info(self._place(ref))
        return replace(info, ref=replace(ref, version_id=_VERSION))

    def read(self, ref: ObjectRef) -> bytes:
        mine = self.written.get((ref.bucket, ref.key))
        return self.objects.read(self._place(ref)) if mine is None else mine

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002 the port has it
        """Store the body in memory."""
        if ref.bucket != self.forgotten_bucket:
            self.written[ref.bucket, ref.key] = body

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        return self.objects.head(self._place(ref), size_bytes)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        self.objects.download(self._place(ref), path, size_bytes)

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "application/octet-stream") -> None:
        """Store the file in memory, and accepted rows on disk."""
        if ref.bucket == self.forgotten_bucket:
            shutil.copyfile(path, self.accepted)
        else:
            self.write(ref, path.read_bytes(), content_type=content_type)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Return the stored objects below `prefix`."""
        return self.objects.list(bucket, prefix)

    def delete(self, ref: ObjectRef) -> None:
        """Delete the object from memory."""
        self.written.pop((ref.bucket, ref.key), None)

    def written_as(self, key: str) -> bytes | None:
        """Return the written object with this key in any bucket; None if there is none."""
        return next((body for (_, written), body in self.written.items() if key and written == key), None)

    def _place(self, ref: ObjectRef) -> ObjectRef:
        return self.staged if (ref.bucket, ref.key) == (self.appears_as.bucket, self.appears_as.key) else ref


@dataclass(frozen=True)
class DryRunner:
    """The gate on uploads, and on files of raw with a mapping that is not stored yet.

    Args:
        process: runs the gate over this object store with its own ledger, as if the mapping were stored.
        mappings: the lake's mappings, over this object store.
        draft: drafts a contract from a file's name, its content and the form of its table, as an ODCS
            document with notes; None if no draft is possible.
        curated: the curated contracts, by dataset.
    """

    objects: ObjectStore
    staging_bucket: str
    raw_bucket: str
    curated_bucket: str
    process: Callable[[ScratchObjects, ObjectRef, UploadMapping | None], FileRecord]
    mappings: Callable[[ScratchObjects], Mappings]
    draft: Callable[[str, bytes, TableForm], Mapping[str, Any] | None]
    curated: Mapping[str, Contract]

    def run(self, upload_id: str) -> None:
        """Check the upload's file, and write the result next to it."""
        upload = UploadRecord.from_json(
            self.objects.read(ObjectRef(self.staging_bucket, upload_key(upload_id)))
        )
        begun_s = time.monotonic()
        try:
            with TemporaryDirectory(prefix="headgate-check-") as folder:
                result = self._check(upload, Path(folder))
        except BadInputError as error:
            result = {"state": FAILED, "error": _reason(error)}
        except (HeadgateError, OSError, MemoryError) as error:
            log.warning("file not checked", extra={"upload_id": upload_id, "error": type(error).__name__})
            message = "The gate could not check the file. Repeat the dry run; the log names the cause."
            result = {"state": FAILED, "error": {"rule": type(error).__name__, "message": message}}
        result["seconds"] = round(time.monotonic() - begun_s, 3)
        body = json.dumps(result, sort_keys=True, default=str).encode()
        self.objects.write(
            ObjectRef(self.staging_bucket, dry_run_key(upload)), body, content_type="application/json"
        )

    def _check(self, upload: UploadRecord, folder: Path) -> dict[str, Any]:
        scratch = self._scratch(upload, folder)
        if keys.is_of_no_dataset(upload.key) and upload.edits and upload.edits.dataset:
            self.mappings(scratch).decide_dataset(upload.key, upload.edits.dataset)
        if upload.mapping or upload.size_bytes > _MAX_GRID_BYTES:
            return self._checked(upload, scratch, upload.mapping, upload.sha256)
        original = folder / "original"
        self.objects.download(scratch.staged, original)
        if sha256_of(original) != upload.sha256:
            return _differs()
        try:
            edited = edited_content(upload, original, folder, self.mappings(scratch), _MAX_GRID_BYTES)
        except BadInputError as error:
            if error.rule == UNKNOWN_ENCODING and not (upload.edits and upload.edits.encoding):
                refused = _unreadable(self._checked(upload, scratch, None, upload.sha256), error)
                return self._checked_as_guessed(upload, original, folder, scratch, refused)
            # The gate explains files that it cannot read.
            if upload.edits is None:
                return _unreadable(self._checked(upload, scratch, None, upload.sha256), error)
            own = upload.edits
            likeliest = _likeliest(own, original, folder) if own.encoding else ""
            bare = replace(
                upload, edits=Edits(own.dataset, part=own.part, header_row=own.header_row, encoding=likeliest)
            )
            undecided = edited_content(bare, original, folder, self.mappings(scratch), _MAX_GRID_BYTES)
            listed = replace(undecided.edits, left_out=upload.edits.left_out)
            shown = self._grid(upload, replace(undecided, edits=listed), Flaws.of(None, {}), folder)
            return {"state": FAILED, "error": _reason(error), **shown, "edits": asdict(upload.edits)}
        result = self._checked_with_grid(upload, edited, scratch, folder, original)
        is_refused = edited.opened is None and _needs_encoding(result, upload.edits)
        return self._checked_as_guessed(upload, original, folder, scratch, result) if is_refused else result

    def _checked_as_guessed(
        self,
        upload: UploadRecord,
        original: Path,
        folder: Path,
        scratch: ScratchObjects,
        refused: dict[str, Any],
    ) -> dict[str, Any]:
        """Check a file in the encoding that is remembered for its header; else show it in the likeliest.

        The gate does not guess the encoding of such a text, so a person chooses it.

        Args:
            refused: the check of the file in the guessed encoding, or in a wrong one that a person chose.
        """
        own = upload.edits or Edits()
        likeliest = _likeliest(own, original, folder)
        bare = Edits(own.dataset, part=own.part, encoding=likeliest, header_row=own.header_row)
        try:
            edited = edited_content(
                replace(upload, edits=bare), original, folder, self.mappings(scratch), _MAX_GRID_BYTES
            )
        except BadInputError:
            edited = None
        if edited is None or edited.opened is None:
            return refused
        if edited.is_remembered and edited.edits.encoding:
            return self._checked_with_grid(upload, edited, scratch, folder, original)
        shown = self._grid(upload, edited, Flaws.of(None, {}), folder)
        is_open = not own.encoding
        return {**refused, **shown, "suggestion": "", "is_encoding_unsure": is_open, "edits": asdict(own)}

    def _checked_with_grid(
        self,
        upload: UploadRecord,
        edited: EditedUpload,
        scratch: ScratchObjects,
        folder: Path,
        original: Path,
    ) -> dict[str, Any]:
        committed_as, sha256 = None, upload.sha256
        path = self._completed(edited, edited_file(edited, folder), folder)
        if path:
            ref = ObjectRef(self.staging_bucket, check_key(upload, EDITED))
            self.objects.upload(path, ref)
            sha256 = sha256_of(path)
            key = edited_key(upload, edited)
            committed_as = {"key": key, "sha256": sha256, "size_bytes": path.stat().st_size}
            scratch = self._scratch(upload, folder, ref, key)
        mapping = edited.mapping()
        draft_name = _draft_name(upload, edited, self.mappings(scratch).contracts)
        header = True if path and path.suffix == ".csv" and _has_names(edited) else None
        form = _table_form(edited, header=header)
        result = self._checked(
            upload, scratch, mapping, sha256, lambda body: self.draft(draft_name, body, form)
        )
        record = result.get("record") or {}
        body = scratch.written_as(record.get("quarantine_key", ""))
        mapped = json.loads((record.get("mapping") or {}).get("columns", "{}"))
        reasons = record.get("reasons") or {}
        hours = hours_of_columns(edited) if TYPE in reasons else {}
        words = self._words(edited, body, hours, has_ragged=RAGGED_ROW in reasons)
        flaws = Flaws.of(body, edited.column_of(mapped), words)
        decided = {"suggestion": mapping.suggestion, "fields": mapping.fields} if mapping else None
        facts = self._grid(upload, edited, flaws, folder)
        facts["proposed_steps"] += [asdict(proposed) for proposed in proposed_hours(edited, hours)]
        if record.get("state") == FileState.PROFILED and not result.get("draft") and edited.opened:
            result["draft"] = self._draft_of_grid(upload, edited, folder)
        if edited.edits.encoding and (drafted := result.get("draft")):
            result["draft"] = _in_encoding(drafted, edited.edits.encoding)
        if edited.beside_columns and (drafted := result.get("draft")):
            result["draft"] = with_beside_columns(drafted, edited.beside_columns)
        if edited.inner_list and (drafted := result.get("draft")):
            contracts = self.mappings(scratch).contracts.values()
            result["draft"] = as_part_of_records(drafted, edited.inner_list, contracts)
        return {
            **result,
            "rows": [_as_sent(row, words) for row in result.get("rows", ())],
            "replaces": _replaces_as_sent(result.get("replaces"), words.numbers),
            **facts,
            "parts_read": edited.parts_read(record.get("written_as", {}).get("sheets", "")),
            "edits": asdict(edited.edits),
            "typed": _typed(edited, folder),
            "by_key": _by_key(edited, folder),
            "changes": _changes(edited, folder),
            "is_remembered": edited.is_remembered,
            "committed_as": committed_as,
            "answers": asdict(edited.answers) if edited.answers else None,
            "decided": decided,
            **_original(edited, original, facts, is_kept=bool(committed_as)),
        }

    def _completed(self, edited: EditedUpload, path: Path | None, folder: Path) -> Path | None:
        """Return the edited file with the values of the lake in the columns that a person left to it."""
        names, contract = edited.edits.kept_in_lake, edited.contract
        if not (names and path and contract):
            return path
        completed = folder / "completed.csv"
        of_lake = ValuesOfLake(self.objects, self.curated_bucket, contract, self.curated[contract.dataset])
        of_lake.complete(path, names, completed)
        return completed

    def _draft_of_grid(
        self, upload: UploadRecord, edited: EditedUpload, folder: Path
    ) -> Mapping[str, Any] | None:
        """Draft a contract from the rows of the grid, if the file's own form allows no draft.

        Examples are a sheet with names in two rows, and a stored type without a text.
        """
        opened, path = edited.opened, folder / "grid.csv"
        if opened is None or upload.size_bytes > MAX_DRAFT_BYTES:
            return None
        edited_csv(opened.source, opened.names, Edits(), None, path)
        form = _table_form(edited, header=_has_names(edited) or None)
        return self.draft(_draft_name(upload, edited, self.curated), path.read_bytes(), form)

    @staticmethod
    def _words(
        edited: EditedUpload, body: bytes | None, hours: Mapping[str, HoursByOrder], *, has_ragged: bool
    ) -> FlawWords:
        """Return what is said of the rows of the file that was sent, instead of the gate's reasons."""
        numbers = RowNumbers(edited.edits.left_out)
        is_other_file = has_ragged and edited.changes_values
        differing = differing_cells(edited, body, numbers) if body else DifferingCells({}, {})
        return FlawWords(
            reasons_as_written(edited.edits.formats, edited.contract),
            rule_reasons_as_written(edited.edits.formats, edited.contract),
            counts_of(edited.opened.source) if is_other_file and edited.opened else {},
            numbers,
            differing.left_out,
            differing.written,
            ChainMap(*(each.reasons for each in hours.values())),
        )

    def _grid(self, upload: UploadRecord, edited: EditedUpload, flaws: Flaws, folder: Path) -> dict[str, Any]:
        """Write the rows as a grid shows them; return the facts by which it is shown."""
        suggestion = edited.suggested.to_json() if edited.suggested else ""
        facts = {
            "suggestion": suggestion,
            "parts": tuple(edited.parts),
            "part_rows": {name: rows for name, rows in edited.parts.items() if rows is not None},
            "part": edited.part,
            "parts_read": edited.parts_read(),
            "likely_dataset": edited.likely_dataset,
            "part_datasets": edited.part_datasets,
            "covers": edited.covers,
            "hidden_parts": edited.hidden_parts,
            "beside_list": edited.beside_list,
            "proposed_steps": [asdict(proposed) for proposed in edited.proposed_steps],
        }
        facts |= _top_rows(edited, folder)
        if edited.opened is None:
            return facts
        about = ColumnFacts(edited.hidden, edited.amounts, edited.past, edited.lists, edited.declared)
        grid = write_grid(edited.opened, flaws, about, folder, edited.edits)
        for name in (ROWS, FLAWED):
            self.objects.upload(folder / name, ObjectRef(self.staging_bucket, check_key(upload, name)))
        return {**facts, **_encodings(edited, folder), "grid": asdict(grid)}

    def _checked(
        self,
        upload: UploadRecord,
        scratch: ScratchObjects,
        mapping: UploadMapping | None,
        sha256: str,
        draft: Callable[[bytes], Mapping[str, Any] | None] | None = None,
    ) -> dict[str, Any]:
        """Run the gate; return its judgement as it is stored."""
        record = self.process(scratch, scratch.appears_as, mapping)
        result = _result(record, scratch) if record.content_sha256 in {"", sha256} else _differs()
        if record.state is FileState.PROFILED and upload.size_bytes <= MAX_DRAFT_BYTES:
            body = scratch.read(scratch.appears_as)
            result["draft"] = draft(body) if draft else self.draft(upload.name, body, UNDECIDED)
        contract = self.curated.get(record.dataset)
        if contract and scratch.accepted.exists():
            replaced = replaced_rows(self.objects, self.curated_bucket, contract, scratch.accepted)
            result["replaces"] = asdict(replaced) if replaced else None
            if replaced and not replaced.not_compared:
                quarantined = scratch.written_as(record.quarantine_key)
                absent = rows_not_sent(
                    CuratedBucket(self.objects, self.curated_bucket),
                    contract,
                    scratch.accepted,
                    replaced.contents,
                    table_of(quarantined) if quarantined else None,
                )
                result["replaces"]["not_sent"] = asdict(absent) if absent else None
        return result

    def _scratch(
        self, upload: UploadRecord, folder: Path, staged: ObjectRef | None = None, key: str = ""
    ) -> ScratchObjects:
        """Return the store in which the upload, or its edited file, lies where its commit will put it."""
        content = staged or upload.content(self.staging_bucket, self.raw_bucket)
        appears_as = ObjectRef(self.raw_bucket, key or upload.committed_key)
        return ScratchObjects(
            self.objects, content, appears_as, self.curated_bucket, folder / "accepted.parquet"
        )


def _in_encoding(draft: Mapping[str, Any], encoding: str) -> Mapping[str, Any]:
    """Return the draft with the chosen encoding, in which later files without UTF-8 are read."""
    (table,) = draft["document"]["schema"]
    own = [each for each in table.get("customProperties", ()) if each["property"] != ENCODING_PROPERTY]
    table = {**table, "customProperties": [*own, {"property": ENCODING_PROPERTY, "value": encoding}]}
    return {**draft, "document": {**draft["document"], "schema": [table]}}


def _top_rows(edited: EditedUpload, folder: Path) -> dict[str, Any]:
    """Return the first rows, from which a person may choose the header, and the row that is read as one."""
    encoding = edited.edits.encoding or stated_encoding(edited.contract)
    rows = top_rows(edited.file, folder, edited.part, _MAX_GRID_BYTES, encoding)
    headed = edited.opened.headed if edited.opened else NO_TABLE
    hidden = {at for at, name in enumerate(headed.shown) if name in edited.hidden}
    is_header = (row.number for row in rows if row.is_header_of(headed))
    return {
        "top_rows": [{"row": row.number, "cells": row.shown(hidden, headed)} for row in rows],
        "header_row": edited.edits.header_row or next(is_header, 0),
    }


def _encodings(edited: EditedUpload, folder: Path) -> dict[str, Any]:
    """Return the encodings to choose from with samples, for a text whose bytes do not show its encoding."""
    if not (edited.opened and is_guessed(edited.opened.source.written_as)):
        return {}
    content = _lines_probed(edited.file, folder)
    encoding = edited.opened.source.written_as["encoding"]
    fits = likeliest_encodings(content)
    shown = samples(content, (encoding, *(each for each in fits if each != encoding)))
    shown = {name: tuple(map(redact_text, texts)) for name, texts in shown.items()}
    is_decided = edited.edits.encoding or stated_encoding(edited.contract)
    return {
        "encodings": [
            {"encoding": name, "samples": texts, "fits": fits.get(name, False)}
            for name, texts in shown.items()
        ],
        "is_encoding_unsure": not is_decided and len(shown) > 1 and is_doubtful(content),
    }


def _likeliest(edits: Edits, original: Path, folder: Path) -> str:
    """Return the encoding to whose languages the letters of a file fit best; empty for none."""
    file = sent_part(original, folder, edits.part, _MAX_GRID_BYTES).file
    return next(iter(likeliest_encodings(_lines_probed(file, folder))), "")


def _lines_probed(file: Path, folder: Path) -> bytes:
    """Return the first lines of a text; none is cut, as a part of a character is in no encoding."""
    with decompressed(file, folder, _MAX_GRID_BYTES).path.open("rb") as opened:
        content = opened.read(_ENCODING_PROBE_BYTES)
    is_cut = len(content) == _ENCODING_PROBE_BYTES
    return content[: content.rfind(b"\n") + 1] or content if is_cut else content


def _has_names(edited: EditedUpload) -> bool:
    """Return whether the columns of the grid have their names from the file."""
    return edited.opened is not None and edited.opened.headed.has_header


def _table_form(edited: EditedUpload, *, header: bool | None) -> TableForm:
    order = edited.opened.headed.file_order if edited.opened else ()
    return TableForm(header, tuple(order), tuple(edited.beside_columns), edited.inner_list)


def _draft_name(upload: UploadRecord, edited: EditedUpload, contracts: Container[str]) -> str:
    """Return the file name that names the dataset: that of its sheet or list, if the file has several tables.

    A list in records, and a part whose name a dataset has, have the name of the file before their own.
    """
    sheets = edited.parts_read() if len(edited.parts) > 1 else ()
    part = edited.own_part or (sheets[0] if len(sheets) == 1 else "")
    if not part or part == WHOLE:
        return upload.name
    is_list = edited.parts.get(part) is not None
    own = part.rpartition(".")[2] if is_list else PurePosixPath(part).stem
    of_part, of_file = dataset_name_of(own), without_time(dataset_name_of(upload.name))
    is_only_table = len(set(edited.parts) - {*edited.covers, *edited.hidden_parts}) == 1
    names_rows = not (is_only_table or _NAMELESS.fullmatch(of_part) or without_time(of_part) != of_part)
    if names_rows and not edited.inner_list and of_part not in contracts:
        return f"{own}.csv"
    if edited.inner_list or names_rows or of_file in contracts:
        return _unused_file_name(f"{of_file}_{own}.csv", contracts)
    return upload.name


def _unused_file_name(file_name: str, contracts: Container[str]) -> str:
    """Return the file name with a number if a dataset has its name, as of sheets called 部屋 and 備品."""
    name = without_time(dataset_name_of(file_name))
    if name not in contracts:
        return file_name
    return next(f"{name}_{number}.csv" for number in count(2) if f"{name}_{number}" not in contracts)


def _typed(edited: EditedUpload, folder: Path) -> list[dict[str, Any]]:
    """Return the first typed cells beside the texts of the file."""
    if edited.opened is None or not edited.edits.cells:
        return []
    return typed_cells(folder / ROWS, edited.opened.names, edited.edits, edited.contract, edited.hidden)


def _by_key(edited: EditedUpload, folder: Path) -> dict[str, Any]:
    """Return the typed cells and the rows that are left out by the key of their rows."""
    if edited.opened is None or not (edited.edits.cells or edited.edits.left_out):
        return {}
    by_key = edits_by_key(folder / ROWS, edited.opened.names, edited.edits, edited.contract, edited.hidden)
    return asdict(by_key)


def _changes(edited: EditedUpload, folder: Path) -> list[dict[str, Any]]:
    """Return the changes of whole columns, of mapped values only those that the file has."""
    if edited.opened is None:
        return column_changes(edited.edits, edited.contract)
    of_file = with_values_of_file(folder / ROWS, edited.opened.names, edited.edits)
    return column_changes(of_file, edited.contract)


def _original(edited: EditedUpload, path: Path, facts: Mapping[str, Any], *, is_kept: bool) -> dict[str, str]:
    """Return what becomes of the sent file where another one is committed."""
    if not is_kept:
        return {}
    hidden_numbers = (facts.get("grid") or {}).get("hidden_numbers", {})
    names = edited.opened.names if edited.opened else ()
    original = sent_original(path, edited.contract, has_numbers=bool(hidden_numbers), names=names)
    return {"original": original.value}


def _result(record: FileRecord, scratch: ScratchObjects) -> dict[str, Any]:
    """Return the gate's judgement of a file as it is stored."""
    if record.error.get("rule") == TOO_LARGE:
        message = "The file is larger than a dry run can check. Commit it: a larger worker processes it."
        return {"state": FAILED, "error": {"rule": TOO_LARGE, "message": message}}
    rows: list[dict[str, Any]] = []
    if body := scratch.written_as(record.quarantine_key):
        rows = _first_rows(body)
    profile: dict[str, Any] = {}
    with suppress(StopIteration, NotFoundError):
        key = record.profile.get("key", "")
        profile = json.loads(
            next(body for (_, written), body in scratch.written.items() if key and written == key)
        )
    return {"state": CHECKED, "record": asdict(record), "rows": rows, "columns": profile.get("columns", [])}


def _as_sent(row: Mapping[str, Any], words: FlawWords) -> dict[str, Any]:
    """Return a row of quarantine with its number in the file as it was sent."""
    number = words.numbers.sent(row["source_row"])
    has_words = number in words.others or number in words.written or number in words.hours
    is_other = row["rule"] == RAGGED_ROW or words.numbers.left_out or has_words
    return {**row, "source_row": number, **({"reason": words.of(number, row)} if is_other else {})}


def _replaces_as_sent(replaces: Mapping[str, Any] | None, numbers: RowNumbers) -> dict[str, Any] | None:
    """Return the rows that replace others with their numbers in the file as it was sent."""
    if replaces is None:
        return None
    examples = [{**example, "row": numbers.sent(example["row"])} for example in replaces["examples"]]
    return {**replaces, "examples": examples}


def _unreadable(result: dict[str, Any], error: BadInputError) -> dict[str, Any]:
    """Return the check of a file that has no grid: a profile of garbled texts says less than the error.

    The gate profiles and keeps files that have no grid for another reason, such as their size.
    """
    record = result.get("record") or {}
    if record.get("state") != FileState.PROFILED or error.rule != UNKNOWN_ENCODING:
        return result
    refused = {**record, "state": FileState.REJECTED.value, "error": _reason(error)}
    return {**result, "record": refused, "columns": [], "draft": None}


def _needs_encoding(result: Mapping[str, Any], edits: Edits | None) -> bool:
    """Return whether a text that cannot be opened is in another encoding than the guessed or chosen one."""
    error = (result.get("record") or {}).get("error") or {}
    return bool(edits and edits.encoding) or error.get("rule") == UNKNOWN_ENCODING


def _differs() -> dict[str, Any]:
    return {"state": FAILED, "error": _reason(content_differs())}


def _reason(error: BadInputError) -> dict[str, str]:
    return {"rule": error.rule, "message": error.message, "remedy": error.remedy, "column": error.column}


def _first_rows(body: bytes) -> list[dict[str, Any]]:
    """Return the first rows of a quarantine object, without reading the rest."""
    with pq.ParquetFile(io.BytesIO(body)) as file:
        columns = [name for name in QUARANTINED_ROW_COLUMNS if name in file.schema_arrow.names]
        batch = next(file.iter_batches(FIRST_ROWS, columns=columns), None)
    return [] if batch is None else list(batch.to_pylist())
