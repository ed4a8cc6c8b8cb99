"""How well the gate's CSV reader loads Pollock's polluted files in auto mode: nothing but the bytes is given.

Loaded are the rows that have the table's width, under the header that was found. Rows of another width, which
the gate quarantines with their text, count as not loaded, and so does a file that is refused; only an empty
file counts as loaded with nothing in it.

Scores are Pollock's: for each file success, and precision, recall and F1 of header, records and cells, each a
mean over the files (`simple`) or a mean weighted by how often the pollution was met in a survey of real files
(`weighted`), summed, so that 10 is perfect. Pollock first brings cells to a common form (dates, prices,
case). Here texts are compared as they are, which can only find fewer of them equal: the score that is printed
is at most Pollock's own.

Source: Vitagliano et al. (2023), Pollock: A Data Loading Benchmark, PVLDB 16(8), and its metrics.py and
pollock_weights.json.

Example:
    python -m benchmarks.gate.pollock DATA      # a folder, or an archive of it, that holds csv/ and clean/
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
import tarfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.gate.first_table import read_first_table
from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Rows = Sequence[Sequence[str]]

MEASURES = (
    "success",
    *(
        f"{level}_{measure}"
        for level in ("header", "record", "cell")
        for measure in ("precision", "recall", "f1")
    ),
)
# Files of the survey that had the pollution; shared by the polluted files of one kind.
# Source: pollock_weights.json of HPI-Information-Systems/Pollock.
WEIGHTS = {
    "source": 1,
    "file_no_payload": 15,
    "file_no_trailing_newline": 184,
    "file_double_trailing_newline": 5,
    "file_no_header": 470,
    "file_header_multirow": 47,
    "file_preamble": 282,
    "file_multitable": 188 / 3,
    "file_header_only": 3,
    "file_one_data_row": 4,
    "file_record_delimiter_0xD": 7,
    "file_record_delimiter_0xA": 1691,
    "file_field_delimiter_0x9": 4,
    "file_field_delimiter_0x3B": 834,
    "file_field_delimiter_0x20": 4,
    "file_field_delimiter_0x2C_0x20": 101,
    "file_quotation_char": 11,
    "file_escape_char_0x5C": 1,
    "file_escape_char_0x00": 7,
    "row_less_sep": 260 / 707,
    "row_more_sep": 260 / 707,
    "row_field_delimiter": 1 / 7,
    "row_extra_quote": 1 / 108,
}


def loaded(content: bytes) -> Rows | None:
    """The header, where there is one, and the rows as the reader hands them over.

    None for a file that it refuses.
    """
    try:
        table = read_first_table(content)
    except UnreadableFileError as refusal:
        return [] if refusal.rule == "empty_file" else None
    rows = [
        [cell or "" for cell in row]
        for row in zip(*(column.to_pylist() for column in table.rows.columns), strict=True)
    ]
    return [list(table.dialect.names), *rows] if table.dialect.header_lines else rows


def scores(clean: Rows, read: Rows | None) -> list[float]:
    """Success, and precision, recall and F1 of header, records and cells, by Pollock's definition of them."""
    if read is None:
        return [0.0] * len(MEASURES)
    if not clean:
        return [1.0] * len(MEASURES)
    header = _shares(clean[0], read[0] if read else [])
    # Pollock joins a record's cells to one text, in which empty cells leave no trace.
    records = _shares([_record(row) for row in clean[1:]], [_record(row) for row in read[1:]])
    cells = _shares([cell for row in clean for cell in row], [cell for row in read for cell in row])
    return [1.0, *header, *records, *cells]


def _record(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell for cell in row if cell)


def _shares(clean: Iterable[object], read: Iterable[object]) -> tuple[float, float, float]:
    """Pollock's precision is over the clean side and its recall over the loaded one.

    Their sum is the same either way.
    """
    want, have = Counter(clean), Counter(read)
    if not want:
        return 1.0, 1.0, 1.0
    both = (want & have).total()
    if not both:
        return 0.0, 0.0, 0.0
    precision, recall = both / want.total(), both / have.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def weight_of(name: str) -> float:
    """The weight of one file, by the longest kind that its name begins with.

    Files of no kind of Pollock's weigh nothing.
    """
    kinds = [kind for kind in WEIGHTS if name.startswith(kind)]
    return WEIGHTS[max(kinds, key=len)] if kinds else 0.0


def files(data: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Name, polluted content and clean content of every file, from the folder or its archive."""
    contents = dict(_packed(data) if data.is_file() else _unpacked(data))
    for name in sorted(name for folder, name in contents if folder == "csv"):
        yield name, contents["csv", name], contents["clean", name]


def _packed(archive: Path) -> Iterator[tuple[tuple[str, str], bytes]]:
    with tarfile.open(archive) as packed:
        for member in packed:
            content = packed.extractfile(member) if member.isfile() else None
            if content:
                yield (Path(member.name).parent.name, Path(member.name).name), content.read()


def _unpacked(folder: Path) -> Iterator[tuple[tuple[str, str], bytes]]:
    roots = {path.parent for path in folder.rglob("csv") if path.is_dir()}
    for root in sorted(roots)[:1]:
        for path in (*root.glob("csv/*.csv"), *root.glob("clean/*.csv")):
            yield (path.parent.name, path.name), path.read_bytes()


def _clean(content: bytes) -> Rows:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def by_kind(scored: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, int, float]]:
    """For each pollution how many files have it, and their mean score of 10."""
    kinds = defaultdict(list)
    for name, measures in scored.items():
        kinds[re.sub(r"(_row\d+_col\d+|\d+_col\d+|_\d+_0x20)?\.csv$", "", name)].append(sum(measures))
    for kind, sums in sorted(kinds.items()):
        yield kind, len(sums), sum(sums) / len(sums)


def main() -> int:
    """Run the command line; the last line is JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    shared = Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
    parser.add_argument(
        "data", type=Path, nargs="?", default=shared / "dirty_csv/pollock_polluted_files.tar.gz"
    )
    data = parser.parse_args().data
    if not data.exists():
        print(f"{data} is not there: fetch the polluted files of Pollock, or name their folder")
        return 1
    csv.field_size_limit(sys.maxsize)
    started = time.process_time()
    scored = {name: scores(_clean(clean), loaded(polluted)) for name, polluted, clean in files(data)}
    weights = {name: weight_of(name) for name in scored}
    if not any(weights.values()):  # other files in the same layout: each counts as much
        weights = dict.fromkeys(scored, 1.0)
    print("\n".join(f"{kind:34} {count:5} files {mean:8.4f}" for kind, count, mean in by_kind(scored)))
    if not scored:
        print(f"{data} holds no csv/ and clean/")
        return 1
    simple = sum(map(sum, scored.values())) / len(scored)
    weighted = sum(sum(measures) * weights[name] for name, measures in scored.items()) / sum(weights.values())
    seconds = time.process_time() - started
    print(
        json.dumps(
            {
                "simple": round(simple, 3),
                "weighted": round(weighted, 3),
                "files": len(scored),
                "cpu_s": round(seconds, 1),
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
