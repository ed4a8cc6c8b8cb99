from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import NotFoundError
from headgate.export.certifying.certificate import Certificate, CertifiedFile
from headgate.export.certifying.deleted_rows import DELETED
from headgate.export.certifying.digest import Digest, digest_of_file
from headgate.export.planning.watermark import Reached, Watermark
from headgate.export.requests import Verification
from headgate.lake.content_hash import sha256_of
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from headgate.lake.ports import ObjectRef, ObjectStore

_JSON = "application/json"
_GONE = "is gone"
_OTHER_BYTES = "its bytes are not those that were certified"


@dataclass(frozen=True)
class UnfinishedRun:
    """The mirror of an unfinished run in a bucket."""

    objects: ObjectStore
    bucket: str
    prefix: str

    def keep(self, path: Path) -> None:
        self.objects.upload(path, self._ref(path.name))

    def forget(self, name: str) -> None:
        self.objects.delete(self._ref(name))

    def clear(self) -> None:
        """Delete all copies."""
        for item in list(self.objects.list(self.bucket, self.prefix)):
            self.objects.delete(ObjectRef(self.bucket, item.ref.key))

    def is_empty(self) -> bool:
        """Return whether the mirror has no files."""
        return next(iter(self.objects.list(self.bucket, self.prefix)), None) is None

    def restore(self, folder: Path) -> None:
        """Download all copies to the folder."""
        for item in self.objects.list(self.bucket, self.prefix):
            self.objects.download(
                ObjectRef(self.bucket, item.ref.key), folder / item.ref.key.removeprefix(self.prefix)
            )

    def _ref(self, name: str) -> ObjectRef:
        return ObjectRef(self.bucket, self.prefix + name)


@dataclass(frozen=True)
class RunStore:
    """The published runs in raw, and the watermarks in the state bucket below `exports/`."""

    objects: ObjectStore
    raw_bucket: str
    state_bucket: str

    def upload_files(self, certificate: Certificate, files: Mapping[str, Path]) -> None:
        """Upload the run's files to raw; readers ignore them until the manifest is written."""
        for name, path in files.items():
            self.objects.upload(path, self._ref(certificate, name))

    def publish(self, certificate: Certificate) -> None:
        """Write the run's manifest, which publishes the table."""
        self.objects.write(
            self._ref(certificate, RUN_MANIFEST), certificate.to_json().encode(), content_type=_JSON
        )

    def certificate(self, key: ExportKey) -> Certificate | None:
        """Return the certificate at a manifest key; None if the run is not published."""
        try:
            return Certificate.from_json(self.objects.read(ObjectRef(self.raw_bucket, key.path())))
        except NotFoundError:
            return None

    def runs(self, table: str) -> list[ExportKey]:
        """Return the manifest keys of a table's published runs, oldest first."""
        manifests = [
            ExportKey.parse(item.ref.key) for item in self.objects.list(self.raw_bucket, f"{table}/dt=")
        ]
        return sorted(
            (key for key in manifests if key and key.name == RUN_MANIFEST),
            key=lambda key: (key.exported_on, key.run),
        )

    def tables(self) -> list[str]:
        """Return the tables with a published run, by listing all objects: for destinations without a lake."""
        keys = (ExportKey.parse(item.ref.key) for item in self.objects.list(self.raw_bucket, ""))
        return sorted({key.dataset for key in keys if key and key.name == RUN_MANIFEST})

    def reached_before(self, source: str, table: str, run: str) -> Reached | None:
        """Return how far earlier runs have exported the table; None in the first run."""
        watermark = self._watermark(source, table)
        return watermark.start_of(run) if watermark else None

    def _watermark(self, source: str, table: str) -> Watermark | None:
        try:
            return Watermark.from_json(
                self.objects.read(self._state(source, table, "watermark.json")).decode()
            )
        except NotFoundError:
            return None

    def has_later_run(self, source: str, table: str, reached: Reached) -> bool:
        """Return whether another run has published a later snapshot, so that its watermark must stay."""
        watermark = self._watermark(source, table)
        return (
            watermark is not None
            and watermark.last.run != reached.run
            and watermark.last.taken_at > reached.taken_at
        )

    def advance(self, source: str, table: str, reached: Reached) -> None:
        """Write the watermark, from which the next incremental run starts."""
        previous = self._watermark(source, table)
        watermark = Watermark(reached, previous.start_of(reached.run) if previous else None)
        self.objects.write(
            self._state(source, table, "watermark.json"), watermark.to_json().encode(), content_type=_JSON
        )
        if previous and previous.before and previous.before != watermark.before:
            self.objects.delete(self._keys(source, table, previous.before.run))

    def keys_before(self, source: str, table: str, run: str, path: Path) -> bool:
        """Download the keys of the run before this one to `path`; return False if it stored none."""
        reached = self.reached_before(source, table, run)
        try:
            if reached:
                self.objects.download(self._keys(source, table, reached.run), path)
        except NotFoundError:
            return False
        return reached is not None

    def keep_keys(self, source: str, table: str, run: str, path: Path) -> None:
        """Store the keys for the comparison in the next run."""
        self.objects.upload(path, self._keys(source, table, run))

    def verify(self, key: ExportKey, workspace: Path) -> Verification:
        """Compare a published run with its manifest: the bytes of the files and the digests of their rows."""
        certificate = self.certificate(key)
        if certificate is None:
            raise NotFoundError(
                f"{key.path()}: there is no such manifest, so the run was not published. Run `headgate "
                "export runs` to list published runs"
            )
        findings: list[str] = []
        total = Digest.of_nothing(len(certificate.digested))
        for file in certificate.files:
            digest, problems = self._checked(certificate, file, workspace)
            findings.extend(f"{file.name}: {item}" for item in problems)
            total += digest
        if certificate.deleted_sha256:
            findings.extend(f"{DELETED}: {item}" for item in self._changed_bytes(certificate, workspace))
        if not findings and total != certificate.digest:
            findings.append("the files do not add up to the table's own digest")
        return Verification(
            certificate.table, certificate.run, len(certificate.files), total.rows, tuple(findings)
        )

    def _checked(
        self, certificate: Certificate, file: CertifiedFile, workspace: Path
    ) -> tuple[Digest, list[str]]:
        nothing = Digest.of_nothing(len(certificate.digested))
        with self._local(certificate, file.name, workspace) as path:
            if path is None:
                return nothing, [_GONE]
            if sha256_of(path) != file.sha256:
                return nothing, [_OTHER_BYTES]
            digest = digest_of_file(path, certificate.digested, certificate.dialect)
            return digest, [] if digest == file.digest else ["its rows are not those that were certified"]

    def _changed_bytes(self, certificate: Certificate, workspace: Path) -> list[str]:
        with self._local(certificate, DELETED, workspace) as path:
            if path is None:
                return [_GONE]
            return [] if sha256_of(path) == certificate.deleted_sha256 else [_OTHER_BYTES]

    @contextmanager
    def _local(self, certificate: Certificate, name: str, workspace: Path) -> Iterator[Path | None]:
        """Download a run's object for the block; yield None if it is absent."""
        path = workspace / f"verify-{certificate.run}-{certificate.table}-{name}"
        try:
            self.objects.download(self._ref(certificate, name), path)
            yield path
        except NotFoundError:
            yield None
        finally:
            path.unlink(missing_ok=True)

    def _ref(self, certificate: Certificate, name: str) -> ObjectRef:
        key = ExportKey.parse(
            f"{certificate.table}/dt={certificate.exported_on}/run={certificate.run}/{name}"
        )
        if key is None:
            raise NotFoundError(
                f"{certificate.table}, {certificate.run}: these names are not valid in a key of raw"
            )
        return ObjectRef(self.raw_bucket, key.path())

    def unfinished(self, source: str, table: str, run: str) -> UnfinishedRun:
        """Return the mirror of an unfinished run."""
        return UnfinishedRun(self.objects, self.state_bucket, f"exports/{source}/{table}/unfinished/{run}/")

    def _keys(self, source: str, table: str, run: str) -> ObjectRef:
        return self._state(source, table, f"keys/{run}.parquet")

    def _state(self, source: str, table: str, name: str) -> ObjectRef:
        return ObjectRef(self.state_bucket, f"exports/{source}/{table}/{name}")
