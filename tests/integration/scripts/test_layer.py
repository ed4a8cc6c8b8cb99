"""The functions' layers on AWS: built from their lock, and put to work with nothing beside them but what
Lambda brings.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import util
from pathlib import Path

import pytest

from scripts.packages import build, layer, locked_archive

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        (sys.platform, platform.machine(), *sys.version_info[:2]) != ("linux", "x86_64", 3, 11),
        reason="the layers hold Lambda's machine code: CPython 3.11 on x86-64 Linux",
    ),
]

# Lambda's own: boto3 and what it stands on. jmespath is in the layer too.
RUNTIME = ("boto3", "botocore", "s3transfer", "dateutil", "six", "urllib3")
SETTINGS = (
    "RAW_BUCKET CURATED_BUCKET QUARANTINE_BUCKET ARTIFACTS_BUCKET RAW_QUEUE_URL FILES_TABLE "
    "MASKING_KEY_SECRET ALERTS_TOPIC_ARN "
    "DEBOUNCE_SCHEDULE SCHEDULER_ROLE_ARN CURATED_QUEUE_ARN STATE_MACHINE_ARN"
)
ROUND_TRIP = """
import io
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
from headgate.values.parquet_tables import table_of
from headgate.values.cells import null_where
from headgate.snapshots.publishing import parquet_bytes
rows = pa.table({"id": pa.array([1, 2]), "name": pa.array(["a", None])})
body = parquet_bytes(rows)
assert table_of(body).equals(rows)
print(pq.ParquetFile(io.BytesIO(body)).metadata.row_group(0).column(0).compression, pa.__version__)
for codec in ("snappy", "gzip", "brotli", "lz4", "zstd"):
    out = io.BytesIO()
    pq.write_table(rows, out, compression=codec)
    assert table_of(out.getvalue()).equals(rows), codec
# Arrow before 21 takes the wrong bytes here with `if_else`.
assert null_where(np.array([False, True]), pa.array(["1.00", "2.5", "x"]).slice(1)).to_pylist() == ["2.5", None]
"""  # noqa: E501 a file's text
CODECS = (
    "import pyarrow as pa; print(all(pa.Codec.is_available(name) for name in ('zstd', 'lz4', 'brotli', "
    "'bz2')))"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build.build(folder)
    try:
        layer.build(folder)
    except locked_archive.WheelsError as error:
        if "could not be downloaded" not in str(error):
            raise
        pytest.skip(str(error))
    return folder


@dataclass(frozen=True)
class Lambda:
    """Python as Lambda starts it: it knows a function's archive, the function's layers and Lambda's own
    packages, and no others.
    """

    built: Path
    folder: Path

    def run(self, script: str, function: str, *layers: str) -> str:
        """Return the output of the script."""
        for name in layers:
            shutil.unpack_archive(layer.layer_path(self.built, name), self.folder)
        places = [
            str(self.built / "lambdas" / f"{function}.zip"),
            str(self.folder / "python"),
            str(self._runtime()),
        ]
        environment = {f"HEADGATE_{name}": "x" for name in SETTINGS.split()} | {
            "HEADGATE_DEFINITIONS": "deployed",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {places!r}\n{script}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def _runtime(self) -> Path:
        packages = self.folder / "runtime"
        packages.mkdir()
        for name in RUNTIME:
            module = Path(str(util.find_spec(name).origin))  # type: ignore[union-attr]  # all of them are installed
            source = module.parent if module.name == "__init__.py" else module
            (packages / source.name).symlink_to(source)
        return packages


@pytest.fixture
def in_lambda(built: Path, tmp_path: Path) -> Lambda:
    return Lambda(built, tmp_path)


def test_the_gate_runs_on_its_layers(in_lambda: Lambda) -> None:
    script = "import os, handler; handler.intake.runs(os.environ); print('ready')"
    assert in_lambda.run(script, "raw_to_curated", "tools", "arrow") == "ready"


def test_the_gates_files_are_written_and_read_with_the_layers_arrow(in_lambda: Lambda) -> None:
    printed = in_lambda.run(ROUND_TRIP, "raw_to_curated", "tools", "arrow")
    assert printed.split() == ["ZSTD", re.search(r"^pyarrow==(\S+)", layer.locked("arrow"), re.MULTILINE)[1]]  # type: ignore[index]  # the lock has it


def test_every_codec_of_parquet_files_is_there(in_lambda: Lambda) -> None:
    """AWS's managed layer has no zstd, lz4, brotli and bz2."""
    assert in_lambda.run(CODECS, "raw_to_curated", "arrow") == "True"


def test_a_function_that_reads_no_data_needs_powertools_only(in_lambda: Lambda) -> None:
    script = "import os, handler; handler.operations.pending_start(os.environ); print('ready')"
    assert in_lambda.run(script, "start_pipeline", "tools") == "ready"


def test_libraries_load_on_amazon_linux_2(built: Path) -> None:
    """Its C library is glibc 2.26, and no wheel may ask for symbols of a later one."""
    newest = max(
        (int(minor) for name in layer.PACKAGES for minor in _glibc_minors(layer.layer_path(built, name))),
        default=0,
    )
    assert 0 < newest <= 26


def test_the_same_lock_gives_the_same_layers(built: Path, tmp_path: Path) -> None:
    assert layer.build(built) == []
    layer.build(tmp_path)
    assert all(
        layer.layer_path(tmp_path, name).read_bytes() == layer.layer_path(built, name).read_bytes()
        for name in layer.PACKAGES
    )


def test_lambda_takes_function_and_layers_together(built: Path) -> None:
    whole = sum(layer.unpacked_bytes(layer.layer_path(built, name)) for name in layer.PACKAGES)
    layer.fits(whole + layer.unpacked_bytes(built / "lambdas" / "raw_to_curated.zip"))


def test_a_function_that_is_too_large_is_refused() -> None:
    with pytest.raises(layer.LayerError, match="262,144,000 bytes unpacked"):
        layer.fits(layer.LIMIT_BYTES)


def test_a_lock_without_a_layers_package_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "layer.lock").write_text("numpy==2.2.6\n", encoding="utf-8")
    monkeypatch.setattr(layer, "LOCK", tmp_path / "layer.lock")
    with pytest.raises(
        layer.LayerError, match=f"does not lock all of {', '.join(sorted(layer.PACKAGES['arrow']))}"
    ):
        layer.locked("arrow")


def _glibc_minors(archive: Path) -> set[str]:
    with zipfile.ZipFile(archive) as packed:
        libraries = [name for name in packed.namelist() if re.search(r"\.so(\.|$)", name)]
        return {
            minor.decode()
            for name in libraries
            for minor in re.findall(rb"\0GLIBC_2\.(\d+)(?=[.\0])", packed.read(name))
        }
