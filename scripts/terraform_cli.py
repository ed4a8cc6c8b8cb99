"""Run Terraform or OpenTofu from PATH, with its provider from a local mirror or the registry.

Example:
    python scripts/terraform_cli.py check
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns, rmtree, which
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # this script is run by path

from scripts.deployment.state_server import served_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ".terraform.lock.hcl"
TERRAFORM_ROOT = ROOT / "terraform"
STATE = Path(os.environ.get("HEADGATE_STATE", ROOT / ".headgate"))  # `headgate deploy` states its project's
PROVIDER = Path("registry.terraform.io/hashicorp/aws")
TOFU_PROVIDER = Path("registry.opentofu.org/hashicorp/aws")
PARALLELISM = 30
PROGRESS_EVERY_S = 5
# Planned changes that an apply does not make. Source: Terraform, "Machine-readable UI", planned change.
_NO_CHANGE = {"noop", "read"}
# A line of a provider that was started with -debug. Source: Terraform, "Plugin development: debugging".
_REATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.+)'")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # ECMA-48, SGR


class TerraformError(Exception):
    """Terraform is missing or failed. The message is for a person.

    Attributes:
        diagnoses: each error that Terraform reported, if it reports them one by one.
    """

    def __init__(self, message: str, diagnoses: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.diagnoses = diagnoses


def find_binary() -> Path:
    """Return the path of `terraform`, else of `tofu`.

    Raises:
        TerraformError: there is neither; the message says how to install one.
    """
    for name in ("terraform", "tofu"):
        if installed := which(name):
            return Path(installed)
    raise TerraformError(
        "Neither terraform nor tofu is on PATH. Install Terraform 1.9 or later "
        "(https://developer.hashicorp.com/terraform/install) "
        "or OpenTofu (https://opentofu.org/docs/intro/install)."
    )


def find_mirror(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return a folder for `init -plugin-dir`: TF_PLUGIN_DIR, else a usual folder with the AWS provider.

    None means the registry.
    """
    if plugin_dir := environment.get("TF_PLUGIN_DIR"):
        return Path(plugin_dir)
    return next((folder for folder in _usual_roots() if any((folder / PROVIDER).glob("5.*"))), None)


def _usual_roots() -> Iterator[Path]:
    home = Path.home()
    for root in (
        Path("/opt"),
        Path("/usr/share/terraform"),
        Path("/usr/local/share/terraform"),
        home / ".terraform.d",
        home / ".local/share/terraform",
    ):
        yield root
        if root.is_dir():
            yield from sorted(path for path in root.iterdir() if path.is_dir())


def _mirror_for(binary: Path, mirror: Path) -> Path:
    """Return the mirror for OpenTofu, which requests the same provider from its own registry."""
    if binary.name != "tofu" or (mirror / TOFU_PROVIDER).is_dir():
        return mirror
    renamed = STATE / "tofu-mirror"
    link = renamed / TOFU_PROVIDER
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.exists():
        link.symlink_to(mirror / PROVIDER)
    return renamed


def addresses(resources: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the address of each instance of a state's resources, as `terraform state list` prints them."""
    listed: dict[str, None] = {}  # a deposed instance has the address of the one that replaces it
    for resource in resources:
        kind = "data" if resource["mode"] == "data" else ""
        address = ".".join(filter(None, (resource.get("module"), kind, resource["type"], resource["name"])))
        for instance in resource["instances"]:
            key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            listed[f"{address}{key}"] = None
    return [*listed]


@dataclass(frozen=True)
class Applied:
    """The numbers of resources that an apply or destroy created, changed or removed, and the outputs."""

    changed: int
    outputs: dict[str, Any]


@dataclass(frozen=True)
class Terraform:
    """The Terraform root with one deployment's own state, plug-ins and environment.

    Attributes:
        backend: of S3, for a state there; by default the state is a file in the folder.
        has_state: whether the commands read or write a state; checks of the root do not.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    binary: Path = field(default_factory=find_binary)
    backend: Mapping[str, object] | None = None
    has_state: bool = True

    @property
    def state(self) -> Path:
        """The deployment's local state file."""
        return self.folder / "terraform.tfstate"

    @property
    def root(self) -> Path:
        """The folder in which Terraform runs: the root, or links to it beside this deployment's backend."""
        return self.folder / "root" / "terraform" if self.has_state else TERRAFORM_ROOT

    def has_local_state(self) -> bool:
        """Whether the local state has resources.

        A deployment that was interrupted early leaves no file, or an empty one.
        """
        return self.state.is_file() and bool(self.state.read_bytes().strip())

    def current_state(self) -> Path:
        """Return a file with the current state."""
        if not self.backend:
            return self.state
        copy = self.folder / "pulled.tfstate"
        copy.write_text(self.run("state", "pull"), encoding="utf-8")
        return copy

    def init(self) -> None:
        """Initialise providers and modules unless they are ready."""
        self._link_root()
        mirror = find_mirror()
        done = self.folder / "terraform" / "initialised"
        mark = _init_mark(mirror) + json.dumps([self.binary.name, self._backend_block(), self.has_state])
        if done.is_file() and done.read_text(encoding="utf-8") == mark:
            return
        if not self._copies_init(mark):
            from_mirror = [f"-plugin-dir={_mirror_for(self.binary, mirror)}"] if mirror else []
            reconfigure = ["-reconfigure"] if self.has_state else []
            self.run("init", "-input=false", "-no-color", *reconfigure, *from_mirror)
        done.write_text(mark, encoding="utf-8")
        if self.backend and self.has_local_state():
            self.run("state", "push", str(self.state))
            self.state.replace(self.state.with_suffix(".moved-to-s3"))

    def _copies_init(self, mark: str) -> bool:
        """Return whether a deployment beside this one had the same `init`, which is copied here.

        An `init` reads the provider's 700 MB to compare a hash.
        """
        marks = self.folder.parent.glob("*/terraform/initialised")
        same = next((path.parent for path in marks if path.read_text(encoding="utf-8") == mark), None)
        if same is None or self.backend:
            return False
        data = self.folder / "terraform"
        rmtree(data, ignore_errors=True)
        without_mark = ignore_patterns("initialised")
        copytree(same, data, symlinks=True, ignore=without_mark, copy_function=_copy_of_init)
        return True

    def _link_root(self) -> None:
        """Link the root into the deployment's folder.

        Terraform reads a backend only from the root's folder, which all deployments share.
        """
        if not self.has_state:
            return
        self.root.mkdir(parents=True, exist_ok=True)
        wanted = {
            self.root / path.name: path
            for path in (*TERRAFORM_ROOT.glob("*.tf"), TERRAFORM_ROOT / "modules", TERRAFORM_ROOT / LOCKED)
            if path.exists()
        }
        wanted[self.root.parent / "crawlers"] = TERRAFORM_ROOT.parent / "crawlers"
        for link in (*self.root.glob("*.tf"), *wanted):
            link.unlink(missing_ok=True)
        for link, path in wanted.items():
            link.symlink_to(path)
        settings = {"terraform": {"backend": self._backend_block()}}
        (self.root / "backend.tf.json").write_text(json.dumps(settings, indent=1), encoding="utf-8")

    def add_to_root(self, name: str, text: str) -> None:
        """Add a file to the root until the next `init`."""
        (self.root / name).write_text(text, encoding="utf-8")

    def _backend_block(self) -> dict[str, dict[str, object]]:
        """Return the backend as the root declares it; `served_state` answers that of HTTP."""
        return {"s3": dict(self.backend)} if self.backend else {"http": {}}

    @contextmanager
    def _with_state(self) -> Iterator[dict[str, str]]:
        """Yield the environment of a command, while its state can be read and written."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self.backend or not self.has_state:
            yield self._env()
            return
        with served_state(self.state) as addresses:
            yield {**self._env(), **addresses}

    def run(self, *arguments: str) -> str:
        """Return the output of the command.

        Raises:
            TerraformError: it failed; the message is its output.
        """
        with self._with_state() as environment:
            done = subprocess.run(
                [str(self.binary), *arguments],
                cwd=self.root,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            raise TerraformError(self._failed(arguments[0], f"{done.stdout[-4000:]}{done.stderr[-8000:]}"))
        return done.stdout

    @contextmanager
    def with_running_provider(self) -> Iterator[Terraform]:
        """Yield this Terraform with a running provider for commands that mock it.

        Otherwise each command starts the provider several times, and reads its 700 MB to compare a hash.

        Raises:
            TerraformError: the provider did not start.
        """
        providers = self.folder / "terraform" / "providers"
        (plugin,) = providers.glob("*/hashicorp/aws/*/*/terraform-provider-*")
        with subprocess.Popen(
            [str(plugin), "-debug"],
            env=self._env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                matches = map(_REATTACH.search, process.stdout or ())
                address = next((match[1] for match in matches if match), None)
                if address is None:
                    raise TerraformError(f"{plugin.name} did not start. Run `{plugin} -debug` to see why.")
                yield replace(self, environment={**self.environment, "TF_REATTACH_PROVIDERS": address})
            finally:
                process.terminate()

    def plan(self, variables: Mapping[str, str], *, out: Path | None = None) -> bool:
        """Return True if an apply would change something; print the plan, with colours only on a screen."""
        saved = [f"-out={out}"] if out else []
        plain = [] if sys.stdout.isatty() else ["-no-color"]
        command = [
            str(self.binary),
            "plan",
            "-input=false",
            "-detailed-exitcode",
            *plain,
            *self._common(variables),
            *saved,
        ]
        with self._with_state() as environment:
            code = subprocess.run(command, cwd=self.root, env=environment, check=False).returncode
        if code not in {0, 2}:
            raise TerraformError(f"{self.binary.name} plan failed; its reasons stand above.")
        return code == 2  # noqa: PLR2004 terraform's own code for "there are changes"

    def apply(self, variables: Mapping[str, str]) -> Applied:
        """Apply the root."""
        return self._follow("apply", "-auto-approve", *self._common(variables))

    def destroy(self, variables: Mapping[str, str]) -> Applied:
        """Destroy everything in the root."""
        return self._follow("destroy", "-auto-approve", *self._common(variables))

    def apply_plan(self, plan: Path) -> Applied:
        """Apply a plan that a person has seen."""
        return self._follow("apply", f"-parallelism={PARALLELISM}", str(plan))

    def outputs(self) -> dict[str, Any]:
        """Return the root's outputs."""
        text = self.run("output", "-json") if self.backend else json.dumps(self._local("outputs"))
        return {name: output["value"] for name, output in json.loads(text).items()}

    def resources(self) -> list[str]:
        """Return the addresses of everything in the state.

        A local state is read directly: a Terraform command takes over a second, and a deployment needs four.
        """
        return self.run("state", "list").splitlines() if self.backend else addresses(self._local("resources"))

    def _local(self, part: str) -> Any:  # noqa: ANN401 a part of a JSON document
        """Return a part of the local state; empty if there is none."""
        return json.loads(self.state.read_bytes())[part] if self.has_local_state() else {}

    def forget(self, address: str) -> None:
        """Remove a resource from the state without changing it."""
        self.run("state", "rm", address)

    def adopt(self, address: str, name: str, variables: Mapping[str, str]) -> None:
        """Import an existing resource into the state."""
        self.run("import", "-no-color", *self._common(variables), address, name)

    def _common(self, variables: Mapping[str, str]) -> list[str]:
        options = [argument for name, value in variables.items() for argument in ("-var", f"{name}={value}")]
        return [f"-parallelism={PARALLELISM}", "-input=false", *options]

    def _env(self) -> dict[str, str]:
        # Terraform warns of a configuration file that is not there before every answer.
        inherited = {
            name: value
            for name, value in self.environment.items()
            if name != "TF_CLI_CONFIG_FILE" or Path(value).is_file()
        }
        data = self.folder / "terraform"
        data.mkdir(parents=True, exist_ok=True)
        # Terraform and its provider are Go: collecting garbage only near 1 GB saves a third of their
        # processor time and more.
        return {
            "GOGC": "off",
            "GOMEMLIMIT": "1000MiB",
            **inherited,
            "TF_DATA_DIR": str(data),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }

    def _follow(self, command: str, *arguments: str) -> Applied:
        started = [str(self.binary), command, "-json", *arguments]
        with (
            self._with_state() as environment,
            subprocess.Popen(
                started, cwd=self.root, env=environment, stdout=subprocess.PIPE, text=True
            ) as process,
        ):
            reported = Progress()
            try:
                for line in process.stdout or ():
                    reported.hear(line)
            except KeyboardInterrupt:
                process.communicate()  # the terminal stopped Terraform, too, which still writes its state
                raise
        if process.returncode:
            raise TerraformError(self._failed(command, "\n".join(reported.errors)), reported.errors)
        return Applied(reported.changed, reported.outputs)

    def _failed(self, command: str, said: str) -> str:
        """Return the message for a person.

        It omits Terraform's advice to continue without a lock, which would damage the state.
        """
        said = _COLOUR.sub("", said)
        if "Error acquiring the state lock" in said:
            return (
                f"Another deployment of {self.folder.name} is running. Wait until it has ended, then run "
                "this again."
            )
        return f"{self.binary.name} {command} failed:\n{said}"


@dataclass
class Progress:
    """Converts Terraform's JSON lines to a line for a person every few seconds."""

    changed: int = 0
    planned: int = 0
    errors: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    started_at: float = field(default_factory=time.monotonic)
    reported_at: float = field(default_factory=time.monotonic)

    def hear(self, line: str) -> None:
        """Process one line of Terraform's output."""
        try:
            said = json.loads(line)
        except ValueError:
            return
        if said["type"] == "diagnostic" and said["diagnostic"]["severity"] == "error":
            self.errors.append(_diagnosis(said["diagnostic"]))
        if said["type"] == "planned_change" and said["change"].get("action") not in _NO_CHANGE:
            self.planned += 1
        if said["type"] == "apply_complete" and said["hook"]["action"] != "read":
            self.changed += 1
        if said["type"] == "outputs":
            self.outputs = {
                name: output["value"] for name, output in said["outputs"].items() if "value" in output
            }
        self._report()

    def _report(self) -> None:
        now = time.monotonic()
        if now - self.reported_at >= PROGRESS_EVERY_S:
            self.reported_at = now
            done = (
                f"{self.changed} of {self.planned} resources"
                if self.planned
                else "comparing with what exists"
            )
            print(f"  {done}, {now - self.started_at:.0f} s", flush=True)


def _diagnosis(diagnostic: Mapping[str, Any]) -> str:
    where = diagnostic.get("address") or diagnostic.get("range", {}).get("filename", "")
    return f"{where}: {diagnostic['summary']}: {diagnostic.get('detail', '')}"


def _copy_of_init(source: str, target: str) -> None:
    """Copy a file of an `init`; link a provider, which nothing changes."""
    (os.link if Path(source).name.startswith("terraform-provider-") else copy2)(source, target)


def _init_mark(mirror: Path | None) -> str:
    """Return a hash of the inputs of `init`: providers, called modules, and the source of the provider."""
    files = sorted(
        path
        for form in ("*.tf", "modules/*/*.tf", "tests/*.tftest.hcl")
        for path in TERRAFORM_ROOT.glob(form)
    )
    calls = [
        line
        for path in files
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("source ", "version "))
    ]
    return hashlib.sha256("\n".join([*calls, str(mirror)]).encode()).hexdigest()


def check() -> None:
    """Check that the root is formatted and valid, and that its tests pass.

    Raises:
        TerraformError: it is not; the message says where.
    """
    terraform = Terraform(STATE / "check", has_state=False)
    _timed("format", partial(terraform.run, "fmt", "-check", "-recursive", "-diff"))
    terraform.init()
    with terraform.with_running_provider() as running:
        _timed("validation", partial(running.run, "validate", "-no-color"))
        _timed("tests", partial(_test, running))


def _timed(name: str, step: Callable[[], object]) -> None:
    began = time.monotonic()
    step()
    print(f"terraform {name}: ok, {time.monotonic() - began:.1f} s", flush=True)


def _test(terraform: Terraform) -> None:
    """Run the root's tests in two processes, because one process runs file after file."""
    halves: list[list[Path]] = [[], []]
    files = (TERRAFORM_ROOT / "tests").glob("*.tftest.hcl")
    for path in sorted(files, key=lambda path: (-_root_runs(path), path.name)):
        min(halves, key=lambda half: sum(map(_root_runs, half))).append(path)
    filters = [[f"-filter=tests/{path.name}" for path in half] for half in halves]

    def run_half(half: list[str]) -> None:
        terraform.run("test", "-no-color", *half)

    with ThreadPoolExecutor(len(halves)) as both:
        list(both.map(run_half, filters))


def _root_runs(path: Path) -> int:
    """Count the runs of the complete root, which take seconds each; those of a module take a tenth of one."""
    text = path.read_text(encoding="utf-8")
    return text.count("\nrun ") - text.count("\n  module {")


def main() -> int:
    """Run the command line; 0 on success."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "command",
        choices=["check", "where"],
        help="check: format, validation, tests; where: the binary and provider mirror in use",
    )
    try:
        if parser.parse_args().command == "where":
            print(find_binary(), find_mirror() or "provider from the registry")
        else:
            check()
    except TerraformError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
