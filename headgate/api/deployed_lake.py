"""The lake of a deployment, whose parts are created on first use."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from headgate.api.lake_ports import KnownRuns, MailWriter
from headgate.errors import SettingsError
from headgate.settings import AcceptanceSettings, CreationSettings, JobNamesSettings, SystemNamesSettings
from headgate.wiring import api, definitions, intake, operations, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.api.http.limits import CallerLimit
    from headgate.aws.athena.queries import AthenaQueries
    from headgate.aws.cognito import PoolPeople
    from headgate.aws.dynamodb.dynamo_file_index import DynamoFileIndex
    from headgate.aws.dynamodb.ledger import DynamoLedger
    from headgate.aws.functions import DryRunFunction
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.aws.glue.job_logs import GlueJobLogs
    from headgate.aws.multipart_uploads import S3Uploads
    from headgate.aws.s3 import S3Objects
    from headgate.aws.sns import TopicMails
    from headgate.aws.stepfunctions import Pipeline
    from headgate.contracts.registry import Registry
    from headgate.costs.recorded import EndedJobRun
    from headgate.intake.files.revert_file import Reverter
    from headgate.lake.definitions import DefinitionVersions
    from headgate.matching.mappings import Mappings
    from headgate.query.catalog_queries import Databases


class DeployedLake:
    """The `LakePorts` of AWS.

    Args:
        env: a function's environment, or the one in `deployment.json`.
        write_mail: writes mails for the API; None for programs that show none.
    """

    def __init__(self, env: Mapping[str, str], write_mail: MailWriter | None = None) -> None:
        self._env, self.write_mail = env, write_mail

    @cached_property
    def objects(self) -> S3Objects:
        return stores.objects()

    @cached_property
    def ledger(self) -> DynamoLedger:
        return stores.ledger(self._env)

    @cached_property
    def files(self) -> DynamoFileIndex:
        return stores.file_index(self._env)

    @cached_property
    def uploads(self) -> S3Uploads:
        return api.upload_store()

    @cached_property
    def dry_runs(self) -> DryRunFunction:
        return api.dry_runs(self._env)

    @cached_property
    def catalog(self) -> GlueCatalog:
        return stores.catalog()

    @cached_property
    def runs(self) -> Pipeline:
        return operations.pipeline(self._env)

    @cached_property
    def known_runs(self) -> KnownRuns:
        """The cache of facts about ended runs."""
        return KnownRuns()

    @cached_property
    def same_names(self) -> dict[tuple[str, ...], str]:
        """The newest accepted file of a name, by upload, check, dataset and key."""
        return {}

    def job_runs(self, since: datetime) -> list[EndedJobRun]:
        """Return the ended runs of the lake's Glue jobs that started since a moment, by start."""
        names = JobNamesSettings.from_env(self._env).job_names
        if not names:
            raise SettingsError("The environment has no Glue jobs. Deploy again to complete it.")
        ended = (
            run
            for job, name in sorted(names.items())
            for run in operations.job_runs().ended(job, name, since=since)
        )
        return sorted(ended, key=lambda run: (run.started_at, run.job))

    @cached_property
    def job_logs(self) -> GlueJobLogs:
        return operations.job_logs(self._env)

    @cached_property
    def queries(self) -> AthenaQueries:
        return stores.queries(self._env, self.databases)

    @property
    def mappings(self) -> Mappings:
        return intake.mappings(self._env_of_request)

    @property
    def reverter(self) -> Reverter:
        return intake.reverter(self._env_of_request)

    @property
    def contracts(self) -> Registry:
        return definitions.registry(self._env_of_request)

    @property
    def definitions(self) -> str:
        """The version of the contracts: a hash, or `deployed`."""
        return definitions.in_use(self._env_of_request)

    @property
    def pushed_dashboards(self) -> Mapping[str, str] | None:
        """The pushed dashboards of the project; None for those of the deployment."""
        return definitions.pushed_dashboards(self._env_of_request)

    @cached_property
    def definition_versions(self) -> DefinitionVersions:
        return definitions.versions(self._env)

    @cached_property
    def dashboard_versions(self) -> DefinitionVersions:
        """The versions of dashboards written in the console."""
        from headgate.query.written_dashboards import dashboard_versions

        return dashboard_versions(self.objects, self.bucket("artifacts"))

    @cached_property
    def _env_of_request(self) -> Mapping[str, str]:
        """The environment with the version of the contracts that the request uses."""
        return definitions.chosen(self._env)

    def begin_request(self) -> None:
        self.__dict__.pop("_env_of_request", None)

    @cached_property
    def databases(self) -> Databases:
        """The databases, with the tables of the request's contracts."""
        return replace(stores.databases(self._env), contracts=lambda: self.contracts)

    @cached_property
    def caller_limit(self) -> CallerLimit | None:
        """The limit of requests by caller; None if the environment has none, as for `headgate serve`."""
        from headgate.api.http.limits import CallerLimit

        counts = api.request_counts(self._env)
        per_minute = int(self._env.get("HEADGATE_REQUESTS_PER_MINUTE", "0"))
        return CallerLimit(counts, per_minute) if counts and per_minute else None

    @cached_property
    def people(self) -> PoolPeople:
        return api.people(self._env)

    @cached_property
    def mails(self) -> TopicMails | None:
        """Mails with answers; None if the lake sends none."""
        return operations.mails(self._env)

    @cached_property
    def systems(self) -> tuple[str, ...]:
        return tuple(sorted(SystemNamesSettings.from_env(self._env).prod_buckets))

    @cached_property
    def most_refused_share(self) -> float:
        """The largest permitted share of rejected rows of a file."""
        return AcceptanceSettings.from_env(self._env).most_refused_share

    @cached_property
    def takes_people(self) -> bool:
        """Whether a created dataset may have columns about people."""
        return CreationSettings.from_env(self._env).takes_people

    def bucket(self, zone: str) -> str:
        """Return the bucket of a zone, or of a system."""
        zone_in_env = "RESULTS" if zone == "athena_results" else zone.upper()
        buckets = SystemNamesSettings.from_env(self._env).prod_buckets
        name = buckets.get(zone) or self._env.get(f"HEADGATE_{zone_in_env}_BUCKET")
        if not name:
            raise SettingsError(f"The environment has no bucket of {zone}. Deploy again to complete it.")
        return name

    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)
