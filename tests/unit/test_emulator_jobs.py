"""A job on the emulator imports the package that was deployed, as one of Glue's does."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the emulator's own
]


def archive(path: Path, answer: str) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("deployed_package.py", f"ANSWER = {answer!r}\n")
    return path


def test_a_job_imports_the_deployed_package_and_two_versions_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from scripts.emulator import corrected_ministack  # noqa: PLC0415 loads the emulator

    monkeypatch.setenv("PATH", f"{sys.prefix}/bin:/usr/bin:/bin")
    script = tmp_path / "job.py"
    script.write_text(f"import deployed_package\nopen({str(tmp_path / 'out')!r}, 'a').write(deployed_package.ANSWER)\n", encoding="utf-8")
    for answer in ("first", "second"):
        package = archive(tmp_path / "package.zip", answer)
        run: dict[str, Any] = {}
        corrected_ministack.run_job(run, {}, {"--extra-py-files": str(package)}, str(script))
        assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "firstsecond"


def test_a_package_is_kept_under_its_content(tmp_path: Path) -> None:
    from scripts.emulator.corrected_ministack import local_package  # noqa: PLC0415 as above

    first = local_package(str(archive(tmp_path / "package.zip", "first")))
    second = local_package(str(archive(tmp_path / "package.zip", "second")))
    assert first != second
    assert first == local_package(str(archive(tmp_path / "package.zip", "first")))
    assert local_package("s3://nowhere/package.zip") is None
