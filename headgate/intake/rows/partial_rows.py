"""Complete corrected rows of a file whose original is kept masked: unsent cells come from the kept row.

A correction names the row that each of its rows corrects, and the masked columns that it does not send. The
gate masks the sent values, and takes the others from the masked form. A token stays a token, so nobody sends
a card number again to correct an amount. See docs/adr/0023-masked-at-source.md.
"""

import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import masked_columns
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.new_column_policy import without_left_out
from headgate.formats.read_file import read_file
from headgate.formats.received_rows import Received
from headgate.intake.rows.masked_at_source import VERDICTS, AtSource, masked_form
from headgate.intake.rows.masked_original import ABOUT, ROWS, SENSITIVE, SOURCE_ROW, About
from headgate.lake.refused_correction import refused_correction
from headgate.lake.states import CORRECTED_ROW, KEPT_COLUMNS
from headgate.values.cells import Rows, int_array, text_array
from headgate.values.parquet_tables import table_of

_TEXT = ColumnType(Kind.STRING)
_ROW = re.compile("[0-9]{1,18}")
_MAX_NAMED = 5


@dataclass(frozen=True)
class PartialRows:
    """Completes corrected rows from the masked form of the file that they correct.

    Args:
        file_id: id of the corrected file.
        form: local copy of its masked form.
        contract: the dataset's contract.
    """

    file_id: str
    form: Path
    contract: Contract
    masking: AtSource

    def write(self, body: bytes, folder: Path) -> About:
        """Write the rows to `folder` in the layout of a masked form, and return the facts about them.

        Raises:
            BadInputError: a row is not in the masked form, or the API did not write the file.
        """
        with zipfile.ZipFile(self.form) as archive:
            about = About.of(archive.read(ABOUT).decode())
            archive.extract(ROWS, folder)
        kept_rows = table_of(folder / ROWS)
        contract = without_left_out(self.contract)
        extra = (Column(CORRECTED_ROW, _TEXT), Column(KEPT_COLUMNS, _TEXT))
        received = read_file(body, replace(contract, columns=(*extra, *contract.columns), headings=()))
        if received.ragged.source_rows.size:
            raise refused_correction("The correction has rows with a wrong number of cells.")
        places = self._positions(received, kept_rows)
        key_ids = dict.fromkeys((about.key_id, self.masking.key.key_id))
        rows = [
            self._complete(received, chosen, kept_rows.take(places.take(int_array(chosen))), kept)
            for kept, chosen in _by_kept_columns(received, contract).items()
        ]
        table = pa.concat_tables(rows, promote_options="permissive")
        pq.write_table(table.sort_by(SOURCE_ROW), folder / ROWS)
        return About(
            f"{contract.id}@{contract.version}",
            # A pattern of both keys if the key was rotated in between.
            about.key_id if len(key_ids) == 1 else f"(?:{'|'.join(key_ids)})",
            masked=_masked_values(contract, received),
            written_as=received.written_as,
        )

    def _positions(self, received: Received, kept_rows: pa.Table) -> pa.Array:
        """Return the position of each row's original in the masked form; null where it has no such row.

        A row with a wrong number of cells is not in the form, and is sent with all its cells.
        """
        corrected = [str(text or "").partition("/") for text in received.cells[CORRECTED_ROW].to_pylist()]
        if any(file_id != self.file_id or not _ROW.fullmatch(row) for file_id, _, row in corrected):
            raise refused_correction("A row names another file than the one that it corrects.")
        numbers = pa.array([int(row) for _, _, row in corrected], pa.int64())
        places = pc.index_in(numbers, pc.cast(kept_rows[SOURCE_ROW], pa.int64()).combine_chunks())
        takes_cells = pc.greater(pc.utf8_length(pc.fill_null(received.cells[KEPT_COLUMNS], "")), 0)
        if absent := numbers.filter(pc.and_(places.is_null(), takes_cells)).to_pylist():
            listed = ", ".join(str(number) for number in absent[:_MAX_NAMED])
            raise refused_correction(f"The corrected file has no complete row {listed} to take cells from.")
        return places

    def _complete(
        self, received: Received, chosen: Rows, kept_rows: pa.Table, kept: Sequence[str]
    ) -> pa.Table:
        """Return the rows that keep the same masked columns, under the contract's masked form."""
        contract = without_left_out(self.contract)
        sent = _without_columns(contract, kept)
        cells = {column.name: received.cells[column.name].take(int_array(chosen)) for column in sent.columns}
        masked = self.masking.mask_received(sent, cells)
        columns = {name: masked[name] for name in masked.column_names}
        for column in contract.columns:
            if column.name in kept:
                columns |= {curated.name: kept_rows[curated.name] for curated in masked_columns(column)}
        pairs = zip(kept_rows[VERDICTS].to_pylist(), masked[VERDICTS].to_pylist(), strict=True)
        columns[VERDICTS] = text_array(_verdicts(before, now, kept) for before, now in pairs)
        names = masked_form(contract, "").names
        return pa.table(
            {name: pc.cast(columns[name], pa.string()) for name in names}
            | {SOURCE_ROW: int_array(received.source_rows[chosen])}
        )


def _without_columns(contract: Contract, left_out: Sequence[str]) -> Contract:
    """Return the contract without these columns and without the comparisons that need them."""
    columns = tuple(column for column in contract.columns if column.name not in left_out)
    comparisons = tuple(rule for rule in contract.comparisons if not {rule.left, rule.right} & {*left_out})
    return replace(contract, columns=columns, comparisons=comparisons)


def _by_kept_columns(received: Received, contract: Contract) -> dict[tuple[str, ...], Rows]:
    """Group the positions of the rows by the masked columns that they keep."""
    maskable = {column.name for column in contract.columns if column.mask}
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, text in enumerate(received.cells[KEPT_COLUMNS].to_pylist()):
        kept = tuple((text or "").split())
        if not maskable.issuperset(kept):
            raise refused_correction("A row keeps a column that the contract does not mask.")
        places[kept].append(place)
    return {kept: np.array(rows) for kept, rows in places.items()}


def _verdicts(before: str | None, now: str | None, kept: Sequence[str]) -> str | None:
    """Return the rules that the row breaks: earlier ones for kept columns, current ones for the others."""
    still = [breach for breach in json.loads(before or "[]") if breach[1] in kept]
    breaches = [*still, *json.loads(now or "[]")]
    return json.dumps(breaches) if breaches else None


def _masked_values(contract: Contract, received: Received) -> dict[str, int]:
    """Return column → number of its sent values that masking replaces."""
    sent = {
        column.name: len(column_cells) - column_cells.null_count
        for column in contract.columns
        if column.mask in SENSITIVE and (column_cells := received.cells[column.name])
    }
    return {name: count for name, count in sent.items() if count}
