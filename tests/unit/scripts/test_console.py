"""The console is built when its source changed, with the Node that is there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scripts import console

pytestmark = pytest.mark.unit


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console without packages; tools are recorded, not run."""
    folder = tmp_path / "console"
    for name in (
        "src/main.tsx",
        "public/headgate.svg",
        "index.html",
        "package.json",
        "package-lock.json",
        "tsconfig.json",
        "vite.config.ts",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    monkeypatch.setattr(console, "SOURCE", folder)
    return folder


def test_an_unchanged_source_is_not_built_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "build" / "console"
    run: list[str] = []

    def npx(tool: str, *arguments: str) -> None:
        run.append(tool)
        Path(arguments[arguments.index("--outDir") + 1]).mkdir(parents=True)

    monkeypatch.setattr(console, "_npx", npx)
    monkeypatch.setattr(console, "install_packages", lambda: run.append("packages"))
    assert [console.build(out) for _ in range(2)] == [True, False]
    assert run == ["packages", "vite"]
    (source / "src" / "main.tsx").write_text("changed")
    assert console.build(out)


def test_packages_are_installed_once_per_lock(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[list[str]] = []

    def install(command: list[str]) -> None:
        run.append(command)
        (source / "node_modules").mkdir(exist_ok=True)

    monkeypatch.setattr(console, "_run", install)
    monkeypatch.setattr(console, "npm", lambda: ["npm"])
    for _ in range(2):
        console.install_packages()
    (source / "package-lock.json").write_text("changed")
    console.install_packages()
    assert [command[:2] for command in run] == [["npm", "ci"]] * 2


def test_an_old_node_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, said in (("node", "v18.19.0"), ("npm", "9")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(console.importlib.util, "find_spec", lambda _: None)
    refused = subprocess.CompletedProcess[str]([], 1)
    monkeypatch.setattr(console, "_major", lambda _: 18)
    monkeypatch.setattr(console.subprocess, "run", lambda *_, **__: refused)
    with pytest.raises(console.ConsoleError, match="Install Node, then repeat"):
        console.node()


def test_a_failed_tool_is_shown_with_what_it_printed(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert source.is_dir()
    monkeypatch.setattr(console, "node", lambda: Path("/bin/sh"))
    with pytest.raises(console.ConsoleError, match="no such page"):
        console._run(["sh", "-c", "echo no such page; exit 3"])


def test_the_lock_of_packages_names_no_registry() -> None:
    lock = json.loads((console.ROOT / "console" / "package-lock.json").read_text(encoding="utf-8"))
    packages = [one for name, one in lock["packages"].items() if name]
    assert all("resolved" not in one for one in packages)
    assert all("integrity" in one for one in packages if not one.get("link"))
