"""A deployment copies the `init` of another one, because each reads the provider's 700 MB."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from scripts.terraform_cli import Terraform

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.unit

PROVIDER = "terraform/providers/registry.terraform.io/hashicorp/aws/5/linux_amd64/terraform-provider-aws"
BUCKET = {"bucket": "states", "key": "lake"}
INITIALISING = """
import os, pathlib
data = pathlib.Path(os.environ["TF_DATA_DIR"])
plugin = data.parent / PROVIDER
plugin.parent.mkdir(parents=True, exist_ok=True)
plugin.write_text("provider")
(data / "terraform.tfstate").write_text("backend")
with (data.parents[1] / "inits").open("a") as listed:
    listed.write(f"{data.parent.name} ")
"""


def deployment(
    folder: Path, name: str, *, has_state: bool = True, backend: Mapping[str, object] | None = None
) -> Terraform:
    """Return a deployment whose Terraform lists in `folder` for which deployment it was initialised."""
    binary = folder / "terraform-binary"
    binary.write_text(f"#!{sys.executable}\nPROVIDER = {PROVIDER!r}\n{INITIALISING}", encoding="utf-8")
    binary.chmod(0o755)
    return Terraform(folder / name, binary=binary, has_state=has_state, backend=backend)


def test_a_second_deployment_has_the_files_of_the_first_init_and_keeps_them_as_its_own(
    tmp_path: Path,
) -> None:
    first, second = deployment(tmp_path, "first"), deployment(tmp_path, "second")
    for terraform in (first, second, second):
        terraform.init()
    assert (tmp_path / "inits").read_text() == "first "
    (first.folder / "terraform/terraform.tfstate").write_text("changed")
    assert (second.folder / "terraform/terraform.tfstate").read_text() == "backend"
    assert (second.folder / PROVIDER).samefile(first.folder / PROVIDER)


def test_an_init_that_was_stopped_is_not_copied(tmp_path: Path) -> None:
    stopped, second = deployment(tmp_path, "stopped"), deployment(tmp_path, "second")
    stopped.init()
    (stopped.folder / "terraform/initialised").unlink()
    second.init()
    assert (tmp_path / "inits").read_text() == "stopped second "


def test_a_check_without_a_state_and_a_deployment_with_its_state_in_a_bucket_have_their_own(
    tmp_path: Path,
) -> None:
    deployment(tmp_path, "local").init()
    deployment(tmp_path, "check", has_state=False).init()
    for name in ("one", "two"):
        deployment(tmp_path, name, backend=BUCKET).init()
    assert (tmp_path / "inits").read_text() == "local check one two "
