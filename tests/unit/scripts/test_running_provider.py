"""Commands of Terraform that mock the provider share one process of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from scripts.terraform_cli import Terraform, TerraformError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

ADDRESS = '{"registry.terraform.io/hashicorp/aws":{"Protocol":"grpc","Pid":1}}'
RUNNING = f"""
print("Provider started. Set the variable:", flush=True)
print('''\tTF_REATTACH_PROVIDERS='{ADDRESS}' ''', flush=True)
import time
time.sleep(60)
"""


def with_provider(folder: Path, script: str) -> Terraform:
    """Return a Terraform with a provider of this script, and whose binary prints the provider's address."""
    plugin = folder / "terraform/providers/registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64"
    plugin.mkdir(parents=True)
    binary = folder / "binary"
    printing = "import os\nprint(os.environ.get('TF_REATTACH_PROVIDERS', 'its own'), end='')"
    for path, text in ((plugin / "terraform-provider-aws_v5.100.0_x5", script), (binary, printing)):
        path.write_text(f"#!{sys.executable}\n{text}\n", encoding="utf-8")
        path.chmod(0o755)
    return Terraform(folder, binary=binary)


def test_commands_get_the_address_of_one_provider_until_the_block_ends(tmp_path: Path) -> None:
    terraform = with_provider(tmp_path / "check", RUNNING)
    with terraform.with_running_provider() as running:
        assert [running.run("test"), running.run("test")] == [ADDRESS, ADDRESS]
    assert terraform.run("test") == "its own"


def test_a_provider_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    terraform = with_provider(tmp_path / "check", "raise SystemExit(1)")
    with (
        pytest.raises(TerraformError, match=r"terraform-provider-aws_v5\.100\.0_x5 did not start"),
        terraform.with_running_provider(),
    ):
        pytest.fail("the block began without a provider")
