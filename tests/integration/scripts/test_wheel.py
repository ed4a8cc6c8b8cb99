"""An installed wheel has every file that the package reads, not its Python alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from headgate.errors import SettingsError
from headgate.release import ARCHIVE, SCRIPT, deployment_files
from scripts.packages import build, release

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a released wheel, unpacked as an installation would be."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(release.build(folder)) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed package, in a folder of its own."""
    environment = {"PYTHONPATH": str(installed), "PATH": "", "HEADGATE_PROJECT": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


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
    (tmp_path / "headgate.toml").write_text('domains = ["retail"]', encoding="utf-8")
    done = run(installed, tmp_path, code)
    assert done.returncode == 0, done.stderr
    where, count = done.stdout.split()
    assert (Path(where), int(count) >= 9) == (installed / "headgate" / "__init__.py", True)


BUILD = """
import sys
from pathlib import Path
from headgate.release import deployment_files
sys.path.insert(0, str(deployment_files(Path.cwd())))
from scripts.packages import build
build.build(Path.cwd() / "built")
"""


def test_an_installed_release_deploys_the_same_functions_jobs_and_tables_as_a_clone(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text('domains = ["retail"]', encoding="utf-8")
    done = run(installed, tmp_path, BUILD)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    paths = {path.relative_to(tmp_path / "clone") for path in build.build(tmp_path / "clone")}
    assert len(paths) >= 15
    different = [
        path
        for path in sorted(paths)
        if (tmp_path / "clone" / path).read_bytes() != (tmp_path / "built" / path).read_bytes()
    ]
    assert different == []


def test_a_release_is_unpacked_once_and_whole(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from headgate.release import deployment_files as f; print(f(Path.cwd()))"
    )
    first = run(installed, tmp_path, code).stdout.strip()
    (Path(first) / "mark").touch()
    assert run(installed, tmp_path, code).stdout.strip() == first
    assert (Path(first) / "mark").is_file()
    assert (Path(first) / SCRIPT).is_file()
    assert (Path(first) / "headgate").resolve() == installed / "headgate"
    assert [path.name for path in (tmp_path / ".headgate" / "release").iterdir()] == [Path(first).name]


def test_a_clone_deploys_with_its_own_files(tmp_path: Path) -> None:
    assert deployment_files(tmp_path) == ROOT


def test_an_installation_that_is_no_release_says_what_to_install(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; import headgate.release as r; r.ARCHIVE = 'none.zip'; "
        "r.deployment_files(Path.cwd())"
    )
    done = run(installed, tmp_path, code)
    assert done.returncode == 1
    assert f"{SettingsError.__name__}: This installation of Headgate cannot deploy" in done.stderr
    assert (installed / "headgate" / ARCHIVE).is_file()
