from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from headgate.api.shapes.lake import FileHeader
from headgate.lake.file_index import FileFilter, newest_first
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts

MAX_FILES = 200


def file_headers(lake: LakePorts, dataset: str) -> dict[str, tuple[FileHeader, ...]]:
    """Return the mapped headers of each column, the most frequent first, from the newest accepted files."""
    newest = newest_first(lake.files, FileFilter(dataset, FileState.DONE), MAX_FILES)
    files: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in islice(newest, MAX_FILES):
        for header, column in json.loads(record.mapping.get("columns", "{}")).items():
            if column and header != column:
                files[column][header] += 1
    return {
        column: tuple(
            FileHeader(header=header, files=count)
            for header, count in sorted(headers.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        for column, headers in files.items()
    }
