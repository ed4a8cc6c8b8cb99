"""The stores for callers of the APIs: users and tokens, uploads, dry runs, records of models."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from headgate.aws import clients
from headgate.settings import (
    ArtifactsSettings,
    CreationSettings,
    DryRunSettings,
    MailSettings,
    OnboardingSettings,
    StagingSettings,
    UserPoolSettings,
)
from headgate.wiring import definitions, intake, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.aws.cognito import AccessTokens, PoolPeople, Users
    from headgate.aws.dynamodb.request_counts import DynamoRequestCounts
    from headgate.aws.functions import DryRunFunction
    from headgate.aws.multipart_uploads import S3Uploads
    from headgate.drafts.table_form import TableForm
    from headgate.lake.ports import FileRecord, ObjectRef
    from headgate.onboarding.onboard import Onboarding
    from headgate.onboarding.record_models import RecordModel
    from headgate.uploads.dry_run import DryRunner, ScratchObjects
    from headgate.uploads.upload import UploadMapping


def request_counts(env: Mapping[str, str]) -> DynamoRequestCounts | None:
    """Return the counts of the API's callers by minute; None if the deployment does not count them."""
    from headgate.aws.dynamodb.request_counts import DynamoRequestCounts

    table = env.get("HEADGATE_CALLERS_TABLE", "")
    return DynamoRequestCounts(clients.dynamodb(), table) if table else None


def upload_store() -> S3Uploads:
    """Return the store of uploads in parts."""
    from headgate.aws.multipart_uploads import S3Uploads

    return S3Uploads(clients.s3())


def dry_runs(env: Mapping[str, str]) -> DryRunFunction:
    """Return the starter of dry runs of uploads."""
    from headgate.aws.functions import DryRunFunction

    return DryRunFunction(clients.functions(), DryRunSettings.from_env(env).dry_run_function)


def dry_runner(env: Mapping[str, str]) -> DryRunner:
    """Return the gate for dry runs of uploads, with an empty ledger in memory and without alerts."""
    from headgate.aws.in_memory_ports import MemoryLedger
    from headgate.intake.files.process_file import FileProcessor
    from headgate.lake.states import Originals
    from headgate.matching.mappings import Suggested
    from headgate.profiling.kept_profiles import Profiles
    from headgate.uploads.dry_run import DryRunner

    settings, artifacts_bucket = (
        StagingSettings.from_env(env),
        ArtifactsSettings.from_env(env).artifacts_bucket,
    )

    def process(scratch: ScratchObjects, ref: ObjectRef, mapping: UploadMapping | None) -> FileRecord:
        mappings = replace(intake.mappings(env), objects=scratch)
        if mapping:
            mappings.remember(Suggested.from_json(mapping.suggestion), mapping.fields)
        ports = replace(intake.gate_ports(env), objects=scratch, ledger=MemoryLedger())
        rules = replace(intake.gate_rules(env), originals=Originals.KEEP, mappings=mappings)
        profiles = Profiles(scratch, artifacts_bucket)
        processor = FileProcessor(
            ports,
            rules,
            profile=profiles.of,
            profile_unknown=profiles.of_unknown,
            profile_uncontracted=profiles.of_uncontracted,
        )
        return processor.process(ref)

    return DryRunner(
        stores.objects(),
        settings.staging_bucket,
        settings.raw_bucket,
        settings.curated_bucket,
        process,
        lambda scratch: replace(intake.mappings(env), objects=scratch),
        partial(_draft_of_upload, takes_people=CreationSettings.from_env(env).takes_people),
        definitions.registry(env).curated,
    )


def _draft_of_upload(
    file_name: str, body: bytes, form: TableForm, *, takes_people: bool
) -> dict[str, Any] | None:
    """Load the code of drafts only for a file without a contract, to keep cold starts short."""
    from headgate.local_files.draft_file import draft_of_upload

    return draft_of_upload(file_name, body, form, takes_people=takes_people)


def access_tokens(env: Mapping[str, str]) -> AccessTokens:
    """Return the reader of access tokens of the deployment's users."""
    from headgate.aws.cognito import AccessTokens

    settings = UserPoolSettings.from_env(env)
    return AccessTokens(clients.cognito(), settings.user_pool, settings.user_pool_client)


def users(env: Mapping[str, str]) -> Users:
    """Return the people who may sign in."""
    from headgate.aws.cognito import Users

    return Users(clients.cognito(), UserPoolSettings.from_env(env).user_pool)


def people(env: Mapping[str, str]) -> PoolPeople:
    """Return the people who may sign in, for the API and mails."""
    from headgate.aws.cognito import PoolPeople

    return PoolPeople(clients.cognito(), MailSettings.from_env(env).user_pool)


def onboarding(env: Mapping[str, str]) -> Onboarding:
    """Return the store of records that are created one by one or in batches."""
    from headgate.aws.secrets import Secrets
    from headgate.onboarding.onboard import Onboarding

    settings = OnboardingSettings.from_env(env)
    key = cache(partial(Secrets(clients.secretsmanager()).masking_key, settings.masking_key_secret))
    return Onboarding(stores.model_records(settings.records_table), key)


@cache
def models_by_name() -> dict[str, RecordModel]:
    """Return the models whose records may be created, read once per process.

    A push does not change their contracts.
    """
    from headgate.contracts.registry import Registry
    from headgate.onboarding.record_models import record_models

    return record_models(Registry.load().source)
