"""Adapters for operators: alerts, queues, alarms, logs, masking keys, runs of the pipeline and of jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.settings import (
    AlertSettings,
    ArtifactsSettings,
    JobLogSettings,
    MailSettings,
    MaskingKeySettings,
    PendingStartSettings,
    PipelineSettings,
    RefreshSettings,
    StageSettings,
    StartRulesSettings,
)
from headgate.wiring import clock, definitions, stores

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.aws.alarms import Alarms
    from headgate.aws.glue.job_logs import GlueJobLogs
    from headgate.aws.glue.job_runs import GlueRuns
    from headgate.aws.logs import Logs
    from headgate.aws.scheduler import PendingStart
    from headgate.aws.secrets import MaskingKeys
    from headgate.aws.sns import Alerts, TopicMails
    from headgate.aws.sqs import Queues
    from headgate.aws.stepfunctions import Pipeline
    from headgate.runs.stage_records import StageLog, StageRecord
    from headgate.runs.start_or_postpone import StartRules


def caller() -> str:
    """Return the ARN of the user or role of this process."""
    from headgate.aws import sts

    return sts.caller(clients.sts())


def masking_keys(env: Mapping[str, str]) -> MaskingKeys:
    """Return the masking keys, for their rotation."""
    from headgate.aws.secrets import MaskingKeys, Secrets

    return MaskingKeys(Secrets(clients.secretsmanager()), MaskingKeySettings.from_env(env).masking_key_secret)


def pipeline(env: Mapping[str, str]) -> Pipeline:
    """Return the runs of `curated_to_prod`."""
    from headgate.aws.stepfunctions import Pipeline

    return Pipeline(clients.stepfunctions(), PipelineSettings.from_env(env).state_machine_arn)


def stage_log(env: Mapping[str, str], job: str) -> StageLog:
    """Return the record of a run's stage: a system, `merge_curated` or `quality_gate`."""
    from headgate.runs.stage_records import StageLog

    bucket = ArtifactsSettings.from_env(env).artifacts_bucket
    return StageLog(stores.objects(), bucket, StageSettings.from_env(env).run, job, clock.utc_now)


def stage_records(env: Mapping[str, str], run: str) -> dict[str, StageRecord]:
    """Return job → its record of a run's stage."""
    from headgate.runs.stage_records import stage_records

    return stage_records(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket, run)


def refresh_tables(env: Mapping[str, str]) -> bool:
    """Start the job that publishes new rows before the next run, if the deployment has it.

    Return whether a run was started. A running one publishes the new rows as well.
    """
    from headgate.aws.glue.job_runs import start_unless_running

    job = RefreshSettings.from_env(env).refresh_job
    return bool(job) and start_unless_running(clients.glue(), job)


def pending_start(env: Mapping[str, str]) -> PendingStart:
    """Return the pending start of the pipeline after new data."""
    from headgate.aws.scheduler import PendingStart

    settings = PendingStartSettings.from_env(env)
    return PendingStart(
        clients.scheduler(),
        settings.debounce_schedule,
        settings.scheduler_role_arn,
        settings.curated_queue_arn,
        timedelta(seconds=settings.quiet_s),
        timedelta(seconds=settings.max_wait_s),
    )


def start_rules(env: Mapping[str, str]) -> StartRules:
    """Return the limits on starts of the pipeline."""
    from headgate.lake.definitions import build_id
    from headgate.runs.start_or_postpone import StartRules

    settings = StartRulesSettings.from_env(env)
    build = build_id(settings.deployment_id, definitions.versions(env).in_use())
    interval, recheck = timedelta(seconds=settings.run_interval_s), timedelta(seconds=settings.quiet_s)
    return StartRules(
        build, interval, recheck, settings.run_share, timedelta(seconds=settings.run_share_wait_s)
    )


def alerts(env: Mapping[str, str]) -> Alerts:
    """Return the sender of alerts to people."""
    from headgate.aws.sns import Alerts

    return Alerts(clients.sns(), AlertSettings.from_env(env).alerts_topic_arn)


def mails(env: Mapping[str, str]) -> TopicMails | None:
    """Return the sender of mails with answers; None for a lake that sends none."""
    from headgate.aws.sns import TopicMails

    topic_arn = MailSettings.from_env(env).mails_topic_arn
    return TopicMails(clients.sns(), topic_arn) if topic_arn else None


def job_runs() -> GlueRuns:
    """Return the runs of Glue jobs."""
    from headgate.aws.glue.job_runs import GlueRuns

    return GlueRuns(clients.glue())


def queues() -> Queues:
    """Return the queues, for operators."""
    from headgate.aws.sqs import Queues

    return Queues(clients.sqs())


def alarms() -> Alarms:
    """Return the alarms of a deployment."""
    from headgate.aws.alarms import Alarms

    return Alarms(clients.cloudwatch())


def job_logs(env: Mapping[str, str]) -> GlueJobLogs:
    """Return the logs of Glue jobs."""
    from headgate.aws.glue.job_logs import GlueJobLogs

    settings = JobLogSettings.from_env(env)
    return GlueJobLogs(logs(), settings.job_log_prefix, settings.log_kept_days)


def logs() -> Logs:
    """Return the logs of functions and jobs."""
    from headgate.aws.logs import Logs

    return Logs(clients.logs())
