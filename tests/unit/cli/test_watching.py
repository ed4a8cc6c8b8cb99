"""What `headgate upload` sends, and in which order: data first, then the manifests that say it is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.cli import watching

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

RUN = "orders/dt=2026-01-02/run=r1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (f"{RUN}/part-00000.csv", f"{RUN}/_manifest.json", "regions/plain.csv", "regions/.DS_Store", "truth.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def test_manifests_are_sent_apart_from_data(folder: Path) -> None:
    assert [key for key, _ in watching.objects_in(folder)] == [f"{RUN}/part-00000.csv", "regions/plain.csv"]
    assert [key for key, _ in watching.manifests_in(folder)] == [f"{RUN}/_manifest.json"]


def test_a_run_without_its_manifest_is_told(folder: Path) -> None:
    assert watching.runs_without_manifest(folder) == []
    (folder / RUN / "_manifest.json").unlink()
    assert watching.runs_without_manifest(folder) == [RUN]


def test_files_at_the_top_of_the_folder_are_named_and_not_sent(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    for name in ("orders/sent.csv", "loose.csv", "truth.json", ".hidden"):
        (tmp_path / name).write_text("a\n1\n", encoding="utf-8")
    assert watching.left_out_of(tmp_path) == ["loose.csv", "truth.json"]
    assert [key for key, _ in watching.objects_in(tmp_path)] == ["orders/sent.csv"]
