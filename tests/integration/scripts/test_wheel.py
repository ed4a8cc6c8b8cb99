"""An installed wheel has every file that the package reads, not its Python alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this package, unpacked as an installation would be."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "headgate", source / "headgate", ignore=shutil.ignore_patterns("__pycache__"))
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(source),
    ]
    subprocess.run(build, check=True, capture_output=True, text=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_file_of_the_package_is_in_the_wheel(installed: Path) -> None:
    stated = {
        path.relative_to(ROOT)
        for path in (ROOT / "headgate").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sorted(str(path) for path in stated if not (installed / path).is_file()) == []


def test_the_contracts_of_an_installed_package_are_found(installed: Path, tmp_path: Path) -> None:
    code = (
        "import headgate; from headgate.contracts.registry import Registry;print(headgate.__file__, "
        "len(Registry.load().source))"
    )
    environment = {"PYTHONPATH": str(installed), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, count = done.stdout.split()
    assert (Path(where), int(count) >= 9) == (installed / "headgate" / "__init__.py", True)
