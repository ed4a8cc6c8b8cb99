"""A deployment that was stopped half-way can be cleaned up, and its messages are for a person."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from headgate.errors import ContractError
from scripts import deploy
from scripts.deploy import MissingError, refuse_unknown
from scripts.emulator import emulator
from scripts.terraform_cli import Terraform, TerraformError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

LOCKED = '\x1b[31mError: Error acquiring the state lock\x1b[0m\nuse the "-lock=false" flag'


def printing(folder: Path, text: str) -> Terraform:
    """A Terraform whose binary prints the text and fails."""
    folder.mkdir(parents=True, exist_ok=True)
    binary = folder / "terraform-binary"
    binary.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({text!r})\n", encoding="utf-8")
    binary.chmod(0o755)
    return Terraform(folder, binary=binary)


@pytest.mark.parametrize("state", [None, "", "\n"])
def test_a_missing_or_empty_state_means_that_nothing_is_deployed(tmp_path: Path, state: str | None) -> None:
    terraform = printing(tmp_path / "zu", "No state file was found!")
    if state is not None:
        terraform.state.write_text(state, encoding="utf-8")
    assert terraform.resources() == []


@pytest.mark.parametrize("state", [None, ""])
def test_cleaning_an_interrupted_deployment_stops_its_emulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], state: str | None
) -> None:
    folder = tmp_path / "zu"
    terraform = printing(folder, "No state file was found!")
    if state is not None:
        terraform.state.write_text(state, encoding="utf-8")
    monkeypatch.setattr(deploy, "_terraform", lambda *_: terraform)
    stopped = _run_on(tmp_path, monkeypatch, "destroy", "emulator", "--name", "zu", "--yes")
    assert stopped == [folder]
    assert "nothing of zu is deployed" in capsys.readouterr().out
    assert not terraform.state.exists()


def _run_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Sequence[Path]:
    """Run the command line below a folder; return which emulators it stopped."""
    stopped: list[Path] = []
    target = deploy.Target("emulator", "us-east-1", "000000000000", {}, {})
    monkeypatch.setattr(deploy, "STATE", tmp_path)
    monkeypatch.setattr(deploy, "emulator_target", lambda *_, **__: target)
    monkeypatch.setattr(emulator, "stop", stopped.append)
    monkeypatch.setattr(sys, "argv", ["deploy.py", *arguments])
    assert deploy.main() == 0
    return stopped


def test_a_message_of_terraform_has_no_colours(tmp_path: Path) -> None:
    with pytest.raises(TerraformError) as failed:
        printing(tmp_path / "zu", "\x1b[31mNo state\x1b[0m file").run("state", "list")
    assert str(failed.value) == "terraform-binary state failed:\nNo state file\n"


def test_a_second_deployment_at_the_same_time_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        TerraformError,
        match=r"^Another deployment of zu is running\. Wait until it has ended, then run this again\.$",
    ):
        printing(tmp_path / "zu", LOCKED).run("apply")


@pytest.mark.parametrize("command", ["apply", "destroy", "plan"])
def test_ctrl_c_ends_with_130_and_says_what_to_do_next(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "STATE", tmp_path)
    monkeypatch.setattr(deploy, "_run", stopped)
    monkeypatch.setattr(sys, "argv", ["deploy.py", command, "emulator", "--name", "zu"])
    assert deploy.main() == 130
    said = capsys.readouterr().err
    assert f"python scripts/deploy.py {command} emulator --name zu" in said
    assert "Traceback" not in said


def test_a_model_that_names_an_unknown_table_stops_a_deployment_with_its_message_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def built(*_: object) -> None:
        raise ContractError("models/best.sql reads monatt. Did you mean monat?")

    monkeypatch.setattr(deploy, "STATE", tmp_path)
    monkeypatch.setattr(deploy, "_run", built)
    monkeypatch.setattr(sys, "argv", ["deploy.py", "apply", "emulator", "--name", "zu"])
    assert deploy.main() == 1
    assert capsys.readouterr().err == "models/best.sql reads monatt. Did you mean monat?\n"


def test_what_was_never_deployed_is_not_destroyed(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"There is no deployment nochnie\. Nothing is deployed here\."):
        refuse_unknown(tmp_path / "nochnie", tmp_path)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "deployment.json").write_text("{}", encoding="utf-8")
    with pytest.raises(MissingError, match=r"There is no deployment nochnie\. There are: local\."):
        refuse_unknown(tmp_path / "nochnie", tmp_path)
    assert not (tmp_path / "nochnie").exists()
    refuse_unknown(tmp_path / "local", tmp_path)


def test_nothing_to_lose_is_said_without_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    target = deploy.Target("emulator", "us-east-1", "000000000000", {}, {})
    deploy._tell_loss(target, ["aws_sqs_queue.raw"])
    assert capsys.readouterr().out == "1 resources in emulator account 000000000000 will be destroyed.\n"
