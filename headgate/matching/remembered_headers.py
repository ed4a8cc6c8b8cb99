"""The headers of files for which people's decisions are remembered: to list them, and to forget one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.errors import NotFoundError
from headgate.lake import keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headgate.lake.ports import ObjectInfo
    from headgate.matching.mappings import Mappings, Remembered


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
    every = [*map(_of_mapping, mappings.remembered()), *(_of_edits(mappings, info) for info in edited)]
    by_place = {(each.source, each.header): each for each in every if each.dataset == dataset}
    return sorted(by_place.values(), key=lambda each: (each.decided_at, each.header), reverse=True)


def _of_mapping(mapping: Remembered) -> RememberedHeader:
    columns = dict(zip(mapping.columns, mapping.fields, strict=False))
    return RememberedHeader(mapping.source, mapping.header, mapping.dataset, columns, {}, mapping.decided_at)


def _of_edits(mappings: Mappings, info: ObjectInfo) -> RememberedHeader:
    edits = json.loads(mappings.objects.read(info.ref))
    source, _, name = info.ref.key.removeprefix(f"{keys.EDITS}/").rpartition("/")
    header = name.removesuffix(".json")
    return RememberedHeader(source, header, edits["dataset"], edits["columns"], edits, info.modified_at)


def forget_header(mappings: Mappings, dataset: str, source: str, header: str) -> RememberedHeader:
    """Forget the decisions for a header; the next file with it is matched again. Other headers are not read.

    Raises:
        NotFoundError: nothing is remembered for this header of the dataset's files.
    """
    edits, mapping = keys.edits_key(source, header), mappings.remembered_for(source, header)
    edited = [info for info in mappings.objects.list(mappings.bucket, edits) if info.ref.key == edits]
    both = [*(_of_edits(mappings, info) for info in edited), *([_of_mapping(mapping)] if mapping else [])]
    remembered = next((each for each in both if each.dataset == dataset), None)
    if remembered is None:
        raise NotFoundError("Nothing is remembered for this header. Read the list again.")
    mappings.forget_header(source, header)
    return remembered
