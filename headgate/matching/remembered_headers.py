"""The headers of files for which people's decisions are remembered: to list them, and to forget one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headgate.lake.ports import ObjectInfo
    from headgate.matching.mappings import Mappings, Remembered

# Replaces the decisions of a forgotten header: no dataset has this name, so nothing is applied.
_FORGOTTEN = {"dataset": "", "columns": [], "fields": []}


@dataclass(frozen=True)
class RememberedHeader:
    """The decisions for the next file of a source with a header.

    Attributes:
        header: fingerprint of the header.
        columns: column → field; None for a column that is left out.
        edits: of the page Upload, as JSON of `headgate.uploads.edits.Edits`; empty without any.
    """

    source: str
    header: str
    dataset: str
    columns: Mapping[str, str | None]
    edits: Mapping[str, Any]
    decided_at: datetime


def remembered_headers(mappings: Mappings, dataset: str) -> list[RememberedHeader]:
    """Return the remembered headers of a dataset's files, newest first."""
    edited = mappings.objects.list(mappings.bucket, f"{keys.EDITS}/")
    # Edits have the fields of a mapping, and formats and steps.
    every = [
        *map(_of_mapping, mappings.remembered()),
        *(_of_edits(info, json.loads(mappings.objects.read(info.ref))) for info in edited),
    ]
    by_place = {(each.source, each.header): each for each in every if each.dataset == dataset}
    return sorted(by_place.values(), key=lambda each: (each.decided_at, each.header), reverse=True)


def _of_mapping(mapping: Remembered) -> RememberedHeader:
    columns = dict(zip(mapping.columns, mapping.fields, strict=False))
    return RememberedHeader(mapping.source, mapping.header, mapping.dataset, columns, {}, mapping.decided_at)


def _of_edits(info: ObjectInfo, edits: Mapping[str, Any]) -> RememberedHeader:
    source, _, name = info.ref.key.removeprefix(f"{keys.EDITS}/").rpartition("/")
    header = name.removesuffix(".json")
    return RememberedHeader(source, header, edits["dataset"], edits["columns"], edits, info.modified_at)


def forget_header(mappings: Mappings, dataset: str, source: str, header: str) -> RememberedHeader:
    """Forget the decisions for a header; the next file with it is matched again.

    Raises:
        NotFoundError: nothing is remembered for this header of the dataset's files.
    """
    for remembered in remembered_headers(mappings, dataset):
        if (remembered.source, remembered.header) == (source, header):
            break
    else:
        raise NotFoundError("Nothing is remembered for this header. Read the list again.")
    body = json.dumps(_FORGOTTEN).encode()
    for key in (keys.mapping_key(source, header), keys.edits_key(source, header)):
        ref = ObjectRef(mappings.bucket, key)
        if any(info.ref.key == key for info in mappings.objects.list(mappings.bucket, key)):
            mappings.objects.write(ref, body, content_type="application/json")
    return remembered
