"""Read a file of records: its model, the mapping of its columns, and the verdict on each row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import BadInputError
from headgate.formats.format_name import formats_in_words
from headgate.formats.read_table import sample_table
from headgate.matching.match_header import with_headings
from headgate.matching.suggest_mapping import THRESHOLD, match_columns, match_dataset
from headgate.onboarding.check_records import RecordVerdict, check_record_file
from headgate.onboarding.record_models import RecordModel, model_named, some_models

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.contracts.model import Contract
    from headgate.lake.ports import MaskingKey
    from headgate.matching.file_table import FileTable
    from headgate.onboarding.onboard import Outcome


@dataclass(frozen=True)
class RecordFile:
    """The records of a file for one model.

    Attributes:
        mapping: column of the file, in a form that may be shown → its field.
        verdicts: one for each row, in the file's order.
    """

    model: RecordModel
    mapping: Mapping[str, str]
    verdicts: tuple[RecordVerdict, ...]


def read_record_file(
    body: bytes, name: str, models: Mapping[str, RecordModel], key: MaskingKey, model_name: str = ""
) -> RecordFile:
    """Read the records of a file.

    Args:
        name: name of the file, for messages.
        model_name: the model; by default the one that the columns fit best.
    """
    headed = sample_table(body)
    if headed is None:
        raise BadInputError(
            rule="not_a_table",
            message="no table was found",
            remedy=f"send {formats_in_words()} with a header",
            file=name,
        )
    model = model_named(models, model_name) if model_name else _detected(headed, name, models)
    contract, mapping = _mapped(headed, model.contract)
    return RecordFile(model, mapping, tuple(check_record_file(body, contract, key, name)))


def _detected(headed: FileTable, name: str, models: Mapping[str, RecordModel]) -> RecordModel:
    by_dataset = {model.contract.dataset: model for model in some_models(models).values()}
    match = match_dataset(
        headed.names, headed.samples, {dataset: model.contract for dataset, model in by_dataset.items()}
    )
    if match is None or match.absent:
        remedy = (
            f"name the model with --model: {', '.join(models)}; `headgate onboard --list-models` shows "
            "their columns"
        )
        raise BadInputError(
            rule="unknown_dataset", message="the columns fit no model", remedy=remedy, file=name
        )
    return by_dataset[match.dataset]


def _mapped(headed: FileTable, contract: Contract) -> tuple[Contract, dict[str, str]]:
    """Return the contract for this file's header.

    The gate reports the error of a header without a confident mapping.
    """
    match = match_columns(headed.names, headed.samples, contract)
    fields = {pair.position: pair.field for pair in match.pairs}
    mapping = {shown: fields.get(place, "") for place, shown in enumerate(headed.shown)}
    unmatched = sorted(
        {*match.unknown, *(pair.position for pair in match.pairs if pair.confidence < THRESHOLD)}
    )
    if unmatched and not match.absent:
        raise BadInputError(
            rule="unknown_column",
            message="the model has no field of this name, and its values would be lost",
            remedy=(
                "name the column as its field, leave it out, or add the field to the contract of "
                f"{contract.dataset}"
            ),
            column=", ".join(headed.shown[place] for place in unmatched),
        )
    if match.confidence < THRESHOLD:
        return contract, mapping
    return with_headings(
        contract, headed.names, [fields[place] for place in range(len(headed.names))]
    ), mapping


def failed_rows(read: RecordFile, outcomes: Iterable[Outcome]) -> bytes:
    """Return the failed rows as CSV with the model's column names, for correcting and sending again.

    Ragged rows are left out.
    """
    verdicts = {verdict.row: verdict for verdict in read.verdicts}
    out = io.StringIO()
    writer = csv.DictWriter(out, read.model.contract.names, lineterminator="\n")
    writer.writeheader()
    for outcome in outcomes:
        verdict = verdicts[outcome.row]
        if outcome.state == "failed" and (cells := verdict.texts or verdict.values):
            writer.writerow(cells)
    return out.getvalue().encode()
