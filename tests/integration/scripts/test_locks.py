"""Every installed package has a locked version and hash.

Jobs install what they import, and layers hold what functions import.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from headgate.errors import SettingsError
from scripts.packages import layer
from scripts.packages.job_packages import closure, direct_requirements, job_lock, locked_lines, third_party
from tests import clinic

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
JOBS = sorted((ROOT / "glue_jobs").glob("*.py"))
HASH = "--hash=sha256:" + "0" * 64
BUILDS, MERGES = (ROOT / "glue_jobs" / name for name in ("build_system.py", "merge_curated.py"))
# The layers that Terraform gives each function (`layers` of its module).
LAYERS = {
    "api": {"tools", "arrow", "api"},
    "dry_run": {"tools", "arrow"},
    "raw_to_curated": {"tools", "arrow"},
    "records": {"tools", "arrow", "api"},
    "report": {"tools", "arrow", "api"},
    "start_pipeline": {"tools"},
}
# Imports inside functions of the package that no Lambda function calls, with the reason.
NEVER_CALLED = {
    "pandas": "the API reads the records of kept models; jobs read and write the models themselves",
    "skops": "as pandas",
    "duckdb": "jobs merge and build; a function that reads the record of a snapshot compares no keys",
    "yaml": "an archive has contracts and dashboards as JSON",
}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert pins
    assert [pin.split()[0] for pin in pins if not re.search(r"==\S+.*--hash=sha256:[0-9a-f]{64}", pin)] == []


def test_setup_installs_nothing_from_an_index_without_a_hash() -> None:
    script = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    installs = [line for line in script.splitlines() if "pip install" in line and "--editable ." not in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_make_lock_writes_every_lock(tmp_path: Path) -> None:
    """A version is changed in one place.

    The pins stay, only their hashes are written, and a layer's new package is added.
    """
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    layer_lock = tmp_path / "requirements" / "layer.lock"
    layer_lock.write_text(
        re.sub(r"jmespath==\S+ \\\n(?: +--hash.*\n)+", "", layer_lock.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    assert "jmespath" not in locked_lines(layer_lock)
    command = [ROOT / "scripts" / "packages" / "lock.sh", Path(sys.executable).parents[1]]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the package index gave no hashes: {done.stderr[-300:]}")
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        f"requirements/{lock.name}" for lock in LOCKS
    ]
    for lock in LOCKS:
        assert _versions(tmp_path / "requirements" / lock.name) == _versions(lock)
    assert "jmespath" in locked_lines(layer_lock)


def test_every_function_is_given_layers() -> None:
    assert {handler.parent.name for handler in (ROOT / "lambdas").glob("*/handler.py")} == LAYERS.keys()


@pytest.mark.parametrize("function", LAYERS)
def test_the_layers_hold_what_a_function_imports_when_it_starts(function: str) -> None:
    assert _outside_layers(function, at_start=True) == set()


@pytest.mark.parametrize("function", sorted(LAYERS.keys() - {"start_pipeline"}))
def test_the_layers_hold_what_a_function_may_import_later(function: str) -> None:
    """Except `start_pipeline`, which reads no rows: its starts import no Arrow (test_layer.py runs it
    without).
    """
    assert _outside_layers(function, at_start=False) <= NEVER_CALLED.keys()


def test_no_exception_from_the_layers_is_out_of_date() -> None:
    assert (
        set().union(*(_outside_layers(function, at_start=False) for function in LAYERS))
        >= NEVER_CALLED.keys()
    )


def test_an_import_that_no_layer_holds_is_found(tmp_path: Path) -> None:
    script = tmp_path / "handler.py"
    script.write_text("import scipy\n\ndef handler():\n    import rich\n", encoding="utf-8")
    assert third_party(script, at_start=True) == {"scipy"}
    assert third_party(script) == {"scipy", "rich"}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.stem))
def test_a_job_locks_each_of_its_packages_with_a_hash(job: Path) -> None:
    lines = job_lock(job).splitlines()
    assert {line.partition("==")[0] for line in lines} >= {"boto3", "pyarrow"}
    assert all("--hash=sha256:" in line for line in lines)


def test_jobs_that_see_card_numbers_install_no_model_libraries() -> None:
    for name in ("curate_large", "export_mysql"):
        installed = closure(direct_requirements(ROOT / "glue_jobs" / f"{name}.py"))
        assert not installed & {"scikit-learn", "statsforecast", "great-expectations", "awswrangler", "click"}


def test_the_system_jobs_install_what_every_domain_imports() -> None:
    modules = third_party(ROOT / "glue_jobs" / "build_system.py")
    assert {"sklearn", "statsforecast", "ibis", "great_expectations"} <= modules
    assert "duckdb" in closure(direct_requirements(ROOT / "glue_jobs" / "build_system.py"))


def test_locked_lines_are_read_with_all_their_hashes() -> None:
    lines = locked_lines()
    assert lines["boto3"].count("--hash=") >= 1
    assert all(line.count("==") == 1 for line in lines.values())


def _outside_layers(function: str, *, at_start: bool) -> set[str]:
    """Return the modules of a function that neither its layers nor Lambda itself have."""
    held = set().union(*(layer.PACKAGES[name] for name in LAYERS[function])) | {"boto3", "botocore"}
    modules = (
        third_party(ROOT / "lambdas" / function / "handler.py", at_start=at_start) - sys.stdlib_module_names
    )
    packages = metadata.packages_distributions()
    return {
        module
        for module in modules
        if not held & {name.lower().replace("_", "-") for name in packages.get(module, [module])}
    }


def _versions(lock: Path) -> set[str]:
    """Return the pins; the version of the package that the test leaves out is the newest one."""
    return {line.split()[0] for name, line in locked_lines(lock).items() if name != "jmespath"}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake project: its jobs install its requirements.txt beside Headgate's own packages."""
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    return clinic.lake(tmp_path)


def test_a_job_that_builds_systems_installs_them_and_no_other_job_does(lake: Path) -> None:
    without = job_lock(BUILDS)
    clinic.write(lake, {"requirements.txt": f"# survival times\nlifelines==0.30.0 \\\n    {HASH}\n"})
    assert set(job_lock(BUILDS).splitlines()) - set(without.splitlines()) == {f"lifelines==0.30.0 {HASH}"}
    assert "lifelines" not in job_lock(MERGES)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("lifelines>=0.30", "without a version or a hash"),
        ("lifelines==0.30.0", "without a version or a hash"),
        (f"pandas==1.0.0 {HASH}", r"has pandas==1\.0\.0, but pandas==\S+ is locked already"),
    ],
)
def test_a_line_that_is_not_locked_is_an_error(lake: Path, line: str, message: str) -> None:
    clinic.write(lake, {"requirements.txt": f"{line}\n"})
    with pytest.raises(SettingsError, match=message):
        job_lock(BUILDS)


def test_a_system_imports_what_its_job_has_and_the_modules_beside_it(lake: Path) -> None:
    imports = (
        "import json\nimport pandas\nfrom headgate.project_systems import _days\nfrom ._days import DAY\n"
    )
    clinic.write(
        lake, {"systems/_days.py": "DAY = 1\n", "systems/visit_counts.py": f"{imports}{clinic.SYSTEM}"}
    )
    assert "pandas==" in job_lock(BUILDS)


def test_a_system_that_imports_what_its_job_has_not_is_an_error(lake: Path) -> None:
    clinic.write(lake, {"systems/visit_counts.py": f"import ministack\n{clinic.SYSTEM}"})
    with pytest.raises(SettingsError, match=r"visit_counts\.py imports ministack, which its job has not"):
        job_lock(BUILDS)
