"""Data Docs in the artifacts bucket: HTML pages with the checks of a run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore
from headgate.quality.pages import index_page, site_page, verdicts_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from headgate.quality.validation import ValidationRun

_VERDICTS, _INDEX = "verdicts.json", "index.html"
_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class DataDocs:
    """Sites below `data_docs/<snapshot>/<about>/`, and the index `data_docs/<snapshot>/index.html`."""

    objects: ObjectStore
    bucket: str

    def publish(self, validation_run: ValidationRun, snapshot_id: str, about: str) -> str:
        """Write the site of a validation run and the index of all sites; return the site's `s3://` URL."""
        verdicts, site = (keys.data_docs_key(snapshot_id, about, name) for name in (_VERDICTS, _INDEX))
        page = site_page(snapshot_id, validation_run.as_of, about, validation_run.verdicts)
        self._write(verdicts, verdicts_json(validation_run.verdicts), "application/json")
        self._write(site, page, _HTML)
        self._write(f"{_run(snapshot_id)}{_INDEX}", index_page(snapshot_id, self._sites(snapshot_id)), _HTML)
        return f"s3://{self.bucket}/{site}"

    def fetch(self, snapshot_id: str, folder: Path) -> list[Path]:
        """Copy a snapshot's pages below `folder`; return the index and the sites' first pages."""
        prefix = _run(snapshot_id)
        refs = [info.ref for info in self.objects.list(self.bucket, prefix)]
        if not refs:
            return []
        for ref in refs:
            path = folder / ref.key.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.objects.download(ref, path)
        # Systems publish in parallel, so the stored index may lack the last site.
        (folder / _INDEX).write_text(index_page(snapshot_id, self._sites(snapshot_id)), encoding="utf-8")
        return [folder / _INDEX, *sorted(folder.glob(f"*/{_INDEX}"))]

    def _sites(self, snapshot_id: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
        prefix = _run(snapshot_id)
        stored = [
            info.ref
            for info in self.objects.list(self.bucket, prefix)
            if info.ref.key.endswith(f"/{_VERDICTS}")
        ]
        return {
            ref.key.removeprefix(prefix).partition("/")[0]: json.loads(self.objects.read(ref))
            for ref in stored
        }

    def _write(self, key: str, text: str, content_type: str) -> None:
        self.objects.write(ObjectRef(self.bucket, key), text.encode(), content_type=content_type)


def _run(snapshot_id: str) -> str:
    return keys.data_docs_key(snapshot_id, "", "").rstrip("/") + "/"
