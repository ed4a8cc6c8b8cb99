"""The files that deploy a lake: the Terraform root, functions, jobs, and the scripts that run Terraform.

A clone has them next to the package. A released wheel contains them as an archive, which is unpacked into
`.headgate/release/` of the lake project. docs/adr/0001-one-terraform-root.md
"""

import hashlib
import io
import shutil
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path

from headgate.deployment import FOLDER
from headgate.errors import SettingsError

ARCHIVE = "deployment.zip"
SCRIPT, BOOTSTRAP, SMOKE_TEST = (
    Path("scripts") / name for name in ("deploy.py", "bootstrap.py", "smoke_test.py")
)
PLATFORMS = {"localstack": "emulator", "aws": "aws"}
"""Platforms by the words of the commands; the scripts have other words for them."""
STATE = "HEADGATE_STATE"
"""Variable with the folder of a project's deployments, for the scripts; without it they lie in the clone."""


def deployment_files(project_folder: Path) -> Path:
    """Return the folder with the deployment's files: the clone, or the release unpacked for a project."""
    package = Path(str(files("headgate")))
    if (package.parent / SCRIPT).is_file():
        return package.parent
    packed = package / ARCHIVE
    if not packed.is_file():
        raise SettingsError(
            "This installation of Headgate cannot deploy: it holds no Terraform files. Install a released "
            "wheel (`make wheel` in a clone builds one), or deploy from a clone."
        )
    body = packed.read_bytes()
    folder = project_folder.resolve() / FOLDER / "release" / hashlib.sha256(body).hexdigest()[:16]
    if not folder.is_dir():
        _unpack(body, folder)
    link = folder / "headgate"
    if not link.is_symlink() or link.readlink() != package:  # the environment may have moved
        link.unlink(missing_ok=True)
        link.symlink_to(package, target_is_directory=True)
    return folder


def _unpack(body: bytes, folder: Path) -> None:
    """Unpack next to the folder and rename, so that an interrupted command leaves no incomplete release."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    unpacked = Path(tempfile.mkdtemp(dir=folder.parent))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(unpacked)
    try:
        unpacked.rename(folder)
    except OSError:  # another command unpacked it meanwhile
        shutil.rmtree(unpacked)
