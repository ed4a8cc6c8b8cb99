"""Erase a subject's rows from raw, curated and quarantine, in every version.

The original is deleted from raw first: if the process dies, the increment still identifies the file, and the
next call continues.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import pyarrow as pa

from headgate.contracts.model import Contract
from headgate.erasure.personal_texts import PersonalTexts, texts_of_columns, texts_of_key
from headgate.erasure.subject_rows import Subject, SubjectColumns, subject_columns
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileLedger, FileRecord, ObjectRef, ObjectVersion, VersionedObjects
from headgate.lake.states import Disposition, FileState
from headgate.snapshots.publishing import PARQUET_TYPE, parquet_bytes
from headgate.values.parquet_tables import table_of

_EDITION_CHARACTERS = 16


@dataclass(frozen=True)
class Buckets:
    """The zones that contain rows of files."""

    raw: str
    curated: str
    quarantine: str
    artifacts: str


@dataclass
class Erased:
    """The result of an erasure: erased rows by dataset, and the deleted object versions.

    Attributes:
        from_lake: whether the lake had rows of the subject, so that its tables must be rebuilt without them.
    """

    rows: Counter[str] = field(default_factory=Counter)
    files: list[str] = field(default_factory=list)
    versions: list[ObjectVersion] = field(default_factory=list)
    from_lake: bool = True


@dataclass(frozen=True)
class SubjectData:
    """The data of a subject: the columns that mark its rows, and contents of files (SHA-256) by dataset.

    Attributes:
        texts: the texts to search for.
        earlier: the erasures of an earlier, unfinished call; None without one.
    """

    columns: SubjectColumns
    contents: Mapping[str, frozenset[str]]
    texts: PersonalTexts
    earlier: Erased | None

    @property
    def files(self) -> int:
        """The number of different contents."""
        return sum(map(len, self.contents.values()))

    @property
    def is_known(self) -> bool:
        """Whether a stored row has the key, or an erasure of it is unfinished."""
        return bool(self.contents) or self.earlier is not None

    @property
    def is_of_lake(self) -> bool:
        """Whether the lake has rows of the subject, or had some before an unfinished erasure."""
        return bool(self.contents) or (self.earlier is not None and self.earlier.from_lake)


@dataclass(frozen=True)
class RowEraser:
    """Finds and erases the rows of one subject.

    Args:
        contracts: the source contracts by dataset.
        clock: naive UTC.
        lease_s: how long a file stays claimed if this process dies.
    """

    objects: VersionedObjects
    ledger: FileLedger
    contracts: Mapping[str, Contract]
    buckets: Buckets
    clock: Callable[[], datetime]
    lease_s: int

    def find(self, subject: Subject) -> SubjectData:
        """Return the subject's data in any stored version of any increment or quarantine object.

        This includes data that an earlier, unfinished call found, because the rows with these texts may be
        erased by now.
        """
        columns = subject_columns(subject, self.contracts, self._increments)
        contents = {dataset: frozenset(self._contents_with(columns, dataset)) for dataset in columns.values}
        earlier, texts = self._progress(subject)
        texts |= texts_of_key(subject.key) | self._texts_of_rows(subject, columns)
        return SubjectData(columns, {dataset: of for dataset, of in contents.items() if of}, texts, earlier)

    def keep_progress(self, subject: Subject, subject_data: SubjectData, erased: Erased) -> None:
        """Store the search and the erased rows until `end`, so that another call can continue."""
        versions = [
            [version.ref.bucket, version.ref.key, version.ref.version_id, version.size_bytes]
            for version in erased.versions
        ]
        texts = {
            "identifying": sorted(subject_data.texts.identifying),
            "texts": sorted(subject_data.texts.shared),
        }
        progress = {
            **texts,
            "rows": erased.rows,
            "files": erased.files,
            "versions": versions,
            "from_lake": erased.from_lake,
        }
        self.objects.write(
            self._progress_of(subject), json.dumps(progress).encode(), content_type="application/json"
        )

    def end(self, subject: Subject, erased: Erased) -> None:
        """Delete the progress that `keep_progress` stored."""
        self._purge(self._progress_of(subject), erased)

    def _progress_of(self, subject: Subject) -> ObjectRef:
        name = hashlib.sha256(f"{subject.dataset}\n{subject.key}".encode()).hexdigest()
        return ObjectRef(self.buckets.artifacts, f"{keys.ERASURES}/{name}.json")

    def _progress(self, subject: Subject) -> tuple[Erased | None, PersonalTexts]:
        """Return the erasures of an earlier, unfinished call, and the texts that it searched for."""
        try:
            kept = json.loads(self.objects.read(self._progress_of(subject)))
        except NotFoundError:
            return None, PersonalTexts()
        versions = [
            ObjectVersion(ObjectRef(bucket, key, version_id), size, self.clock(), is_newest=False)
            for bucket, key, version_id, size in kept["versions"]
        ]
        # Release 0.1.0 kept postcodes and dates among the texts, and did not record which ones identify a
        # person.
        texts = PersonalTexts(frozenset(kept.get("identifying", ()))) | texts_of_columns(
            frozenset(kept["texts"]), are_personal=False
        )
        return Erased(
            Counter(kept["rows"]), list(kept["files"]), versions, from_lake=kept.get("from_lake", True)
        ), texts

    def erase(self, subject: Subject, subject_data: SubjectData) -> Erased:
        """Erase the subject's data; return it with the erasures of an earlier call.

        Raises:
            ThrottledError: a worker holds one of the files; call again when it has finished.
        """
        earlier = subject_data.earlier or Erased()
        erased = Erased(
            earlier.rows.copy(), [*earlier.files], [*earlier.versions], from_lake=subject_data.is_of_lake
        )
        self.keep_progress(subject, subject_data, erased)
        records = defaultdict(list)
        for record in self.ledger.records():
            records[record.dataset, record.content_sha256].append(record)
        for dataset, contents in sorted(subject_data.contents.items()):
            for content in sorted(contents):
                self._erase_content(subject_data.columns, dataset, content, records[dataset, content], erased)
                self.keep_progress(subject, subject_data, erased)
        for dataset in subject_data.columns.values:
            self._erase_deletions(subject_data.columns, dataset, erased)
        self.keep_progress(subject, subject_data, erased)
        return erased

    def _erase_content(
        self,
        columns: SubjectColumns,
        dataset: str,
        content: str,
        records: Iterable[FileRecord],
        erased: Erased,
    ) -> None:
        for record in records:
            self._purge(record.ref, erased)
            if replacement := record.original.get("key"):
                self._purge(ObjectRef(record.bucket, replacement), erased)
            erased.files.append(record.key)
        owner = next((record for record in records if record.state is FileState.DONE), None)
        before = self.ledger.reopen(owner.file_id, now=self.clock(), lease_s=self.lease_s) if owner else None
        increment = ObjectRef(self.buckets.curated, keys.increment_key(dataset, content))
        quarantine = ObjectRef(self.buckets.quarantine, keys.quarantine_key(dataset, content))
        accepted = self._rewrite(increment, partial(columns.mask, dataset), erased, dataset)
        self._mark_edition(dataset, content, accepted, erased)
        refused = self._rewrite(quarantine, partial(_mask_of_records, columns, dataset), erased, dataset)
        self._purge(ObjectRef(self.buckets.artifacts, keys.profile_key(dataset, content)), erased)
        if before:
            self.ledger.finish(_with_counts(before, accepted, refused, increment.key, quarantine.key))

    def _rewrite(
        self, ref: ObjectRef, mask: Callable[[pa.Table], pa.Array], erased: Erased, dataset: str
    ) -> pa.Table | None:
        """Write the object without the subject's rows, purge its other versions, and return its rows."""
        try:
            rows = table_of(self.objects.read(ref))
        except NotFoundError:
            self._purge(ref, erased)
            return None
        kept = rows.filter(pa.compute.invert(mask(rows)))
        erased.rows[dataset] += rows.num_rows - kept.num_rows
        if not kept.num_rows:
            self._purge(ref, erased)
            return None
        if kept.num_rows < rows.num_rows:
            self.objects.write(ref, parquet_bytes(kept), content_type=PARQUET_TYPE)
        self._purge(ref, erased, keep_newest=True)
        return kept

    def _mark_edition(self, dataset: str, content: str, rows: pa.Table | None, erased: Erased) -> None:
        """Mark the increment as another edition, so that the next merge reads all increments again."""
        prefix = keys.edition_key(dataset, content, "")
        mark = (
            keys.edition_key(
                dataset, content, hashlib.sha256(parquet_bytes(rows)).hexdigest()[:_EDITION_CHARACTERS]
            )
            if rows
            else ""
        )
        if mark:
            self.objects.write(ObjectRef(self.buckets.curated, mark), b"", content_type="text/plain")
        for item in list(self.objects.list(self.buckets.curated, prefix)):
            if item.ref.key != mark:
                self._purge(item.ref, erased)

    def _erase_deletions(self, columns: SubjectColumns, dataset: str, erased: Erased) -> None:
        """Erase the keys from the lists of rows that a source had deleted."""
        prefix = f"{keys.INCREMENTS}/{dataset}/"
        for item in list(self.objects.list(self.buckets.curated, prefix)):
            if keys.deleted_by(item.ref.key):
                ref = ObjectRef(item.ref.bucket, item.ref.key)
                rows = table_of(self.objects.read(ref))
                kept = rows.filter(pa.compute.invert(columns.mask(dataset, rows)))
                if kept.num_rows < rows.num_rows:
                    self.objects.write(ref, parquet_bytes(kept), content_type=PARQUET_TYPE)
                    self._purge(ref, erased, keep_newest=True)

    def purge_profiles(self, profiles: Iterable[str], erased: Erased) -> None:
        """Delete all versions of the profiles of a file whose original is deleted."""
        for key in profiles:
            self._purge(ObjectRef(self.buckets.artifacts, key), erased)

    def _purge(self, ref: ObjectRef, erased: Erased, *, keep_newest: bool = False) -> None:
        """Delete the versions of one object permanently, or the one version that is named."""
        for version in list(self.objects.versions(ref.bucket, ref.key)):
            is_selected = version.ref.key == ref.key and ref.version_id in {"", version.ref.version_id}
            if is_selected and not (keep_newest and version.is_newest):
                self.objects.delete(version.ref)
                erased.versions.append(version)

    def _increments(self, dataset: str, columns: tuple[str, ...]) -> Iterator[pa.Table]:
        for version in self._stored(self.buckets.curated, f"{keys.INCREMENTS}/{dataset}/"):
            if keys.parse_increment_key(version.ref.key):
                rows = table_of(self.objects.read(version.ref))
                yield rows.select([name for name in dict.fromkeys(columns) if name in rows.column_names])

    def _contents_with(self, columns: SubjectColumns, dataset: str) -> Iterator[str]:
        for version in self._stored(self.buckets.curated, f"{keys.INCREMENTS}/{dataset}/"):
            parsed = keys.parse_increment_key(version.ref.key)
            if (
                parsed
                and pa.compute.any(columns.mask(dataset, table_of(self.objects.read(version.ref)))).as_py()
            ):
                yield parsed[1]
        for version in self._stored(self.buckets.quarantine, f"{keys.QUARANTINE_ROWS}/{dataset}/"):
            if pa.compute.any(
                _mask_of_records(columns, dataset, table_of(self.objects.read(version.ref)))
            ).as_py():
                yield version.ref.key.rpartition("/")[2].removesuffix(".parquet")

    def _stored(self, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
        """Yield the versions of Parquet objects."""
        return (
            version
            for version in self.objects.versions(bucket, prefix)
            if not version.is_marker and version.ref.key.endswith(".parquet")
        )

    def _texts_of_rows(self, subject: Subject, columns: SubjectColumns) -> PersonalTexts:
        """Return the texts of the subject's own row that no other row of its dataset has.

        Only the columns that the contract marks as personal are read, or all if it marks none.
        """
        marked = self.contracts[subject.dataset].personal
        texts_of_subject: set[str] = set()
        others: set[str] = set()
        for version in self._stored(self.buckets.curated, f"{keys.INCREMENTS}/{subject.dataset}/"):
            rows = table_of(self.objects.read(version.ref))
            mask = columns.mask(subject.dataset, rows)
            texts_of_subject |= _texts(rows.filter(mask), marked)
            others |= _texts(rows.filter(pa.compute.invert(mask)), ())
        return texts_of_columns(frozenset(texts_of_subject - others), are_personal=bool(marked))


def _texts(rows: pa.Table, columns: tuple[str, ...]) -> set[str]:
    """Return the texts of the named columns, or of all columns if none is named."""
    kinds = zip(rows.column_names, rows.schema.types, strict=True)
    names = [name for name, kind in kinds if pa.types.is_string(kind) and (not columns or name in columns)]
    return {text for name in names for text in pa.compute.unique(rows[name]).to_pylist() if text}


def _mask_of_records(columns: SubjectColumns, dataset: str, rows: pa.Table) -> pa.Array:
    return pa.array([columns.has(dataset, record or "") for record in rows["record"].to_pylist()], pa.bool_())


def _with_counts(
    before: FileRecord, accepted: pa.Table | None, refused: pa.Table | None, increment: str, quarantine: str
) -> FileRecord:
    """Return the record of a file with the counts of the remaining rows.

    Its profile is removed, because it also described the erased rows.
    """
    dispositions = Counter(refused["disposition"].to_pylist() if refused else [])
    rows = accepted.num_rows if accepted else 0
    return replace(
        before,
        received=rows + sum(dispositions.values()),
        accepted=rows,
        quarantined=dispositions[Disposition.REFUSED],
        duplicates=dispositions[Disposition.DUPLICATE],
        reasons=dict(Counter(refused["rule"].to_pylist())) if refused else {},
        curated_key=increment if accepted else "",
        quarantine_key=quarantine if refused else "",
        profile={},
    )
