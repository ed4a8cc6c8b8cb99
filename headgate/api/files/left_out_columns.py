import json

from headgate.api.files.declared_datasets import contract_of_dataset
from headgate.api.files.file_records import kept_columns
from headgate.api.lake_ports import LakePorts, senders_of
from headgate.api.shapes.files import FileWithColumn, LeftOutColumn, LeftOutColumns
from headgate.lake.file_index import FileFilter
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.matching.header_names import folded
from headgate.matching.match_header import folded_aliases

_MAX_FILES = 20  # each needs a read of its edits


def listed(lake: LakePorts, dataset: str) -> LeftOutColumns:
    """Return the columns by name, those of the newest file first, without those that the dataset has now.

    404 if the lake has no dataset of that name.
    """
    contract = contract_of_dataset(lake, dataset)
    where = FileFilter(dataset=dataset, state=FileState.DONE)
    records = lake.files.newest(_MAX_FILES, where=where).records
    own = {*map(folded, contract.names), *folded_aliases(contract)}
    files: dict[str, list[FileWithColumn]] = {}
    for record in records:
        kept = kept_columns(lake, record)
        for name in dict.fromkeys((*_left_out(lake, record), *record.new_columns)):
            if folded(name) not in own:
                file = FileWithColumn(file_id=record.file_id, key=record.key, is_kept_as_text=name in kept)
                files.setdefault(name, []).append(file)
    columns = tuple(LeftOutColumn(name=name, files=tuple(with_it)) for name, with_it in files.items())
    return LeftOutColumns(columns=columns, files_read=len(records))


def _left_out(lake: LakePorts, record: FileRecord) -> list[str]:
    """Return the columns that a decision left out of a file, unchanged or edited."""
    edits = senders_of(lake).edits(record.file_id)
    return [*json.loads(record.mapping.get("left_out", "[]")), *edits.get("left_out", ())]
