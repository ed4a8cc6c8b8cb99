"""Data Docs in the artifacts bucket: what was asked of a run's datasets and tables, for people to read in a browser."""

from __future__ import annotations

import mimetypes
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectStore
    from headgate.quality.examination import Examination

_LEFT_OUT = {".gif"}  # 3 MB of instructions how to edit suites, which contracts write here


@dataclass(frozen=True)
class DataDocs:
    """Sites below `data_docs/<snapshot>/<about>/`."""

    objects: ObjectStore
    bucket: str

    def publish(self, examination: Examination, snapshot_id: str, about: str) -> str:
        """Where the site of an examination begins, an `s3://` URL. The first page is written last, so it leads to pages that are there."""
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder)
            examination.write_docs(site)
            pages = sorted(path for path in site.rglob("*") if path.is_file() and path.suffix not in _LEFT_OUT)
            for page in sorted(pages, key=lambda page: page == site / "index.html"):
                ref = ObjectRef(self.bucket, keys.data_docs_key(snapshot_id, about, page.relative_to(site).as_posix()))
                self.objects.write(ref, page.read_bytes(), content_type=_type(page))
        return f"s3://{self.bucket}/{keys.data_docs_key(snapshot_id, about, 'index.html')}"

    def fetch(self, snapshot_id: str, folder: Path) -> list[Path]:
        """The first page of each site about a snapshot, all of whose pages lie below `folder`."""
        prefix = keys.data_docs_key(snapshot_id, "", "").rstrip("/") + "/"
        refs = [info.ref for info in self.objects.list(self.bucket, prefix)]
        for ref in refs:
            path = folder / ref.key.removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            self.objects.download(ref, path)
        return sorted(path for path in folder.glob("*/index.html"))


def _type(page: Path) -> str:
    return mimetypes.guess_type(page.name)[0] or "application/octet-stream"
