"""Deploy the Terraform root to an emulator or to AWS, with state and notes in .headgate/<name>/.

Examples:
    python scripts/deploy.py apply emulator
    python scripts/deploy.py apply emulator --name test --own --var quiet_s=5
    python scripts/deploy.py plan aws
    python scripts/deploy.py destroy emulator --yes

Exit code 0 when it is done, 1 when it failed, 2 when something is missing, 130 when it was
stopped with Ctrl-C (`plan`: 0 also when there are changes).
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import secrets
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004 botocore's own

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate import deployment
from headgate.aws.cognito import Users
from headgate.aws.s3 import S3Objects
from headgate.errors import HeadgateError, SettingsError
from headgate.project import LakeProject, project
from scripts import console
from scripts.deployment import (
    alert_subscribers,
    console_upload,
    cost_estimate,
    created_datasets,
    early_queues,
    export_logins,
    first_login,
    pending_files,
)
from scripts.deployment.deploy_commands import deploy_command
from scripts.deployment.deployment_name import deployment_name
from scripts.deployment.deployment_settings import DeploymentSettings, StateBucket, described
from scripts.deployment.leftovers import LOG_GROUP, leftovers, names_in_state
from scripts.deployment.repeatable_errors import repeatable
from scripts.emulator import emulator
from scripts.packages import build, layer, locked_archive, wheels
from scripts.terraform_cli import STATE, TERRAFORM_ROOT, Applied, Terraform, TerraformError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from concurrent.futures import Future

MASKING_KEY_BYTES = 32
INTERRUPTED = 130  # as a shell reports SIGINT
BUCKETS_AT_ONCE = 4
LEDGER = "aws_dynamodb_table.files"
# Glue's own name for the log of all crawlers of an account. Glue would create it without a retention time.
CRAWLERS_LOG = "/aws-glue/crawlers"
LOG_RETENTION_DAYS = 7  # as the root's variable
AWS_NAMES = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION")

_CURATED_ADDRESS = re.compile(r'aws_glue_catalog_table\.\w+\["curated\.(\w+)"\]')
_TABLE_ADDRESS = re.compile(r'aws_glue_catalog_table\.published\["(\w+\.\w+)"\]')


class MissingError(Exception):
    """A requirement of the deployment is missing. The message names it in one line."""


@dataclass(frozen=True)
class Target:
    """The target of a deployment.

    Attributes:
        shell: variables with which an operator's shell reaches it.
        process: the complete environment of this process's commands.
    """

    platform: str
    region: str
    account: str
    shell: dict[str, str]
    process: dict[str, str]

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes clients of any kind
        """Return a client of that service at this target."""
        # AWS, or the emulator that `scripts.emulator` found or started; localstack-client would take its port
        # from the environment.
        session = boto3.Session(
            aws_access_key_id=self.shell.get("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=self.shell.get("AWS_SECRET_ACCESS_KEY"),
            region_name=self.region,
        )
        return session.client(service, endpoint_url=self.shell.get("AWS_ENDPOINT_URL"))  # type: ignore[call-overload]  # the service is a variable


def stated_region(folder: Path, platform: str, variables: Mapping[str, str]) -> str:
    """Return the region from `--var`, the deployment's settings, headgate.toml or the deployment, or ""."""
    kept = _settings(folder).read() if platform == "aws" else {}
    note = folder / "deployment.json"
    deployed = (
        json.loads(note.read_text(encoding="utf-8"))["environment"].get("AWS_REGION", "")
        if note.is_file()
        else ""
    )
    return {"region": deployed, **from_project(project()), **kept, **variables}["region"]


def emulator_target(folder: Path, *, own: bool, region: str = "") -> Target:
    """Return a running emulator: AWS_ENDPOINT_URL's, ours, another LocalStack-compatible one, else a new one.

    Args:
        region: of the lake; by default the emulator's.
    """
    running_elsewhere = None if own or "AWS_ENDPOINT_URL" not in os.environ else emulator.foreign()
    running = (
        running_elsewhere
        or emulator.running(folder)
        or (None if own else emulator.foreign())
        or emulator.start(folder)
    )
    print(f"emulator: {running.url}", flush=True)
    inherited = {name: value for name, value in os.environ.items() if name not in AWS_NAMES}
    shell = {
        **running.environment,
        **({"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}),
    }
    return Target("emulator", shell["AWS_REGION"], emulator.ACCOUNT, shell, {**inherited, **shell})


def aws_target(region: str = "") -> Target:
    """Return the AWS account of this shell's credentials.

    Args:
        region: of the lake; by default the shell's.

    Raises:
        MissingError: there are no working credentials, or no region.
    """
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        raise MissingError(f"AWS_ENDPOINT_URL is set to {endpoint}: unset it to deploy to AWS.")
    session = boto3.Session(
        region_name=region or os.environ.get("AWS_REGION") or None
    )  # boto3 reads only AWS_DEFAULT_REGION
    if session.get_credentials() is None:
        raise MissingError(
            "No AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and "
            "run this again."
        )
    if not session.region_name:
        raise MissingError(
            "No AWS region: set region in headgate.toml, or AWS_REGION=eu-central-1 in this shell, and "
            "run this again."
        )
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (HTTPClientError, ConnectionError) as error:
        raise MissingError(
            f"AWS could not be reached, so the credentials were not checked: {error}. Check the network."
        ) from error
    except (BotoCoreError, ClientError) as error:
        raise MissingError(f"These AWS credentials do not work: {error}") from error
    shell = {"AWS_REGION": session.region_name, "AWS_DEFAULT_REGION": session.region_name}
    return Target("aws", session.region_name, account, shell, {**os.environ, **shell})


def apply(
    target: Target, folder: Path, variables: Mapping[str, str], *, ask: bool, has_new_ledger: bool = False
) -> None:
    """Apply the root at the target, create missing secrets, and write deployment.json.

    Args:
        ask: confirm tables that leave SQL, and on AWS every plan.
        has_new_ledger: create the table that `files_table` names if there is none.
    """
    began = time.monotonic()
    _forget_another_target(folder, target)
    refuse_another_lake(folder, _stated(target, folder, variables)["domain"], target.platform)
    terraform = _prepared(folder, target, variables)
    if (leaving := _print_leaving_tables(terraform)) and ask:
        _confirm(f"Remove {len(leaving)} {'table' if len(leaving) == 1 else 'tables'} from SQL?")
    variables = {**_names_of(target, terraform), **variables}
    settings = _with_logins(target, terraform, _stated(target, folder, variables))
    _check_created_people(target, terraform, settings)
    adopt_ledger(target, terraform, settings, has_new_ledger=has_new_ledger)
    _import_created_tables(target, terraform)
    is_new = not terraform.resources()
    if target.platform == "emulator" and is_new:
        terraform.add_to_root("early_queues.tf", early_queues.import_blocks(target.client("sqs"), settings))
    if target.platform == "aws":
        _print_estimate(settings)
    with ThreadPoolExecutor(1) as beside:  # Terraform mostly waits
        building = beside.submit(console.build)
        applied = (
            _apply_asked(terraform, folder, settings)
            if ask and target.platform == "aws"
            else terraform.apply(settings)
        )
    if target.platform == "aws":
        _settings(folder).keep(variables)
    outputs = applied.outputs
    seed_masking_key(target, outputs["environment"]["HEADGATE_MASKING_KEY_SECRET"])
    outputs = _store_logins(target, terraform, settings, outputs)
    keep_log_for(target, CRAWLERS_LOG, int(settings.get("log_retention_days", LOG_RETENTION_DAYS)))
    lake = (
        {"HEADGATE_PROJECT": str(project().folder)} if project().folder else {}
    )  # commands read the contracts that were deployed
    address = _upload_console(target, outputs["console"], building)
    note = {"environment": {**target.shell, **lake, **outputs["environment"]}, "outputs": outputs}
    (folder / "deployment.json").write_text(
        json.dumps(note, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )
    print(
        f"deployed to {target.platform} account {target.account}: {applied.changed} resources changed, "
        f"{time.monotonic() - began:.0f} s",
        flush=True,
    )
    if address:
        print(address, flush=True)
    environment = {**target.process, **note["environment"]}
    has_files = not is_new or "files_table" in settings
    for line in _after_deployment(target, folder, outputs, environment, has_files=has_files):
        if line:
            print(line, flush=True)


def _after_deployment(
    target: Target,
    folder: Path,
    outputs: Mapping[str, Any],
    environment: Mapping[str, str],
    *,
    has_files: bool,
) -> Iterator[str]:
    """Do the work after a deployment; yield a message for a person for each step, or "".

    Args:
        has_files: files may be pending for this deployment.
    """
    if target.platform == "aws":
        topic = outputs["environment"]["HEADGATE_ALERTS_TOPIC_ARN"]
        yield alert_subscribers.warning(target.client("sns"), topic)
    yield _settle_created(target, folder, environment)
    if has_files:
        yield pending_files.take_up(environment)


def adopt_ledger(
    target: Target, terraform: Terraform, settings: Mapping[str, str], *, has_new_ledger: bool = False
) -> None:
    """Replace the ledger's table in the state by the restored one that `files_table` names.

    So Terraform deletes neither. A new lake begins with the restored table.

    Args:
        has_new_ledger: a lake without a ledger gets an empty table of this name, if there is none.

    Raises:
        MissingError: there is no such table, and no new one was requested.
    """
    wanted = settings.get("files_table")
    resources = terraform.resources()
    if not wanted or (LEDGER in resources and _ledger_in_state(terraform) == wanted):
        return
    is_there = wanted in {
        name
        for page in target.client("dynamodb").get_paginator("list_tables").paginate()
        for name in page["TableNames"]
    }
    if not is_there and has_new_ledger and LEDGER not in resources:
        print(f"the ledger of this new lake is a new, empty table {wanted}", flush=True)
        return
    if not is_there:
        raise MissingError(
            f"files_table is {wanted}, and region {target.region} has no such table. Restore the ledger "
            "under this name first, or correct files_table; a new lake gets an empty table of this name with "
            "--new-ledger."
        )
    if not resources:
        print(f"the ledger of this new lake is {wanted}", flush=True)
        terraform.add_to_root("restored_ledger.tf", f'import {{\n  to = {LEDGER}\n  id = "{wanted}"\n}}\n')
        return
    print(f"the ledger is {wanted} from now on; the table before it is kept", flush=True)
    if LEDGER in resources:
        terraform.forget(LEDGER)
    terraform.adopt(LEDGER, wanted, settings)


def _ledger_in_state(terraform: Terraform) -> str:
    state = json.loads(terraform.current_state().read_text(encoding="utf-8"))
    tables = [
        resource
        for resource in state["resources"]
        if (resource["type"], resource["name"]) == tuple(LEDGER.split("."))
    ]
    return str(tables[0]["instances"][0]["attributes"]["name"])


def _upload_console(target: Target, where: Mapping[str, str], building: Future[bool]) -> str:
    """Upload the bundle and return a line with its address.

    A lake works without a console, so a failed build is only reported.
    """
    try:
        building.result()
    except console.ConsoleError as error:
        return f"The console was not uploaded: {error} Then deploy again."
    console_upload.upload(target.client("s3"), where["bucket"], console.OUT, where["page_policy"])
    if target.platform == "emulator":
        return ""  # the last screen has the address and a login
    return f"console: {where['url']} (a login: headgate users add you@example.com --group operator)"


def _print_last_screen(target: Target, folder: Path) -> None:
    """Print the first login of a lake on an emulator, the next commands, and the command that destroys it."""
    environment = deployment.read_deployment(folder / "deployment.json").environment
    users = Users(target.client("cognito-idp"), environment["HEADGATE_USER_POOL"])
    print(
        first_login.last_screen(
            environment["HEADGATE_CONSOLE_URL"], first_login.first_login(users), folder.name
        ),
        flush=True,
    )


def _with_logins(target: Target, terraform: Terraform, settings: Mapping[str, str]) -> dict[str, str]:
    """Return the variables with the sources whose login is stored: only their schedules are enabled."""
    export_logins.given(
        os.environ, export_logins.sources(settings)
    )  # a wrong URL is reported before anything is deployed
    secret_id = (
        terraform.outputs().get("environment", {}).get("HEADGATE_MYSQL_SECRET", "")
        if terraform.resources()
        else ""
    )
    logins = (
        export_logins.stored(target.client("secretsmanager"), secret_id, export_logins.sources(settings))
        if secret_id
        else set()
    )
    return {**settings, "export_logins": json.dumps(sorted(logins))}


def _store_logins(
    target: Target, terraform: Terraform, settings: Mapping[str, str], outputs: dict[str, Any]
) -> dict[str, Any]:
    """Store this shell's logins where none is stored, and enable the schedules that needed them.

    Return the outputs after that.
    """
    client, secret_id = target.client("secretsmanager"), outputs["environment"]["HEADGATE_MYSQL_SECRET"]
    wanted, among = export_logins.scheduled(settings), export_logins.sources(settings)
    for source in export_logins.store_missing(client, secret_id, export_logins.given(os.environ, among)):
        print(f"stored the database login{f' of {source}' if source else ''}", flush=True)
    logins = export_logins.stored(client, secret_id, among)
    for source in sorted(wanted - logins):
        print(
            f"the export{f' of {source}' if source else ''} is not scheduled: its login is missing. "
            f"{export_logins.how_to_store(source)}."
        )
    if not wanted & logins - set(json.loads(settings["export_logins"])):
        return outputs
    return terraform.apply({**settings, "export_logins": json.dumps(sorted(logins))}).outputs


def _prepared(folder: Path, target: Target, variables: Mapping[str, str]) -> Terraform:
    """Return an initialised Terraform.

    The files to deploy are beside its state, so that another deployment's build does not change them.
    """
    build.build(folder / "build")
    if target.platform == "aws":
        layer.build(folder / "build")
        wheels.build(folder / "build")
    if _wants_sentence_model(folder, target, variables) and not build.sentence_model(folder / "build"):
        print(
            "the sentence model is not installed here (make setup): texts are grouped by their words alone",
            flush=True,
        )
    terraform = _terraform(folder, target)
    terraform.init()
    return terraform


def _terraform(folder: Path, target: Target) -> Terraform:
    """Return Terraform with the state in the project's bucket, if there is one, else in the folder."""
    bucket = StateBucket.of(_project_folder()) if target.platform == "aws" else None
    return Terraform(folder, target.process, backend=bucket.backend(folder.name) if bucket else None)


def _project_folder() -> Path:
    return project().folder or TERRAFORM_ROOT.parent


def _wants_sentence_model(folder: Path, target: Target, variables: Mapping[str, str]) -> bool:
    """Return whether a system needs the sentence model, as the root decides.

    An emulator's jobs use this process's model.
    """
    needs = json.loads((folder / "build" / "systems.json").read_text(encoding="utf-8"))
    return any("sentence_model" in system["archives"] for system in needs.values()) and variables.get(
        "sentence_model", str(target.platform == "aws")
    ).lower() in {"true", "1"}


def _stated(target: Target, folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    own = {
        "platform": target.platform,
        "build_dir": os.path.relpath(folder / "build", _terraform(folder, target).root),
        **({"emulator_url": url} if (url := target.shell.get("AWS_ENDPOINT_URL")) else {}),
    }
    kept = _settings(folder).read() if target.platform == "aws" else {}
    settings = {**from_project(project()), **kept, **own, **variables, "region": target.region}
    if target.platform == "aws":
        print(
            f"settings of {folder.name} (headgate.toml, {_settings(folder).path.name}, --var):\n"
            f"{described(settings)}",
            flush=True,
        )
    return settings


def _settings(folder: Path) -> DeploymentSettings:
    return DeploymentSettings.of(_project_folder(), folder.name)


def _names_of(target: Target, terraform: Terraform) -> dict[str, str]:
    """Return names with lake, environment and region for a new deployment to AWS.

    An existing deployment keeps its names.
    """
    return (
        {"full_names": "true"}
        if target.platform == "aws" and not terraform.resources() and not _settings(terraform.folder).read()
        else {}
    )


def from_project(lake: LakeProject) -> dict[str, str]:
    """Return the root's variables in `headgate.toml`, in the form of Terraform's command line.

    Raises:
        MissingError: a setting is not a variable of the root.
    """
    declared = set(
        re.findall(
            r'^variable "(\w+)"',
            "\n".join(path.read_text() for path in TERRAFORM_ROOT.glob("*.tf")),
            re.MULTILINE,
        )
    )
    if unknown := sorted(set(lake.settings) - declared):
        raise MissingError(
            f"headgate.toml: [settings] has {unknown[0]}, which is no Terraform variable. "
            "terraform/variables.tf lists them."
        )
    settings = {name: value for name, value in lake.terraform_variables().items() if name in declared}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in settings.items()}


def refuse_another_lake(folder: Path, name: str, platform: str) -> None:
    """Refuse to replace a deployed lake by another one: Terraform would delete its buckets.

    Raises:
        MissingError: the folder contains the deployment of a lake with another name.
    """
    note = folder / "deployment.json"
    if not note.is_file():
        return
    database = str(json.loads(note.read_text(encoding="utf-8"))["environment"]["HEADGATE_CURATED_DATABASE"])
    deployed = database.partition("_")[0]  # <domain>_curated, or <domain>_<environment>_curated
    if deployed != name:
        raise MissingError(
            f"{folder} holds the lake {deployed}, and deploying {name} there would delete its data. "
            f"Destroy {deployed} first, or deploy beside it: {deploy_command('apply', platform, name)}"
        )


def refuse_unknown(folder: Path, project_folder: Path) -> None:
    """Refuse to destroy a deployment that does not exist.

    Raises:
        MissingError: neither the folder nor the settings of the deployment exist.
    """
    if folder.is_dir() or DeploymentSettings.of(project_folder, folder.name).path.is_file():
        return
    deployments = sorted(path.parent.name for path in folder.parent.glob("*/deployment.json"))
    listed = f"There are: {', '.join(deployments)}." if deployments else "Nothing is deployed here."
    raise MissingError(f"There is no deployment {folder.name}. {listed}")


def _apply_asked(terraform: Terraform, folder: Path, variables: Mapping[str, str]) -> Applied:
    plan = folder / "deploy.tfplan"
    try:
        if terraform.plan(variables, out=plan):
            _confirm("Apply this plan?")
        return terraform.apply_plan(plan)
    finally:
        plan.unlink(missing_ok=True)


def leaving_tables(resources: Collection[str], catalog: Mapping[str, Collection[str]]) -> list[str]:
    """Return the deployed tables, as `zone.table`, whose contract or SQL model was deleted.

    Args:
        resources: addresses of the state.
        catalog: names of the tables to deploy, by zone.
    """
    deployed = {match[1] for address in resources if (match := _TABLE_ADDRESS.fullmatch(address))}
    return sorted(deployed - {f"{zone}.{table}" for zone, tables in catalog.items() for table in tables})


def _print_leaving_tables(terraform: Terraform) -> list[str]:
    catalog = json.loads((terraform.folder / "build" / "catalog.json").read_text(encoding="utf-8"))
    tables = leaving_tables(terraform.resources(), catalog)
    for name in tables:
        zone, _, table = name.partition(".")
        if zone == "curated":
            text = (
                f"There is no contract for the dataset {table} any more, so its table leaves SQL. Its "
                "data stay in the buckets: "
            )
            print(
                f"{text}restore the contract, deploy and run `headgate run` to bring the table back.",
                flush=True,
            )
        else:
            text = f"The table {table} is no longer built, so it leaves SQL. Its files stay in the buckets: "
            print(
                f"{text}restore its contract or SQL model, deploy and run `headgate run` to bring it back.",
                flush=True,
            )
    return tables


def _import_created_tables(target: Target, terraform: Terraform) -> None:
    """Let Terraform import the tables that the merge created for datasets of this deployment."""
    addresses = terraform.resources()
    if not addresses:
        return
    catalog = json.loads((terraform.folder / "build" / "catalog.json").read_text(encoding="utf-8"))
    deployed = {match[1] for address in addresses if (match := _CURATED_ADDRESS.fullmatch(address))}
    if missing := catalog["curated"].keys() - deployed:
        database = terraform.outputs()["environment"]["HEADGATE_CURATED_DATABASE"]
        tables = missing & created_datasets.tables_of(target.client("glue"), database)
        blocks = created_datasets.import_blocks(target.account, database, tables)
        terraform.add_to_root("created_tables.tf", blocks)


def _check_created_people(target: Target, terraform: Terraform, settings: Mapping[str, str]) -> None:
    """Check that no created dataset about people becomes readable by an analyst role.

    Raises:
        MissingError: the project lacks the contract of such a dataset, so no policy would hide its table.
    """
    sees_people = settings.get("analysts_see_personal_data") == "true"
    if "analyst" not in settings.get("people", "") or sees_people or not terraform.resources():
        return
    catalog = json.loads((terraform.folder / "build" / "catalog.json").read_text(encoding="utf-8"))
    bucket = terraform.outputs()["environment"]["HEADGATE_ARTIFACTS_BUCKET"]
    objects = S3Objects(target.client("s3"))
    if names := created_datasets.about_people(objects, bucket, catalog["curated"]):
        raise MissingError(
            f"Analysts could read columns about people in datasets that people created: {', '.join(names)}. "
            "Run `headgate push --pull` to take their contracts into the project, then deploy again."
        )


def _settle_created(target: Target, folder: Path, environment: Mapping[str, str]) -> str:
    """Transfer contracts of this deployment to the project; return a message about others."""
    catalog = json.loads((folder / "build" / "catalog.json").read_text(encoding="utf-8"))
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    objects = S3Objects(target.client("s3"))
    return created_datasets.settle(objects, environment["HEADGATE_ARTIFACTS_BUCKET"], catalog["curated"], now)


def plan(target: Target, folder: Path, variables: Mapping[str, str], *, out: Path | None = None) -> None:
    """Print the changes that an apply would make; also write the plan to `out`."""
    terraform = _prepared(folder, target, variables)
    _print_leaving_tables(terraform)
    _import_created_tables(target, terraform)
    settings = _with_logins(
        target, terraform, _stated(target, folder, {**_names_of(target, terraform), **variables})
    )
    print("There are changes." if terraform.plan(settings, out=out) else "Nothing would change.", flush=True)
    if target.platform == "emulator":
        print("The emulator costs nothing. On AWS:", flush=True)
    _print_estimate(settings)


def _print_estimate(settings: Mapping[str, str]) -> None:
    print(cost_estimate.text(settings, cost_estimate.stated_workload(os.environ)), flush=True)


def destroy(target: Target, folder: Path, variables: Mapping[str, str], *, ask: bool) -> None:
    """Destroy the deployment at the target completely.

    Raises:
        MissingError: its data is protected, or the person did not agree.
    """
    terraform = _terraform(folder, target)
    if terraform.backend:
        terraform.init()
    resources = terraform.resources()
    if not resources:
        print(f"nothing of {folder.name} is deployed", flush=True)
    else:
        refuse_to_lose(terraform.current_state())
        _tell_loss(target, resources)
        if ask:
            _confirm("Destroy all of this?")
        _prepared(folder, target, variables)
        empty_buckets(target, terraform.current_state())
        prefix = terraform.outputs().get("environment", {}).get("HEADGATE_DEBOUNCE_SCHEDULE", "")
        names = names_in_state(json.loads(terraform.current_state().read_text(encoding="utf-8")))
        destroy_resources(terraform, _stated(target, folder, variables))
        print(f"destroyed {len(_managed(resources))} resources", flush=True)
        delete_schedules(target, prefix)
        _refuse_leftovers(target, names)
    (folder / "deployment.json").unlink(missing_ok=True)
    terraform.state.unlink(missing_ok=True)


def destroy_resources(
    terraform: Terraform, variables: Mapping[str, str], sleep: Callable[[float], object] = time.sleep
) -> None:
    """Destroy the resources of the state. If every error is in REPEATABLE_ERRORS, retry once.

    Raises:
        TerraformError: another error, or an error of the second destroy.
    """
    try:
        terraform.destroy(variables)
    except TerraformError as error:
        rows = repeatable(error.diagnoses)
        if not rows:
            raise
        wait_s = max(row.wait_s for row in rows)
        when = f"in {wait_s} s" if wait_s else "now"
        met = " and ".join(row.name for row in rows)
        print(
            f"The destroy failed because of {met}. It is repeated once, {when}; if that fails too, run "
            "the command again.",
            flush=True,
        )
        sleep(wait_s)
        terraform.destroy(variables)


def _refuse_leftovers(target: Target, names: Collection[str]) -> None:
    """Check that nothing of the lake is left; delete a log group that a last log line created again.

    Raises:
        MissingError: something of the lake is left.
    """
    for leftover in leftovers(target.client, names):
        kind, _, name = leftover.partition(": ")
        if kind == LOG_GROUP:
            target.client("logs").delete_log_group(logGroupName=name)
    if left := leftovers(target.client, names):
        raise MissingError(
            "These are left of the lake; delete them by hand:\n"
            + "\n".join(f"  {left_name}" for left_name in left)
        )
    print("nothing of the lake is left: no listing has one of its names", flush=True)


def _managed(resources: list[str]) -> list[str]:
    return [address for address in resources if not re.search(r"(?:^|\.)data\.", address)]


def _tell_loss(target: Target, resources: list[str]) -> None:
    holding_data = [
        address
        for address in resources
        if ".aws_s3_bucket.this" in address or "aws_dynamodb_table." in address
    ]
    said = (
        f"{len(_managed(resources))} resources in {target.platform} account {target.account} will be "
        "destroyed"
    )
    listed = "\n".join(f"  {address}" for address in holding_data)
    print(f"{said}, with everything in:\n{listed}" if holding_data else f"{said}.", flush=True)


def seed_masking_key(target: Target, secret_id: str) -> None:
    """Create the masking key if there is none. An existing one is never replaced: all tokens depend on it."""
    key = base64.b64encode(secrets.token_bytes(MASKING_KEY_BYTES)).decode()
    client = target.client("secretsmanager")
    if not export_logins.secret_text(client, secret_id):
        client.put_secret_value(SecretId=secret_id, SecretString=json.dumps({"key_id": "k1", "key": key}))
        print("made a masking key", flush=True)


def keep_log_for(target: Target, group: str, days: int) -> None:
    """Create the log group with a retention of `days`, unless it has one."""
    client = target.client("logs")
    with suppress(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName=group)
    groups = client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    if not any("retentionInDays" in described for described in groups if described["logGroupName"] == group):
        client.put_retention_policy(logGroupName=group, retentionInDays=days)


def refuse_to_lose(state: Path) -> None:
    """Check that no resource in the state is protected from being destroyed.

    Raises:
        MissingError: a resource is protected, and a destroy would end half-way.
    """
    resources = json.loads(state.read_text(encoding="utf-8"))["resources"]
    if any(
        _is_protected(resource["type"], instance["attributes"])
        for resource in resources
        for instance in resource["instances"]
    ):
        raise MissingError(
            "The lake's data is protected: apply this deployment with --var force_destroy=true, then "
            "destroy it."
        )


def _is_protected(kind: str, attributes: Mapping[str, Any]) -> bool:
    if kind == "aws_s3_bucket":
        return attributes["force_destroy"] is False
    return kind == "aws_dynamodb_table" and attributes["deletion_protection_enabled"] is True


def empty_buckets(target: Target, state: Path) -> None:
    """Delete all versions and unfinished uploads from buckets that may be destroyed with their objects.

    Terraform would do it itself, but never ends if its provider and the store encode a character of a key
    differently.
    """
    client = target.client("s3")
    resources = [
        resource
        for resource in json.loads(state.read_text(encoding="utf-8"))["resources"]
        if resource["type"] == "aws_s3_bucket"
    ]
    attributes = [instance["attributes"] for resource in resources for instance in resource["instances"]]
    with ThreadPoolExecutor(BUCKETS_AT_ONCE) as threads:
        list(
            threads.map(
                lambda bucket: _empty(client, bucket),
                [bucket["bucket"] for bucket in attributes if bucket["force_destroy"]],
            )
        )


def _empty(client: Any, bucket: str) -> None:  # noqa: ANN401 a client made by name
    with suppress(client.exceptions.NoSuchBucket):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            doomed = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            if doomed:
                client.delete_objects(Bucket=bucket, Delete={"Objects": doomed, "Quiet": True})
        for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for upload in page.get("Uploads", []):
                client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def delete_schedules(target: Target, prefix: str) -> None:
    """Delete the debounce's one-time schedules that have not fired."""
    if not prefix:
        return
    client = target.client("scheduler")
    for page in client.get_paginator("list_schedules").paginate(NamePrefix=prefix):
        for schedule in page["Schedules"]:
            client.delete_schedule(Name=schedule["Name"])


def _forget_another_target(folder: Path, target: Target) -> None:
    """Clear a state that describes an emulator which no longer exists."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "target"
    here = target.shell.get("AWS_ENDPOINT_URL", f"aws {target.account} {target.region}")
    before = note.read_text(encoding="utf-8") if note.is_file() else here
    if before != here and target.platform == "aws":
        raise MissingError(f"{folder} holds a deployment to {before}, not to {here}: choose another --name.")
    if before != here:
        (folder / "terraform.tfstate").unlink(missing_ok=True)
        (folder / "deployment.json").unlink(missing_ok=True)
    note.write_text(here, encoding="utf-8")


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise MissingError(f"{question} Nobody is there to answer: give --yes (with make: YES=1).")
    if input(f"{question} (yes/no) ").strip().lower() != "yes":
        raise MissingError("Nothing was done.")


def main() -> int:
    """Run the command line."""
    asked = _parser().parse_args()
    folder = STATE / (asked.name or (first_login.DEFAULT_NAME if asked.platform == "emulator" else "aws"))
    try:
        _run(asked, folder)
    except KeyboardInterrupt:
        print(f"\n{interrupted(asked.command, asked.platform, folder.name)}", file=sys.stderr)
        return INTERRUPTED
    except (MissingError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except (
        TerraformError,
        emulator.EmulatorError,
        layer.LayerError,
        locked_archive.WheelsError,
        HeadgateError,
    ) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def interrupted(command: str, platform: str, name: str) -> str:
    """Return the next steps after a command that a person stopped."""
    again = deploy_command(command, platform, name)
    if command == "plan":
        return f"Stopped; nothing was changed. Plan again: {again}"
    return (
        f"Stopped half-way: run `{again}` to complete it, or `python scripts/deploy.py destroy "
        f"{platform} --name {name}` to clean up."
    )


def _run(asked: argparse.Namespace, folder: Path) -> None:
    variables = {
        **({"export_enabled": "true"} if asked.export else {}),
        **dict(pair.split("=", 1) for pair in asked.var),
    }
    if asked.command == "destroy":
        refuse_unknown(folder, _project_folder())
    region = stated_region(folder, asked.platform, variables)
    target = (
        emulator_target(folder, own=asked.own, region=region)
        if asked.platform == "emulator"
        else aws_target(region)
    )
    if asked.command == "apply":
        apply(target, folder, variables, ask=not asked.yes, has_new_ledger=asked.new_ledger)
        if target.platform == "emulator":
            _print_last_screen(target, folder)
    elif asked.command == "plan":
        plan(target, folder, variables)
    else:
        destroy(target, folder, variables, ask=not asked.yes)
        emulator.stop(folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["apply", "plan", "destroy"])
    parser.add_argument("platform", choices=["emulator", "aws"])
    parser.add_argument(
        "--name",
        type=deployment_name,
        help="deployment; its state lies in .headgate/<name>/ (default: local, or aws)",
    )
    kept = (
        "a Terraform variable; may be repeated. On AWS it is kept in deployments/<name>.json; an empty "
        "value forgets it"
    )
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help=kept)
    parser.add_argument(
        "--export",
        action="store_true",
        help="enable the export's schedule once its login is stored (MYSQL_URL or POSTGRES_URL)",
    )
    parser.add_argument(
        "--new-ledger", action="store_true", help="new lake: create the table that files_table names"
    )
    parser.add_argument("--own", action="store_true", help="emulator: use none but our own")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    sys.exit(main())
