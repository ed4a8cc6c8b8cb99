"""Store the profile of every file, and compare it with those of earlier files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.contracts.hidden_values import NOTHING_HIDDEN, HiddenBy
from headgate.contracts.model import Contract
from headgate.errors import NotFoundError
from headgate.lake.keys import baseline_key, export_folder, has_corrected_rows, profile_key, summary_key
from headgate.lake.ports import HIDDEN_NUMBERS, SUMMARY, FileRecord, ObjectRef, ObjectStore
from headgate.lake.states import FileState
from headgate.masking.redaction import rows_with_secrets
from headgate.matching.file_table import FileTable, as_text
from headgate.profiling.column_reader import Columns, Rows
from headgate.profiling.drift import FileFigures, drift, figures_of, file_series, newest_figures
from headgate.profiling.file_summary import counted_summary, file_summary, summary_json
from headgate.profiling.profile import GatedFile, Profile, profile_of, profile_unknown

_JSON = "application/json"
_UNFINISHED = {FileState.PROCESSING, FileState.HANDED_OVER, FileState.WAITING, FileState.FAILED}


@dataclass(frozen=True)
class Profiles:
    """Profiles in a bucket: one object per content, and the figures of each dataset's newest files.

    The figures are advisory: two concurrent files may overwrite each other's, which affects only later
    alerts.
    """

    objects: ObjectStore
    bucket: str

    def of(
        self, record: FileRecord, contract: Contract, accepted: Rows, quarantine_rows: Rows
    ) -> Mapping[str, str]:
        """Store the profile of a file that passed the gate, from its rows as tables or as written Parquet.

        Corrected rows of another file are not compared: they are few, and not a delivery. Statistics never
        reject rows: if they cannot be computed, the record states the error. Errors of services are raised.
        """
        try:
            profile = profile_of(
                GatedFile(
                    contract,
                    record.content_sha256,
                    record.received,
                    Columns(accepted),
                    Columns(quarantine_rows),
                    datetime.fromisoformat(record.received_at),
                )
            )
        except Exception as error:  # noqa: BLE001 see the docstring; the error's text may contain a value, so only its type is logged
            return {"failed": type(error).__name__}
        if has_corrected_rows(record.key):
            return self._store(profile)
        export = export_folder(record.key)
        return self.keep(profile, export, "" if export else file_series(record.key))

    def of_unknown(
        self, record: FileRecord, table: FileTable, sensitive: Mapping[str, HiddenBy] = NOTHING_HIDDEN
    ) -> Mapping[str, str]:
        """Store the profile of a rejected file without a comparison.

        Args:
            sensitive: known sensitive columns with their rules; others are found by names and values.
        """
        try:
            profile = _profile_unknown(record, table, sensitive)
        except Exception as error:  # noqa: BLE001 as above
            return {"failed": type(error).__name__}
        return self.keep(profile)

    def of_uncontracted(self, record: FileRecord, table: FileTable) -> Mapping[str, str]:
        """Store the profile and the summary of a file that no contract fits.

        The record keeps the summary's key as SUMMARY.
        """
        name = record.key.rpartition("/")[2]
        try:
            profile = _profile_unknown(record, table)
            body = summary_json(file_summary(name, profile.as_dict()))
        except Exception as error:  # noqa: BLE001 as above
            return {"failed": type(error).__name__}
        self.objects.write(ObjectRef(self.bucket, summary_key(name)), body, content_type=_JSON)
        numbers = sum(len(rows_with_secrets(as_text(column))) for column in table.columns)
        hidden = {HIDDEN_NUMBERS: str(numbers)} if numbers else {}
        return {SUMMARY: summary_key(name), **hidden, **self.keep(profile)}

    def keep(self, profile: Profile, export: str = "", series: str = "") -> Mapping[str, str]:
        """Store the profile, and return its facts for the file's record: key, score and its parts, and drift.

        Args:
            export: the folder of the export that delivered the file.
            series: the file's name without numbers; empty for files of exports.
        """
        stored = self._store(profile)
        if not profile.dataset:
            return stored
        before, own = self._before(profile.dataset), figures_of(profile, export, series)
        shifts = drift(own, before)
        self._remember(profile.dataset, newest_figures(before, own))
        if not shifts:
            return stored
        texts = (f"{shift.column or 'file'}: {shift.message} [{shift.kind}]" for shift in shifts)
        return {**stored, "drift": "; ".join(texts)}

    def _store(self, profile: Profile) -> Mapping[str, str]:
        key = profile_key(profile.dataset, profile.content_sha256)
        self.objects.write(ObjectRef(self.bucket, key), profile.to_json().encode(), content_type=_JSON)
        return {"key": key, **profile.summary()}

    def read(self, dataset: str, content_sha256: str) -> dict[str, object]:
        """Return a stored profile; NotFoundError if there is none."""
        return self._read(profile_key(dataset, content_sha256))

    def summary_of(self, record: FileRecord, original: FileRecord | None = None) -> dict[str, object]:
        """Return the summary of a file; without a profile, its rows and the reason.

        Args:
            original: the accepted file of a skipped duplicate, which has the same content and profile.
        """
        name = record.key.rpartition("/")[2]
        profile = record.profile or (original.profile if original else {})
        if "key" in profile:
            return file_summary(name, self._read(profile["key"]))
        if record.state in _UNFINISHED:
            raise NotFoundError(f"{record.key} has no summary yet: its state is {record.state}.")
        accepted = record.state is FileState.DONE
        reason = record.error.get("message", "" if accepted else f"its state is {record.state}")
        return counted_summary(name, record.received, record.quarantined, reason)

    def _read(self, key: str) -> dict[str, object]:
        profile: dict[str, object] = json.loads(self.objects.read(ObjectRef(self.bucket, key)))
        return profile

    def _before(self, dataset: str) -> list[FileFigures]:
        try:
            read = json.loads(self.objects.read(ObjectRef(self.bucket, baseline_key(dataset))))
        except NotFoundError:
            return []
        return [FileFigures.from_dict(figures) for figures in read]

    def _remember(self, dataset: str, figures: Sequence[FileFigures]) -> None:
        kept = [file.as_dict() for file in figures]
        self.objects.write(
            ObjectRef(self.bucket, baseline_key(dataset)),
            json.dumps(kept, sort_keys=True).encode(),
            content_type=_JSON,
        )


def _profile_unknown(
    record: FileRecord, table: FileTable, sensitive: Mapping[str, HiddenBy] = NOTHING_HIDDEN
) -> Profile:
    return profile_unknown(
        table.by_shown_name,
        dataset="",
        content_sha256=record.content_sha256,
        received_at=datetime.fromisoformat(record.received_at),
        sensitive=sensitive,
        broken_rows=table.broken_rows,
    )
